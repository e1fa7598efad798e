// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SseClient, type SseClientOptions, type SseError } from 'ssekit';
import { MockEventSource, mockSse } from 'ssekit/testing';
import { stopClock } from '../setup.ts';

/** R4: the policy holds on the default transport, because fetch takes over when native is lost. */

stopClock();

const HERE = new URL('/sse', location.href).href;
const ELSEWHERE = 'https://elsewhere.test/sse';

let server: ReturnType<typeof mockSse>;
const clients: SseClient[] = [];

beforeEach(() => {
  server = mockSse();
  MockEventSource.reset();
  vi.stubGlobal('EventSource', MockEventSource);
  vi.stubGlobal('origin', location.origin);
  vi.stubGlobal('fetch', server.fetch);
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A client whose native stream is open and has delivered event 1. */
async function open(url = HERE, options: SseClientOptions = {}, id = '1') {
  const client = new SseClient(url, options);
  clients.push(client);
  const errors: SseError[] = [];
  const data: string[] = [];
  client.onMessage((message) => data.push(message.data));
  client.onError((error) => errors.push(error));
  await vi.advanceTimersByTimeAsync(0);
  const source = MockEventSource.last;
  source.emit('message', 'a', { id });
  return { client, source, errors, data };
}

/** What fetch was asked for. */
const sent = () => server.exchanges.map(({ request }) => [request.url, request.headers.get('last-event-id')]);

type Loss = [string, (source: MockEventSource) => void];
const cut: Loss = [
  'is lost and says CONNECTING',
  (source) => {
    source.drop();
  },
];
const refusal: Loss = [
  'gives up and says CLOSED',
  (source) => {
    source.fail();
  },
];

describe.each([cut, refusal])('when native %s', (_, lose) => {
  test('it is closed, and fetch continues with the ID, over one connection', async () => {
    const { client, source, errors, data } = await open();
    lose(source);
    expect(source.readyState).toBe(MockEventSource.CLOSED);
    expect(client.getSnapshot()).toMatchObject({ status: 'reconnecting', failures: 1 });
    expect(errors).toMatchObject([{ willRetry: true }]);
    await vi.advanceTimersByTimeAsync(3000);
    expect(sent()).toEqual([[HERE, '1']]);
    server.exchanges[0]?.send({ id: '2', data: 'b' });
    await vi.advanceTimersByTimeAsync(0);
    expect(data).toEqual(['a', 'b']);
    expect(client.getSnapshot()).toMatchObject({ status: 'open', transport: 'fetch', failures: 0 });
    expect(MockEventSource.instances).toHaveLength(1);
  });

  // Never under 100 ms: R18.
  test.for<[number, number]>([
    [0, 100],
    [0.5, 1500],
    [0.999999, 3000],
  ])('the first delay is drawn from 0 to 3 s, and retryAt says it: %d', async ([random, delay]) => {
    const { client, source } = await open();
    vi.spyOn(Math, 'random').mockReturnValue(random);
    lose(source);
    expect(client.getSnapshot().retryAt).toBe(Date.now() + delay);
    await vi.advanceTimersByTimeAsync(delay - 1);
    expect(sent()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent()).toHaveLength(1);
  });

  test('what the server sets holds once fetch has seen it', async () => {
    const { client, source } = await open();
    vi.spyOn(Math, 'random').mockReturnValue(1);
    lose(source);
    await vi.advanceTimersByTimeAsync(3000);
    server.exchanges[0]?.send('retry: 20000\n\ndata: b\n\n');
    server.exchanges[0]?.end();
    await vi.advanceTimersByTimeAsync(0);
    expect(client.getSnapshot().retryAt).toBe(Date.now() + 20_000);
  });

  test('the delay grows from retryInterval while fetch fails, too', async () => {
    const { client, source } = await open();
    vi.spyOn(Math, 'random').mockReturnValue(1);
    lose(source);
    await vi.advanceTimersByTimeAsync(3000);
    for (const [n, delay] of [2000, 4000, 8000].entries()) {
      server.exchanges[n]?.open({ status: 503 });
      server.exchanges[n]?.end();
      await vi.advanceTimersByTimeAsync(0);
      expect(client.getSnapshot()).toMatchObject({ failures: n + 2, retryAt: Date.now() + delay });
      await vi.advanceTimersByTimeAsync(delay);
    }
  });

  test('the wait ends when the network is back', async () => {
    const { source } = await open();
    vi.spyOn(Math, 'random').mockReturnValue(1);
    // The shortest pause between two attempts is over.
    await vi.advanceTimersByTimeAsync(100);
    lose(source);
    window.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(0);
    expect(sent()).toEqual([[HERE, '1']]);
  });
});

describe('across origins', () => {
  test('native is left alone while it says CONNECTING, since only it can send the ID', async () => {
    const { client, source, data } = await open(ELSEWHERE);
    source.drop();
    expect(client.getSnapshot()).toMatchObject({ status: 'reconnecting', retryAt: undefined });
    window.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(600_000);
    expect(source.readyState).toBe(MockEventSource.CONNECTING);
    source.emit('message', 'b', { id: '2' });
    expect(data).toEqual(['a', 'b']);
    expect([MockEventSource.instances.length, sent()]).toEqual([1, []]);
  });

  test('fetch takes over once native is CLOSED, without the ID', async () => {
    const { source } = await open(ELSEWHERE);
    source.drop();
    source.fail();
    await vi.advanceTimersByTimeAsync(6000);
    expect(sent()).toEqual([[ELSEWHERE, null]]);
  });

  test('fetch takes over with the ID in the query, if lastEventIdParam says so', async () => {
    const { source } = await open(ELSEWHERE, { lastEventIdParam: 'after' });
    source.drop();
    expect(source.readyState).toBe(MockEventSource.CLOSED);
    await vi.advanceTimersByTimeAsync(3000);
    expect(sent()).toEqual([[`${ELSEWHERE}?after=1`, null]]);
  });

  test('fetch takes over where events came without an ID: none has to travel', async () => {
    const { source } = await open(ELSEWHERE, {}, '');
    source.drop();
    expect(source.readyState).toBe(MockEventSource.CLOSED);
    await vi.advanceTimersByTimeAsync(3000);
    expect(sent()).toEqual([[ELSEWHERE, null]]);
  });
});

describe("transport: 'native'", () => {
  test.for([
    ['with an ID', '1'],
    ['without one', ''],
  ])('leaves the browser alone while it says CONNECTING: %s', async ([, id]) => {
    const { source } = await open(HERE, { transport: 'native', retry: {} }, id);
    source.drop();
    window.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(600_000);
    expect(source.readyState).toBe(MockEventSource.CONNECTING);
    expect([MockEventSource.instances.length, sent()]).toEqual([1, []]);
  });

  test('without retry, CLOSED is final', async () => {
    const { client, source } = await open(HERE, { transport: 'native' });
    source.fail();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(client.status).toBe('closed');
    expect([MockEventSource.instances.length, sent()]).toEqual([1, []]);
  });

  test('with retry, it is opened again on native once it is CLOSED', async () => {
    const { client, source } = await open(HERE, {
      transport: 'native',
      retry: { jitter: false },
      lastEventIdParam: 'after',
    });
    source.fail();
    expect(client.getSnapshot().retryAt).toBe(Date.now() + 1000);
    await vi.advanceTimersByTimeAsync(1000);
    expect(MockEventSource.instances.map(({ url }) => url)).toEqual([HERE, `${HERE}?after=1`]);
    expect(sent()).toEqual([]);
  });
});

/** R12: a stream that may be asked for again is reopened when it's silent after sleep. */
describe('after a freeze without a byte for 2 s', () => {
  const thaw = async () => {
    document.dispatchEvent(new Event('resume'));
    await vi.advanceTimersByTimeAsync(2000);
  };

  test('a native stream continues over fetch with its ID', async () => {
    const { client, source, errors } = await open();
    await thaw();
    expect(errors).toMatchObject([{ code: 'timeout', willRetry: true }]);
    expect(source.readyState).toBe(MockEventSource.CLOSED);
    expect(client.status).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(3000);
    expect(sent()).toEqual([[HERE, '1']]);
  });

  test('a native stream that has delivered an event is left alone', async () => {
    const { source, errors } = await open();
    document.dispatchEvent(new Event('resume'));
    source.emit('message', 'b', { id: '2' });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(errors).toEqual([]);
    expect(source.readyState).toBe(MockEventSource.OPEN);
  });

  test.for<[string, string, SseClientOptions]>([
    ['on another origin, whose ID only native can send', ELSEWHERE, {}],
    ["of transport: 'native'", HERE, { transport: 'native', retry: {} }],
  ])('a native stream is left alone: %s', async ([, url, options]) => {
    const { source, errors } = await open(url, options);
    await thaw();
    expect(errors).toEqual([]);
    expect(source.readyState).toBe(MockEventSource.OPEN);
  });

  async function fetched(options: SseClientOptions) {
    const client = new SseClient(HERE, { ...options, transport: 'fetch' });
    clients.push(client);
    const errors: SseError[] = [];
    const data: string[] = [];
    client.onMessage((message) => data.push(message.data));
    client.onError((error) => errors.push(error));
    const exchange = await server.next();
    exchange.send({ id: '1', data: 'a' });
    await vi.advanceTimersByTimeAsync(0);
    return { client, exchange, errors, data };
  }

  test('a fetch stream is reopened by the policy with its ID', async () => {
    const { exchange, errors } = await fetched({ retry: { jitter: false } });
    await thaw();
    expect(exchange.isAborted).toBe(true);
    expect(errors).toMatchObject([{ code: 'timeout', willRetry: true, failures: 1 }]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent().map(([, id]) => id)).toEqual([null, '1']);
  });

  test('a comment is enough to leave a fetch stream alone', async () => {
    const { exchange, errors } = await fetched({});
    document.dispatchEvent(new Event('resume'));
    exchange.send(':\n');
    await vi.advanceTimersByTimeAsync(600_000);
    expect(errors).toEqual([]);
    expect(sent()).toHaveLength(1);
  });

  test.for<[string, SseClientOptions]>([
    ['a POST', { json: {} }],
    ['retry: false', { retry: false }],
    ['retry: 0', { retry: 0 }],
  ])(
    'what may not be asked for again is left alone, and its answer is delivered: %s',
    async ([, options]) => {
      const { exchange, errors, data } = await fetched(options);
      await thaw();
      exchange.send({ id: '2', data: 'b' });
      await vi.advanceTimersByTimeAsync(0);
      expect([data, errors]).toEqual([['a', 'b'], []]);
      expect(sent()).toHaveLength(1);
    },
  );

  test('the attempt that follows is not doubted because of the freeze before it', async () => {
    const { client, errors } = await fetched({});
    document.dispatchEvent(new Event('resume'));
    client.reconnect();
    const next = await server.next();
    next.open();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(errors).toEqual([]);
    expect(sent()).toHaveLength(2);
  });
});
