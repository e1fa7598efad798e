// @vitest-environment jsdom
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createConnection } from '../../../src/connection/connection.ts';
import { SseError } from '../../../src/errors.ts';
import { ReadyState, type SseMessage } from '../../../src/message.ts';
import { connectionOptions } from '../../../src/connection-options.ts';
import type { SseClientOptions } from '../../../src/options.ts';
import { MockEventSource } from '../../../src/testing/mock-event-source.ts';
import type { UrlSource } from '../../../src/connection/request-options.ts';
import type { Connection } from '../../../src/connection/contract.ts';
import type { SseState } from '../../../src/connection/state.ts';
import type { TransportRequest, TransportSink } from '../../../src/connection/transport.ts';
import { flush, message, recordErrors, reportError, stopClock } from '../setup.ts';

stopClock();
recordErrors();

/** A running attempt, driven by hand. */
interface Attempt {
  readonly request: TransportRequest;
  readonly sink: TransportSink;
  /** The types listened to after the attempt started. */
  readonly listened: string[];
}

const exactly = { jitter: false } as const;

/** A connection whose attempts are driven by hand, with a log of everything its observer gets. */
function setup(options: SseClientOptions = {}, url: UrlSource = 'https://example.test/sse') {
  const attempts: Attempt[] = [];
  const states: SseState[] = [];
  const log: string[] = [];
  /** What listeners do. */
  const on: Partial<Record<'state' | 'open' | 'message' | 'error', (connection: Connection) => void>> = {};
  const scripted = (request: TransportRequest, sink: TransportSink) => {
    const listened: string[] = [];
    attempts.push({ request, sink, listened });
    return { listen: (type: string) => listened.push(type) };
  };
  const connection = createConnection(
    connectionOptions(url, { retry: exactly, transport: scripted, ...options }),
    {
      state(now) {
        states.push(now);
        log.push(now.status);
        on.state?.(connection);
      },
      open(info) {
        log.push(`open ${info.url}`);
        on.open?.(connection);
      },
      message(message) {
        log.push(`message ${message.data}`);
        on.message?.(connection);
      },
      error(error) {
        log.push(`error ${error.code}`);
        on.error?.(connection);
      },
    },
  );
  return {
    connection,
    attempts,
    states,
    log,
    on,
    /** The latest attempt. */
    last: () => {
      const last = attempts.at(-1);
      if (!last) throw new Error('no attempt was started');
      return last;
    },
    /** Connects and returns the attempt once it's open. */
    open: async () => {
      connection.connect();
      await flush();
      const attempt = attempts.at(-1);
      if (!attempt) throw new Error('no attempt was started');
      attempt.sink.open({ url: attempt.request.url });
      return attempt;
    },
  };
}

/** Runs the microtasks. */
const network = () => new SseError('network', 'cut');
const unauthorized = () => new SseError('http', 'HTTP 401', { status: 401 });

describe('before connect()', () => {
  test('it is closed, without a transport, and nothing is sent', async () => {
    const { connection, attempts } = setup();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(attempts).toEqual([]);
    expect(connection.state).toEqual({
      status: 'closed',
      readyState: ReadyState.Closed,
      failures: 0,
      retryAt: undefined,
      error: undefined,
      transport: undefined,
    });
    expect(connection.url).toBe('https://example.test/sse');
  });

  test('close() tells nobody, and reconnect() connects', async () => {
    const { connection, attempts, log } = setup();
    connection.close();
    expect(log).toEqual([]);
    connection.reconnect();
    await flush();
    expect(attempts).toHaveLength(1);
    expect(log[0]).toBe('connecting');
  });
});

describe('an attempt', () => {
  test('starts one microtask after connect(), with everything that was asked for', async () => {
    const { connection, attempts, last } = setup({ withCredentials: true, lastEventId: '41' });
    connection.listen('early');
    connection.connect();
    expect(attempts).toHaveLength(0);
    connection.listen('same tick');
    await flush();
    const { request } = last();
    expect(request).toMatchObject({
      url: 'https://example.test/sse',
      lastEventId: '41',
      withCredentials: true,
    });
    expect([...request.types]).toEqual(['early', 'same tick']);
  });

  test('costs no request when the connection is closed in the tick of connect(), nor is the URL asked for', async () => {
    const source = vi.fn(() => 'https://example.test/sse');
    const { connection, attempts, log } = setup({}, source);
    connection.connect();
    connection.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(attempts).toEqual([]);
    expect(source).not.toHaveBeenCalled();
    expect(log).toEqual(['connecting', 'closed']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is made once by close() and connect() in one tick', async () => {
    const { connection, attempts } = setup();
    connection.connect();
    connection.close();
    connection.connect();
    connection.connect();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(attempts).toHaveLength(1);
  });

  test('is told of types that are listened to later', async () => {
    const { connection, open } = setup();
    const { listened } = await open();
    connection.listen('late');
    expect(listened).toEqual(['late']);
  });

  test('waits for the URL, asked for before each attempt with what is known', async () => {
    const source = vi
      .fn<
        (context: { failures: number; lastEventId: string; error: SseError | undefined }) => Promise<string>
      >()
      .mockResolvedValueOnce('https://one.test/sse')
      .mockResolvedValueOnce('https://two.test/sse');
    const { connection, open, last } = setup({}, source);
    expect(connection.url).toBe('');
    const { sink } = await open();
    expect(connection.url).toBe('https://one.test/sse');
    sink.message(message('a', '7'));
    const error = network();
    sink.fail(error);
    await vi.advanceTimersByTimeAsync(1000);
    expect(last().request.url).toBe('https://two.test/sse');
    expect(connection.url).toBe('https://two.test/sse');
    expect(
      source.mock.calls.map(([{ failures, lastEventId, error }]) => [failures, lastEventId, error]),
    ).toEqual([
      [0, '', undefined],
      [1, '7', error],
    ]);
  });

  test.for([
    [
      'a URL function that throws',
      () => {
        throw new Error('no token');
      },
    ],
    ['a URL function that rejects', () => Promise.reject(new Error('no token'))],
  ] as const)('%s is a failure with that cause, and is retried', async ([, url]) => {
    const { connection, attempts, log, states } = setup({}, url);
    connection.connect();
    await flush();
    expect(log).toEqual(['connecting', 'reconnecting', 'error failed']);
    expect(states.at(-1)?.error?.cause).toEqual(new Error('no token'));
    expect(connection.state.retryAt).toBe(Date.now() + 1000);
    await vi.advanceTimersByTimeAsync(1000);
    expect(connection.state.failures).toBe(2);
    expect(attempts).toEqual([]);
    connection.close();
  });

  test('functions that take longer than openTimeout are a timeout, and no timer is left', async () => {
    const signals: AbortSignal[] = [];
    const { connection, attempts, log } = setup({ openTimeout: 5000, retry: false }, ({ signal }) => {
      signals.push(signal);
      return new Promise(() => undefined);
    });
    connection.connect();
    await vi.advanceTimersByTimeAsync(4999);
    expect(log).toEqual(['connecting']);
    await vi.advanceTimersByTimeAsync(1);
    expect(log).toEqual(['connecting', 'closed', 'error timeout']);
    expect(attempts).toEqual([]);
    expect(signals[0]?.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('close() while a function is awaited leaves no timer, nor does an answer in time', async () => {
    let answer: (url: string) => void = () => undefined;
    const { connection, attempts } = setup({ openTimeout: 5000 }, () => new Promise((r) => (answer = r)));
    connection.connect();
    await flush();
    expect(vi.getTimerCount()).toBe(1);
    connection.close();
    expect(vi.getTimerCount()).toBe(0);
    connection.connect();
    await vi.advanceTimersByTimeAsync(100);
    answer('https://example.test/sse');
    await flush();
    expect(attempts).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
    connection.close();
  });

  test('a transport that throws is a failure with that cause', async () => {
    const cause = new Error('a bug');
    const { connection, log, states } = setup({
      retry: false,
      transport: () => {
        throw cause;
      },
    });
    connection.connect();
    await flush();
    expect(log).toEqual(['connecting', 'connecting', 'closed', 'error failed']);
    expect(states.at(-1)?.error?.cause).toBe(cause);
  });
});

describe('the state', () => {
  test('follows the attempt, and tells what carries it', async () => {
    const { connection, open, log, states } = setup();
    const { sink } = await open();
    sink.message(message('a'));
    expect(log).toEqual(['connecting', 'connecting', 'open', 'open https://example.test/sse', 'message a']);
    expect(states.map(({ transport }) => transport)).toEqual([undefined, 'scripted', 'scripted']);
    expect(connection.state).toMatchObject({ status: 'open', readyState: ReadyState.Open, failures: 0 });
    connection.close();
    expect(connection.state).toMatchObject({
      status: 'closed',
      readyState: ReadyState.Closed,
      error: undefined,
      transport: 'scripted',
    });
  });

  test('is a new object when something changed, and only then', async () => {
    const { connection, open, states } = setup();
    const { sink } = await open();
    const before = connection.state;
    const copy = { ...before };
    sink.open({ url: 'https://example.test/sse' });
    sink.message(message('a', '1'));
    sink.id('2');
    sink.reconnectionTime(50);
    connection.connect();
    expect(connection.state).toBe(before);
    sink.fail(network());
    expect(connection.state).not.toBe(before);
    expect(before).toEqual(copy);
    expect(new Set(states).size).toBe(states.length);
  });

  test('is in place before the listeners of an error run', async () => {
    const { open, on } = setup();
    const seen: unknown[] = [];
    on.error = ({ state }) => {
      seen.push([state.status, state.failures, state.error?.code]);
    };
    (await open()).sink.fail(network());
    expect(seen).toEqual([['reconnecting', 1, 'network']]);
  });

  test('has the error until the stream is open again', async () => {
    const { connection, open, last } = setup();
    const error = network();
    (await open()).sink.fail(error);
    expect(connection.state.error).toBe(error);
    await vi.advanceTimersByTimeAsync(1000);
    expect(connection.state.error).toBe(error);
    last().sink.open({ url: '' });
    expect(connection.state).toMatchObject({ status: 'open', error: undefined, retryAt: undefined });
  });
});

describe('a failure', () => {
  test('is followed by another attempt at retryAt, not before it', async () => {
    const { connection, open, attempts } = setup();
    (await open()).sink.fail(network());
    expect(connection.state).toMatchObject({
      status: 'reconnecting',
      readyState: ReadyState.Connecting,
      failures: 1,
      retryAt: Date.now() + 1000,
    });
    await vi.advanceTimersByTimeAsync(999);
    expect(attempts).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(attempts).toHaveLength(2);
    expect(connection.state).toMatchObject({ status: 'reconnecting', retryAt: undefined });
  });

  test('is told with its number and whether another attempt follows', async () => {
    const { open, states } = setup({ retry: { ...exactly, limit: 1 } });
    const first = network();
    const { sink } = await open();
    sink.fail(first);
    expect([first.failures, first.willRetry]).toEqual([1, true]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(states.at(-1)?.error).toBe(first);
  });

  test('doubles the delay while no event arrives, even when the server accepts each time', async () => {
    const { connection, open, last } = setup();
    (await open()).sink.fail(network());
    const delays: number[] = [];
    for (let i = 0; i < 4; i++) {
      delays.push((connection.state.retryAt ?? NaN) - Date.now());
      await vi.advanceTimersByTimeAsync(delays.at(-1) ?? 0);
      last().sink.open({ url: '' });
      last().sink.fail(network());
    }
    expect(delays).toEqual([1000, 2000, 4000, 8000]);
    expect(connection.state.failures).toBe(5);
  });

  test('counts from 1 again after the first event, which is the proof of health that an open is not', async () => {
    const { connection, open, last } = setup();
    (await open()).sink.fail(network());
    await vi.advanceTimersByTimeAsync(1000);
    last().sink.open({ url: '' });
    expect(connection.state.failures).toBe(1);
    last().sink.message(message('a'));
    expect(connection.state.failures).toBe(0);
    last().sink.fail(network());
    expect(connection.state).toMatchObject({ failures: 1, retryAt: Date.now() + 1000 });
  });

  test('that is final closes for good, and keeps the error', async () => {
    const { connection, open, attempts, log } = setup();
    const error = unauthorized();
    (await open()).sink.fail(error);
    expect(log.slice(-2)).toEqual(['closed', 'error http']);
    expect(connection.state).toMatchObject({ status: 'closed', error, failures: 1, retryAt: undefined });
    expect(error.willRetry).toBe(false);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(attempts).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
    connection.close();
    expect(connection.state.error).toBe(error);
  });

  test('beyond the limit is final', async () => {
    const { connection, open, last, attempts } = setup({ retry: { ...exactly, limit: 2 } });
    (await open()).sink.fail(network());
    await vi.advanceTimersByTimeAsync(1000);
    last().sink.fail(network());
    await vi.advanceTimersByTimeAsync(2000);
    last().sink.fail(network());
    expect(attempts).toHaveLength(3);
    expect(connection.state).toMatchObject({ status: 'closed', failures: 3 });
  });

  test('after maxElapsed is final, counted from the first failure in a row', async () => {
    const { connection, open, last } = setup({ retry: { ...exactly, maxElapsed: 1500 } });
    const { sink } = await open();
    await vi.advanceTimersByTimeAsync(60_000);
    sink.fail(network());
    await vi.advanceTimersByTimeAsync(1000);
    last().sink.message(message('healthy'));
    last().sink.fail(network());
    await vi.advanceTimersByTimeAsync(1000);
    last().sink.fail(network());
    expect(connection.state.status).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(2000);
    last().sink.fail(network());
    expect(connection.state.status).toBe('closed');

    connection.connect();
    await vi.advanceTimersByTimeAsync(100);
    last().sink.fail(network());
    expect(connection.state).toMatchObject({ status: 'reconnecting', failures: 1 });
    connection.close();
  });

  test.for([
    [false, 'closed'],
    [true, 'reconnecting'],
    [undefined, 'reconnecting'],
  ] as const)('is final or not as shouldRetry says: %s', async ([answer, status]) => {
    const shouldRetry = vi.fn(() => answer);
    const { connection, open } = setup({ retry: { shouldRetry } });
    const error = network();
    (await open()).sink.fail(error);
    expect(connection.state.status).toBe(status);
    expect(shouldRetry.mock.calls).toEqual([[error]]);
  });

  test.for(['fail', 'end', 'reestablishing'] as const)(
    'may be answered with close() in shouldRetry, whatever that returns: %s',
    async (report) => {
      const { connection, open, attempts, log } = setup({
        retry: {
          shouldRetry: () => {
            connection.close();
            return true;
          },
        },
      });
      const { sink } = await open();
      if (report === 'end') sink.end();
      else sink[report](network());
      expect(log.slice(-2)).toEqual(['open https://example.test/sse', 'closed']);
      expect(connection.state).toMatchObject({ status: 'closed', error: undefined });
      expect(vi.getTimerCount()).toBe(0);
      await vi.advanceTimersByTimeAsync(600_000);
      expect(attempts).toHaveLength(1);
    },
  );

  test('takes the reconnection time of the server as the base of the delay', async () => {
    const { connection, open } = setup();
    const { sink } = await open();
    sink.reconnectionTime(250);
    sink.fail(network());
    expect(connection.state.retryAt).toBe(Date.now() + 250);
  });

  test.for([
    ['the default', undefined],
    ['an own one', 5000],
    ['0', 0],
  ] as const)('keeps a reconnection time above maxInterval: %s', async ([, maxInterval]) => {
    const { connection, open, last } = setup({ retry: { jitter: false, maxInterval } });
    (await open()).sink.reconnectionTime(90_000);
    for (const failures of [1, 2, 3]) {
      last().sink.fail(network());
      expect(connection.state).toMatchObject({ failures, retryAt: Date.now() + 90_000 });
      await vi.advanceTimersByTimeAsync(90_000);
    }
  });

  test('keeps a reconnection time above maxInterval with jitter, which is drawn from all of it', async () => {
    const { connection, open } = setup({ retry: {} });
    const { sink } = await open();
    sink.reconnectionTime(90_000);
    vi.spyOn(Math, 'random').mockReturnValueOnce(0.9);
    sink.fail(network());
    expect(connection.state.retryAt).toBe(Date.now() + 81_000);
  });

  test('waits at least as long as Retry-After says', async () => {
    const { connection, open } = setup();
    (await open()).sink.fail(new SseError('http', 'HTTP 503', { status: 503, retryAfter: 12_000 }));
    expect(connection.state.retryAt).toBe(Date.now() + 12_000);
  });
});

test('the end of a stream is a failure that is retried', async () => {
  const { connection, open, attempts } = setup();
  const { sink } = await open();
  sink.message(message('a', '1'));
  sink.end();
  expect(connection.state).toMatchObject({ status: 'reconnecting', failures: 1 });
  expect(connection.state.error?.code).toBe('network');
  await vi.advanceTimersByTimeAsync(1000);
  expect(attempts).toHaveLength(2);
});

describe('the last event ID', () => {
  test('goes into the next attempt: of the last message, or of a block without data', async () => {
    const { connection, open, last } = setup({ lastEventId: '1' });
    const { request, sink } = await open();
    expect(request.lastEventId).toBe('1');
    sink.message(message('a', '2'));
    sink.fail(network());
    await vi.advanceTimersByTimeAsync(1000);
    expect(last().request.lastEventId).toBe('2');
    last().sink.id('3');
    last().sink.fail(network());
    await vi.advanceTimersByTimeAsync(2000);
    expect(last().request.lastEventId).toBe('3');
    expect(connection.lastEventId).toBe('3');
  });

  test('is there after close() and connect()', async () => {
    const { connection, open, last } = setup();
    (await open()).sink.message(message('a', '2'));
    connection.close();
    connection.connect();
    await flush();
    expect(last().request.lastEventId).toBe('2');
  });

  test('goes as lastEventIdParam, too', async () => {
    const { open, last } = setup({ lastEventIdParam: 'after' });
    const { request, sink } = await open();
    expect(request.url).toBe('https://example.test/sse');
    sink.message(message('a', '2'));
    sink.fail(network());
    await vi.advanceTimersByTimeAsync(1000);
    expect(last().request.url).toBe('https://example.test/sse?after=2');
  });
});

describe('while the transport reestablishes the stream itself', () => {
  test('it is reconnecting at a time nobody knows, and no second attempt is made', async () => {
    const { connection, open, attempts, log } = setup({ retry: undefined });
    const { sink, request } = await open();
    sink.message(message('a'));
    sink.reestablishing(network());
    expect(connection.state).toMatchObject({ status: 'reconnecting', failures: 1, retryAt: undefined });
    expect(connection.state.error).toMatchObject({ code: 'network', willRetry: true, failures: 1 });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(attempts).toHaveLength(1);
    expect(request.signal.aborted).toBe(false);
    sink.open({ url: '' });
    expect(connection.state).toMatchObject({ status: 'open', error: undefined, failures: 1 });
    sink.message(message('b'));
    expect(connection.state.failures).toBe(0);
    expect(log.slice(-2)).toEqual(['message b', 'open']);
  });

  test('native has not given up: reconnect() makes another native attempt', async () => {
    const fetch = vi.fn(() => new Promise<Response>(() => undefined));
    vi.stubGlobal('fetch', fetch);
    MockEventSource.reset();
    // From another origin, so that only native can send an ID without a preflight.
    const { connection } = setup(
      { transport: 'auto', retry: undefined, EventSource: MockEventSource },
      'https://elsewhere.test/sse',
    );
    connection.connect();
    await flush();
    const [source] = MockEventSource.instances;
    source?.open();
    source?.drop();
    expect(connection.state).toMatchObject({ status: 'reconnecting', transport: 'native' });
    connection.reconnect();
    await vi.advanceTimersByTimeAsync(100);
    expect(connection.state.transport).toBe('native');
    expect(MockEventSource.instances).toHaveLength(2);
    expect(fetch).not.toHaveBeenCalled();
    connection.close();
  });

  test('a policy that is given ends it: the attempt is stopped, and closed for good', async () => {
    const { connection, open, attempts } = setup({ retry: 1 });
    const { sink, request } = await open();
    sink.reestablishing(network());
    expect(connection.state.status).toBe('reconnecting');
    sink.reestablishing(network());
    expect(connection.state).toMatchObject({ status: 'closed', failures: 2 });
    expect(connection.state.error?.willRetry).toBe(false);
    expect(request.signal.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(attempts).toHaveLength(1);
  });

  test('retry: false ends it at once', async () => {
    const { connection, open } = setup({ retry: false });
    (await open()).sink.reestablishing(network());
    expect(connection.state.status).toBe('closed');
  });
});

describe('until', () => {
  const done = ({ data }: SseMessage) => data === '[DONE]';

  test('completes the stream: closed without error or retry, and the message is not delivered', async () => {
    const { connection, open, attempts, log } = setup({ until: done });
    const { sink, request } = await open();
    sink.message(message('a'));
    sink.message(message('[DONE]', '9'));
    sink.message(message('b'));
    sink.end();
    expect(log.slice(-2)).toEqual(['message a', 'closed']);
    expect(connection.state).toMatchObject({ status: 'closed', error: undefined, failures: 0 });
    expect(request.signal.aborted).toBe(true);
    expect(connection.lastEventId).toBe('9');
    await vi.advanceTimersByTimeAsync(600_000);
    expect(attempts).toHaveLength(1);
  });

  test.for([
    ['whose end has come closes in order', true, ['message a', 'closed']],
    ['that ends before that is a final failure', false, ['message a', 'closed', 'error network']],
  ] as const)('a POST %s', async ([, comes, expected]) => {
    const { connection, open, log } = setup({ until: '[DONE]', method: 'POST', retry: undefined });
    const { sink } = await open();
    sink.message(message('a'));
    if (comes) sink.message(message('[DONE]'));
    else sink.end();
    expect(log.slice(4)).toEqual(expected);
    connection.close();
  });

  test('may be the data of that message', async () => {
    const { connection, open, log } = setup({ until: '[DONE]' });
    const { sink } = await open();
    sink.message(message('[DONE]!'));
    sink.message(message('[DONE]'));
    expect(log.slice(-2)).toEqual(['message [DONE]!', 'closed']);
    expect(connection.state.error).toBeUndefined();
  });

  test('that throws is reported, and the message is delivered', async () => {
    const bug = new Error('a bug');
    const { connection, open, log } = setup({
      until: () => {
        throw bug;
      },
    });
    (await open()).sink.message(message('a'));
    expect(log.at(-1)).toBe('message a');
    expect(connection.state.status).toBe('open');
    expect(reportError.mock.calls).toEqual([[bug]]);
  });
});

describe('the shortest gap', () => {
  test('of 100 ms lies between attempts that brought no event, and retryAt tells it', async () => {
    const { connection, open, attempts } = setup();
    await open();
    connection.reconnect();
    expect(connection.state).toMatchObject({ status: 'reconnecting', retryAt: Date.now() + 100 });
    await vi.advanceTimersByTimeAsync(99);
    expect(attempts).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(attempts).toHaveLength(2);
    expect(connection.state.retryAt).toBeUndefined();
  });

  test('is not waited for after an event', async () => {
    const { connection, open, attempts } = setup();
    (await open()).sink.message(message('a'));
    connection.reconnect();
    expect(connection.state.retryAt).toBeUndefined();
    await flush();
    expect(attempts).toHaveLength(2);
  });

  test('is not waited for once refreshAuth has answered a 401', async () => {
    const { connection, attempts, log, last } = setup({ refreshAuth: () => undefined });
    connection.connect();
    await flush();
    last().sink.fail(unauthorized());
    // No time passes.
    await flush();
    expect(attempts).toHaveLength(2);
    expect(log).toEqual(['connecting', 'connecting']);
    expect(connection.state).toMatchObject({ failures: 0, retryAt: undefined, error: undefined });
  });

  test('is not waited for when the attempt before is older', async () => {
    const { connection, open, attempts } = setup();
    await open();
    await vi.advanceTimersByTimeAsync(100);
    connection.reconnect();
    await flush();
    expect(attempts).toHaveLength(2);
  });

  test('holds for close() and connect(), and for a storm of reconnect()', async () => {
    const { connection, open, attempts } = setup();
    await open();
    for (let i = 0; i < 1000; i++) {
      connection.close();
      connection.connect();
      connection.reconnect();
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(attempts.length).toBeGreaterThan(1);
    expect(attempts.length).toBeLessThanOrEqual(11);
    connection.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('waiting ends early', () => {
  test('when the network is back: the next attempt starts at once', async () => {
    const { connection, open, attempts } = setup();
    const { sink } = await open();
    await vi.advanceTimersByTimeAsync(500);
    sink.fail(network());
    window.dispatchEvent(new Event('online'));
    await flush();
    expect(attempts).toHaveLength(2);
    expect(connection.state.retryAt).toBeUndefined();
  });

  test('not within Retry-After, which is the word of the server', async () => {
    const { open, attempts } = setup();
    (await open()).sink.fail(new SseError('http', '', { status: 429, retryAfter: 60_000 }));
    await vi.advanceTimersByTimeAsync(59_000);
    window.dispatchEvent(new Event('online'));
    await flush();
    expect(attempts).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(attempts).toHaveLength(2);
  });

  test.for([
    ['the network is back', () => window.dispatchEvent(new Event('online'))],
    ['the page is shown', () => document.dispatchEvent(new Event('visibilitychange'))],
    [
      'the page returns from the back/forward cache',
      () => window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true })),
    ],
  ] as const)('not within the reconnection time of the server, but right after it: %s', async ([, hope]) => {
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('visible');
    const { open, attempts } = setup();
    const { sink } = await open();
    sink.reconnectionTime(20_000);
    sink.fail(network());
    // The second delay is twice as long as what the server asks for.
    await vi.advanceTimersByTimeAsync(20_000);
    attempts.at(-1)?.sink.fail(network());
    await vi.advanceTimersByTimeAsync(19_999);
    hope();
    await flush();
    expect(attempts).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    hope();
    await flush();
    expect(attempts).toHaveLength(3);
  });

  test('with reconnect()', async () => {
    const { connection, open, attempts } = setup();
    (await open()).sink.fail(new SseError('network', '', { retryAfter: 60_000 }));
    await vi.advanceTimersByTimeAsync(500);
    connection.reconnect();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(attempts).toHaveLength(2);
  });

  test('not while the stream is open or the transport is at it', async () => {
    const { open, attempts } = setup();
    const { sink } = await open();
    window.dispatchEvent(new Event('online'));
    sink.reestablishing(network());
    window.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(1000);
    expect(attempts).toHaveLength(1);
  });
});

describe('an attempt that is over', () => {
  const endings: [string, (connection: Connection, attempt: Attempt) => void][] = [
    [
      'closed',
      (connection) => {
        connection.close();
      },
    ],
    [
      'superseded by reconnect()',
      (connection) => {
        connection.reconnect();
      },
    ],
    [
      'failed',
      (_, { sink }) => {
        sink.fail(network());
      },
    ],
    [
      'ended',
      (_, { sink }) => {
        sink.end();
      },
    ],
  ];

  test.for(endings)('can neither deliver nor change anything: %s', async ([, end]) => {
    const { connection, open, log } = setup({ lastEventId: '1' });
    const attempt = await open();
    end(connection, attempt);
    expect(attempt.request.signal.aborted).toBe(true);
    const { state } = connection;
    const told = [...log];
    const { sink } = attempt;
    sink.open({ url: '' });
    sink.message(message('late', '99'));
    sink.id('99');
    sink.reconnectionTime(7);
    sink.reestablishing(network());
    sink.fail(unauthorized());
    sink.end();
    expect(log).toEqual(told);
    expect(connection.state).toBe(state);
    expect(connection.lastEventId).toBe('1');
    connection.close();
  });

  test('has its signal aborted while the URL is still being asked for, and is never started', async () => {
    const answers: ((url: string) => void)[] = [];
    const { connection, attempts, last } = setup(
      {},
      () =>
        new Promise((resolve) => {
          answers.push(resolve);
        }),
    );
    connection.connect();
    await flush();
    connection.close();
    connection.connect();
    await vi.advanceTimersByTimeAsync(100);
    expect(answers).toHaveLength(2);
    answers[1]?.('https://example.test/new');
    answers[0]?.('https://example.test/old');
    await flush();
    expect(attempts).toHaveLength(1);
    expect(last().request.url).toBe('https://example.test/new');
    expect(connection.url).toBe('https://example.test/new');
  });

  test('is never started when the body, the last that is asked for, comes too late', async () => {
    const answers: ((body: string) => void)[] = [];
    const { connection, attempts, last, states } = setup({
      method: 'POST',
      body: () =>
        new Promise((resolve) => {
          answers.push(resolve);
        }),
    });
    connection.connect();
    await flush();
    connection.close();
    connection.connect();
    answers[0]?.('old');
    await flush();
    expect(attempts).toHaveLength(0);
    expect(states.at(-1)).toMatchObject({ status: 'connecting', transport: undefined });
    await vi.advanceTimersByTimeAsync(100);
    answers[1]?.('new');
    await flush();
    expect(attempts).toHaveLength(1);
    expect(last().request.body).toBe('new');
  });

  test('reports nothing when its URL function rejects too late', async () => {
    const failures: ((error: Error) => void)[] = [];
    const { connection, log } = setup(
      {},
      () =>
        new Promise((_, reject) => {
          failures.push(reject);
        }),
    );
    connection.connect();
    await flush();
    connection.close();
    failures[0]?.(new Error('too late'));
    await flush();
    expect(log).toEqual(['connecting', 'closed']);
  });
});

describe('close() inside a listener', () => {
  test.for(['state', 'open', 'message', 'error'] as const)(
    'of %s ends everything: no attempt, no timer, nothing delivered after it',
    async (kind) => {
      const { connection, open, attempts, log, on } = setup();
      let told = Infinity;
      const drive = async () => {
        const { sink } = await open();
        on[kind] = () => {
          Reflect.deleteProperty(on, kind);
          connection.close();
          told = log.length;
        };
        if (kind === 'open') {
          sink.open({ url: '' });
          return;
        }
        sink.message(message('a'));
        sink.message(message('b'));
        sink.fail(network());
        sink.end();
      };
      await drive();
      expect(log.slice(told)).toEqual([]);
      expect(connection.state.status).toBe('closed');
      await vi.advanceTimersByTimeAsync(600_000);
      expect(attempts).toHaveLength(1);
      expect(log.slice(told)).toEqual([]);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  test('of the state open keeps the open from being told', async () => {
    const { open, log, on } = setup();
    on.state = (connection) => {
      if (connection.state.status === 'open') connection.close();
    };
    await open();
    expect(log).toEqual(['connecting', 'connecting', 'open', 'closed']);
  });

  test('and connect() after it make one new attempt', async () => {
    const { connection, open, attempts, on } = setup();
    const { sink } = await open();
    sink.message(message('a', '1'));
    on.error = () => {
      Reflect.deleteProperty(on, 'error');
      connection.close();
      connection.connect();
    };
    sink.fail(network());
    await vi.advanceTimersByTimeAsync(600_000);
    expect(attempts).toHaveLength(2);
    expect(connection.state).toMatchObject({ status: 'connecting', failures: 0, error: undefined });
    expect(attempts[1]?.request.lastEventId).toBe('1');
  });
});

test('close() leaves no timer and no listener on the page while waiting', async () => {
  const added = vi.spyOn(window, 'addEventListener');
  const removed = vi.spyOn(window, 'removeEventListener');
  const { connection, open } = setup();
  (await open()).sink.fail(network());
  expect(vi.getTimerCount()).toBe(1);
  expect(added).toHaveBeenCalled();
  connection.close();
  expect(vi.getTimerCount()).toBe(0);
  for (const [type, listener] of added.mock.calls) expect(removed).toHaveBeenCalledWith(type, listener);
  vi.restoreAllMocks();
});

describe('whatever happens in whatever order', () => {
  const transitions: Record<SseState['status'], SseState['status'][]> = {
    closed: ['connecting'],
    connecting: ['open', 'reconnecting', 'closed'],
    open: ['reconnecting', 'closed'],
    reconnecting: ['open', 'closed'],
  };
  const readyStates = { connecting: 0, open: 1, reconnecting: 0, closed: 2 };

  const step = fc.oneof(
    fc.constantFrom('connect', 'close', 'reconnect', 'online', 'flush'),
    fc.constantFrom('open', 'message', 'id', 'fail', 'fail for good', 'reestablishing', 'end'),
    fc.nat({ max: 3000 }),
  );
  const reaction = fc.record({
    at: fc.constantFrom('state' as const, 'open' as const, 'message' as const, 'error' as const),
    does: fc.constantFrom('close' as const, 'reconnect' as const, 'connect' as const),
    after: fc.nat({ max: 4 }),
  });

  test('transitions are legal, one attempt is alive at most, and the state is honest', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.array(reaction, { maxLength: 3 }),
        fc.constantFrom(undefined, 2, { jitter: false, limit: 3 }),
        async (steps, reactions, retry) => {
          const { connection, attempts, states, log, on } = setup({ retry });
          for (const { at, does, after } of reactions) {
            let count = 0;
            on[at] = () => {
              if (count++ === after) connection[does]();
            };
          }

          const check = () => {
            const { state } = connection;
            const alive = attempts.filter(({ request }) => !request.signal.aborted);
            expect(alive.length).toBeLessThanOrEqual(1);
            expect(state.readyState).toBe(readyStates[state.status]);
            if (state.status === 'closed') {
              expect(alive).toEqual([]);
              expect(vi.getTimerCount()).toBe(0);
            }
            if (state.status === 'open') expect(alive).toHaveLength(1);
            // A countdown runs exactly while a timer does.
            // One for the next attempt; one that notices a sleep, once a stream has opened.
            const timers = vi.getTimerCount();
            if (state.retryAt !== undefined || state.status === 'open') expect(timers).toBe(1);
            else expect(timers).toBeLessThanOrEqual(state.status === 'reconnecting' ? 1 : 0);
            if (state.retryAt !== undefined) expect(state.retryAt).toBeGreaterThanOrEqual(Date.now());
          };

          for (const what of steps) {
            // A finished attempt may still report, but nothing must happen.
            const sink = attempts.at(-1)?.sink;
            if (typeof what === 'number') await vi.advanceTimersByTimeAsync(what);
            else if (what === 'flush') await flush();
            else if (what === 'online') window.dispatchEvent(new Event('online'));
            else if (what === 'connect' || what === 'close' || what === 'reconnect') connection[what]();
            else if (what === 'open') sink?.open({ url: '' });
            else if (what === 'message') sink?.message(message('a', '1'));
            else if (what === 'id') sink?.id('2');
            else if (what === 'fail') sink?.fail(network());
            else if (what === 'fail for good') sink?.fail(unauthorized());
            else if (what === 'reestablishing') sink?.reestablishing(network());
            else sink?.end();
            check();
          }

          for (const kind of ['state', 'open', 'message', 'error'] as const) Reflect.deleteProperty(on, kind);
          connection.close();
          check();
          const told = log.length;
          await vi.advanceTimersByTimeAsync(600_000);
          expect(log).toHaveLength(told);

          expect(new Set(states).size).toBe(states.length);
          let before: SseState['status'] = 'closed';
          for (const { status } of states) {
            if (status !== before) expect(transitions[before]).toContain(status);
            before = status;
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
