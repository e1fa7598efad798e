// @vitest-environment jsdom
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ReadyState, SseClient, SseError, type SseState } from 'ssekit';
import { MockEventSource, mockSse } from 'ssekit/testing';
import { CHECKED } from '../../src/checked.ts';
import type { SseClientOptions, TransportRequest } from 'ssekit';
import { flush, recordErrors, reportError, stopClock } from './setup.ts';

stopClock();
recordErrors();
beforeEach(() => {
  MockEventSource.reset();
});

const native = { transport: 'native', EventSource: MockEventSource } as const;
const url = 'https://example.test/sse';

/** An open client over MockEventSource, with a log. */
async function opened(
  options: Pick<SseClientOptions, 'retry' | 'retryInterval' | 'lastEventIdParam' | 'signal' | 'until'> = {},
) {
  const client = new SseClient(url, { ...native, ...options });
  await flush();
  const source = MockEventSource.last;
  source.open();
  const log: string[] = [];
  const note = (name: string) => (message: { data: string }) => {
    log.push(`${name} ${message.data}`);
  };
  return { client, source, log, note };
}

test('event names that come and go are forgotten, in the client and in its connection', async () => {
  const requests: TransportRequest[] = [];
  const calls: string[] = [];
  const client = new SseClient(url, {
    transport: (request) => {
      requests.push(request);
      return {
        listen: (type) => calls.push(`listen ${type}`),
        unlisten: (type) => calls.push(`unlisten ${type}`),
      };
    },
  });
  const listener = vi.fn();
  client.on('early', listener)();
  client.on('stays', listener);
  const controller = new AbortController();
  await flush();
  expect([...(requests[0]?.types ?? [])]).toEqual(['stays']);

  client.on('a', listener)();
  const off = client.on('a', listener);
  client.on('a', listener)();
  off();
  off();
  client.on('b', listener, controller);
  controller.abort();
  client.on('c', listener, controller);
  if (CHECKED) expect(() => client.on('d', undefined as never)).toThrow(TypeError);
  client.on('e', listener);
  client.off('e', listener);
  expect(calls).toEqual([
    ...['listen a', 'unlisten a', 'listen a', 'unlisten a'],
    ...['listen b', 'unlisten b', 'listen e', 'unlisten e'],
  ]);

  client.reconnect();
  await vi.advanceTimersByTimeAsync(100);
  expect([...(requests[1]?.types ?? [])]).toEqual(['stays']);
  client.close();
});

test('a listener that replaces itself during delivery hears the next event', async () => {
  const { client, source, log } = await opened();
  const listen = (round: number) => {
    client.once('tick', ({ data }) => {
      log.push(`${round} ${data}`);
      listen(round + 1);
    });
  };
  listen(1);
  source.emit('tick', 'a');
  source.emit('tick', 'b');
  expect(log).toEqual(['1 a', '2 b']);
});

describe('the constructor', () => {
  test('connects one microtask later, so that whoever listens at once misses nothing', async () => {
    const client = new SseClient(url, native);
    expect(client.readyState).toBe(ReadyState.Connecting);
    expect(MockEventSource.instances).toEqual([]);
    await Promise.resolve();
    await Promise.resolve();
    await flush();
    expect(MockEventSource.instances).toHaveLength(1);
  });

  test('does not connect with autoConnect: false', async () => {
    const client = new SseClient(url, { ...native, autoConnect: false });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(MockEventSource.instances).toEqual([]);
    expect(client.status).toBe('closed');
    client.connect();
    await flush();
    expect(MockEventSource.instances).toHaveLength(1);
  });

  test('throws a TypeError for what cannot work, and sends nothing', async () => {
    expect(() => new SseClient(undefined as never, native)).toThrow(TypeError);
    expect(() => new SseClient('https://[', native)).toThrow(TypeError);
    expect(() => new SseClient(url, { ...native, lastEventId: 'a\nb', lastEventIdParam: 'after' })).toThrow(
      TypeError,
    );
    await flush();
    expect(MockEventSource.instances).toEqual([]);
  });

  test('hands URL and credentials to EventSource', async () => {
    const client = new SseClient('/sse?a=1', { ...native, withCredentials: true });
    await flush();
    const { last } = MockEventSource;
    expect([last.url, last.withCredentials]).toEqual(['http://localhost:3000/sse?a=1', true]);
    expect([client.url, client.withCredentials]).toEqual(['http://localhost:3000/sse?a=1', true]);
    expect(new SseClient(url, { ...native, autoConnect: false }).withCredentials).toBe(false);
  });

  test('uses the global EventSource when none is given', async () => {
    vi.stubGlobal('EventSource', MockEventSource);
    const client = new SseClient(url, { transport: 'native' });
    await flush();
    expect(MockEventSource.last.url).toBe(url);
    client.close();
  });
});

describe('events', () => {
  test('reach listeners of their type with type, data, id, origin and raw text', async () => {
    const { client, source } = await opened();
    const seen: unknown[] = [];
    client.on('lol', (message) => seen.push(message));
    source.emit('lol', '哈', { id: '7' });
    source.emit('other', 'x');
    expect(seen).toEqual([
      { type: 'lol', data: '哈', raw: '哈', lastEventId: '7', origin: 'https://example.test' },
    ]);
    expect(client.lastEventId).toBe('7');
  });

  test('without a name reach onMessage and on("message"), and no others', async () => {
    const { client, source, log, note } = await opened();
    client.onMessage(note('onMessage'));
    client.on('message', note('on'));
    client.on('lol', note('lol'));
    source.emit('message', '1');
    source.emit('lol', '2');
    expect(log).toEqual(['onMessage 1', 'on 1', 'lol 2']);
  });

  test('reach listeners that came after the source was opened', async () => {
    const { client, source, log, note } = await opened();
    source.emit('late', '1');
    client.on('late', note('late'));
    source.emit('late', '2');
    expect(log).toEqual(['late 2']);
  });

  test('reach listeners that came after an event of their type had passed', async () => {
    const server = mockSse();
    const client = new SseClient(url, { fetch: server.fetch });
    await flush();
    const log: string[] = [];
    const send = async (data: string) => {
      server.exchanges[0]?.send({ event: 'late', data });
      await flush();
    };
    await send('1');
    const off = client.on('late', ({ data }) => log.push(data));
    await send('2');
    off();
    await send('3');
    client.on('late', ({ data }) => log.push(data));
    await send('4');
    expect(log).toEqual(['2', '4']);
  });

  test.for(['open', 'error', 'close', 'message', '__proto__', 'constructor', 'toString'])(
    'named %s are data, and disturb nothing',
    async (type) => {
      const { client, source, log, note } = await opened();
      const others = vi.fn();
      client.onOpen(others);
      client.onError(others);
      client.onStateChange(others);
      client.on('hasOwnProperty', others);
      client.on(type, note(type));
      source.emit(type, 'payload');
      expect(log).toEqual([`${type} payload`]);
      expect(others).not.toHaveBeenCalled();
      expect(client.status).toBe('open');

      // Listening to the name doesn't hide the lifecycle either.
      source.drop();
      source.open();
      expect(others).toHaveBeenCalledTimes(4);
      expect(log).toHaveLength(1);
    },
  );

  test('still reach the others when a listener throws, and what it threw is reported', async () => {
    const { client, source, log, note } = await opened();
    const bug = new Error('a bug');
    client.on('lol', () => {
      throw bug;
    });
    client.on('lol', note('after'));
    source.emit('lol', '1');
    source.emit('lol', '2');
    expect(log).toEqual(['after 1', 'after 2']);
    expect(reportError.mock.calls).toEqual([[bug], [bug]]);
    expect(client.status).toBe('open');
  });

  test('may have listeners added and removed by a listener', async () => {
    const { client, source, log, note } = await opened();
    client.once('lol', () => {
      remove();
      client.on('lol', note('added'));
    });
    const remove = client.on('lol', note('removed'));
    client.on('lol', note('stays'));
    source.emit('lol', '1');
    source.emit('lol', '2');
    expect(log).toEqual(['stays 1', 'stays 2', 'added 2']);
  });
});

describe('a subscription', () => {
  test('ends with the function that on() returned', async () => {
    const { client, source, log, note } = await opened();
    const remove = client.on('lol', note('a'));
    source.emit('lol', '1');
    remove();
    remove();
    source.emit('lol', '2');
    expect(log).toEqual(['a 1']);
  });

  test('ends with off(), every one of that listener to that type', async () => {
    const { client, source, log, note } = await opened();
    const a = note('a');
    client.on('lol', a);
    client.on('lol', a);
    client.on('other', a);
    client.on('lol', note('b'));
    client.off('lol', a);
    client.off('never listened to', a);
    source.emit('lol', '1');
    source.emit('other', '2');
    expect(log).toEqual(['b 1', 'a 2']);
  });

  test('of onMessage ends with off("message")', async () => {
    const { client, source, log, note } = await opened();
    const a = note('a');
    client.onMessage(a);
    client.off('message', a);
    source.emit('message', '1');
    expect(log).toEqual([]);
  });

  test('ends after one event with once', async () => {
    const { client, source, log, note } = await opened();
    client.on('lol', note('on'), { once: true });
    const remove = client.once('lol', note('once'));
    source.emit('lol', '1');
    source.emit('lol', '2');
    remove();
    expect(log).toEqual(['on 1', 'once 1']);
  });

  test.for(['on', 'onMessage', 'onOpen', 'onError', 'onStateChange'] as const)(
    'of %s ends when its signal aborts',
    async (method) => {
      const { client, source } = await opened();
      const abort = new AbortController();
      const { signal } = abort;
      const listener = vi.fn();
      if (method === 'on') client.on('lol', listener, { signal });
      else client[method](listener, { signal });
      const all = () => {
        source.emit('lol', '1');
        source.emit('message', '1');
        source.drop();
        source.open();
      };
      all();
      const { length } = listener.mock.calls;
      expect(length).toBeGreaterThan(0);
      abort.abort();
      all();
      expect(listener).toHaveBeenCalledTimes(length);
    },
  );

  test('outlives a close() and connect()', async () => {
    const { client, log, note } = await opened();
    client.on('lol', note('a'));
    client.close();
    client.connect();
    await vi.advanceTimersByTimeAsync(100);
    MockEventSource.last.open();
    MockEventSource.last.emit('lol', '1');
    expect(log).toEqual(['a 1']);
  });
});

describe('the promise of once()', () => {
  test('is the next event of that type, and leaves no listener', async () => {
    const { client, source } = await opened();
    const next = client.once('lol');
    source.emit('other', '0');
    source.emit('lol', '1');
    source.emit('lol', '2');
    expect(await next).toMatchObject({ type: 'lol', data: '1' });
  });

  test('holds across a loss of the connection', async () => {
    const { client, source } = await opened();
    const next = client.once('lol');
    source.drop();
    source.open();
    source.emit('lol', '1');
    expect((await next).data).toBe('1');
  });

  test('rejects with an AbortError when the client is closed first', async () => {
    const { client } = await opened();
    const next = client.once('lol');
    client.close();
    await expect(next).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('made while a listener opens the client again is not rejected by the close() before', async () => {
    const { client } = await opened();
    let next: Promise<{ data: string }> | undefined;
    const off = client.onStateChange(({ status }) => {
      if (status !== 'closed') return;
      off();
      client.connect();
      next = client.once('lol');
    });
    client.close();
    await vi.advanceTimersByTimeAsync(100);
    MockEventSource.last.open();
    MockEventSource.last.emit('lol', '1');
    expect((await next)?.data).toBe('1');
    client.close();
  });

  test('rejects with the error when the connection fails for good first', async () => {
    const { client, source } = await opened();
    const next = client.once('lol');
    source.fail();
    await expect(next).rejects.toBe(client.getSnapshot().error);
    expect(client.getSnapshot().error).toBeInstanceOf(SseError);
  });

  test('rejects at once when the client has closed, by itself or by a signal, and waits when it never began', async () => {
    const { client, source } = await opened();
    source.fail();
    await expect(client.once('lol')).rejects.toBe(client.getSnapshot().error);
    client.connect();
    client.close();
    await expect(client.once('lol')).rejects.toMatchObject({ name: 'AbortError' });
    const aborted = new SseClient(url, { ...native, signal: AbortSignal.abort() });
    await expect(aborted.once('lol')).rejects.toMatchObject({ name: 'AbortError' });

    const later = new SseClient(url, { ...native, autoConnect: false });
    const next = later.once('lol');
    later.connect();
    await flush();
    MockEventSource.last.emit('lol', '1');
    expect((await next).data).toBe('1');
  });

  test('rejects when a client is closed, or aborted, that never began', async () => {
    const closed = new SseClient(url, { ...native, autoConnect: false });
    const loop = closed.events()[Symbol.asyncIterator]().next();
    const next = closed.once('lol');
    closed.close();
    await expect(next).rejects.toMatchObject({ name: 'AbortError' });
    expect((await loop).done).toBe(true);

    const controller = new AbortController();
    const aborted = new SseClient(url, { ...native, autoConnect: false, signal: controller.signal });
    const never = aborted.once('lol');
    controller.abort();
    aborted.connect();
    await expect(never).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('rejects when an earlier listener of the same event closes the client', async () => {
    const { client, source } = await opened();
    client.on('lol', () => {
      client.close();
    });
    const next = client.once('lol');
    source.emit('lol', '1');
    await expect(next).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('onOpen', () => {
  test('tells URL and transport, at every open', async () => {
    const client = new SseClient(url, native);
    const listener = vi.fn();
    client.onOpen(listener);
    await flush();
    MockEventSource.last.open();
    MockEventSource.last.drop();
    MockEventSource.last.open();
    const info = { url, transport: 'native', lastEventId: '' };
    expect(listener.mock.calls).toEqual([[info], [info]]);
  });
});

describe('onError', () => {
  test('tells a loss that the browser mends: it will be retried', async () => {
    const { client, source } = await opened();
    const errors: SseError[] = [];
    client.onError((error) => errors.push(error));
    source.drop();
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(SseError);
    expect(errors[0]).toMatchObject({ code: 'network', willRetry: true, failures: 1 });
  });

  test('tells a failure for good: it will not', async () => {
    const { client, source } = await opened();
    const errors: SseError[] = [];
    client.onError((error) => errors.push(error));
    source.fail();
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: 'failed', willRetry: false });
    expect(client.status).toBe('closed');
  });

  test('is silent about close()', async () => {
    const { client } = await opened();
    const listener = vi.fn();
    client.onError(listener);
    client.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(listener).not.toHaveBeenCalled();
    expect(client.getSnapshot().error).toBeUndefined();
  });
});

describe('the state', () => {
  const brief = ({ status }: SseState) => status;

  test('goes through connecting, open, reconnecting, open, closed', async () => {
    const client = new SseClient(url, native);
    const statuses = [client.status];
    const readyStates = [client.readyState];
    client.onStateChange((now) => {
      if (now.status === statuses.at(-1)) return;
      statuses.push(now.status);
      readyStates.push(client.readyState);
    });
    await flush();
    MockEventSource.last.open();
    MockEventSource.last.drop();
    MockEventSource.last.open();
    client.close();
    expect(statuses).toEqual(['connecting', 'open', 'reconnecting', 'open', 'closed']);
    expect(readyStates).toEqual([0, 1, 0, 1, 2]);
  });

  test('of onStateChange comes with the one before', async () => {
    const { client, source } = await opened();
    const first = client.getSnapshot();
    const pairs: [SseState, SseState][] = [];
    client.onStateChange((now, before) => pairs.push([now, before]));
    source.drop();
    source.open();
    source.emit('message', '');
    client.close();
    expect(pairs.map(([now]) => brief(now))).toEqual(['reconnecting', 'open', 'open', 'closed']);
    expect(pairs.map(([, before]) => before)).toEqual([first, ...pairs.slice(0, -1).map(([now]) => now)]);
  });

  test('that changes while a listener runs is told to the others once, as it is then', async () => {
    const { client, source } = await opened();
    client.onStateChange(({ status }) => {
      if (status === 'reconnecting') client.close();
    });
    const seen: string[] = [];
    client.onStateChange((now, before) => seen.push(`${brief(before)} > ${brief(now)}`));
    source.drop();
    expect(seen).toEqual(['open > closed']);
  });

  test('is the same object until something changes, and getSnapshot needs no this', async () => {
    const { client, source } = await opened();
    const { getSnapshot } = client;
    const before = getSnapshot();
    source.emit('message', '1', { id: '1' });
    expect(getSnapshot()).toBe(before);
    source.drop();
    expect(getSnapshot()).not.toBe(before);
    expect(getSnapshot()).toBe(getSnapshot());
    expect(before.status).toBe('open');
  });

  test('is told by subscribe at once and after each change, until it is unsubscribed; it needs no this', async () => {
    const { client, source } = await opened();
    const { subscribe, getSnapshot } = client;
    const seen: SseState[] = [];
    const unsubscribe = subscribe((state) => {
      expect(state).toBe(getSnapshot());
      seen.push(state);
    });
    expect(seen.map(brief)).toEqual(['open']);
    source.emit('message', '1');
    source.drop();
    expect(seen.map(brief)).toEqual(['open', 'reconnecting']);
    unsubscribe();
    source.open();
    expect(seen).toHaveLength(2);
  });

  test('is told on, when the first call of a listener of subscribe throws', async () => {
    const { client, source } = await opened();
    const bug = new Error('a bug');
    const listener = vi.fn(() => {
      throw bug;
    });
    const unsubscribe = client.subscribe(listener);
    source.drop();
    unsubscribe();
    source.open();
    expect(listener).toHaveBeenCalledTimes(2);
    expect(reportError.mock.calls).toEqual([[bug], [bug]]);
  });

  test('is told to the rest when a listener throws, and so is the error', async () => {
    const { client, source } = await opened();
    const bug = new Error('a bug');
    client.onStateChange(() => {
      throw bug;
    });
    client.onError(() => {
      throw bug;
    });
    const states = vi.fn();
    const errors = vi.fn();
    client.subscribe(states);
    client.onError(errors);
    source.drop();
    expect(states).toHaveBeenCalledTimes(2);
    expect(errors).toHaveBeenCalledOnce();
    expect(reportError.mock.calls).toEqual([[bug], [bug]]);
  });

  test('counts failures until an event arrives', async () => {
    const { client, source } = await opened();
    source.drop();
    expect(client.getSnapshot()).toMatchObject({ failures: 1, retryAt: undefined });
    source.open();
    source.drop();
    expect(client.getSnapshot().failures).toBe(2);
    source.open();
    source.emit('message', '1');
    expect(client.getSnapshot().failures).toBe(0);
  });

  test('has retryAt when it is ssekit that waits', async () => {
    const { client, source } = await opened({ retry: { jitter: false }, retryInterval: 400 });
    source.fail();
    expect(client.getSnapshot()).toMatchObject({ status: 'reconnecting', retryAt: Date.now() + 400 });
    await vi.advanceTimersByTimeAsync(400);
    expect(MockEventSource.instances).toHaveLength(2);
    expect(client.getSnapshot().retryAt).toBeUndefined();
    client.close();
  });
});

describe('on native', () => {
  test('CLOSED is final', async () => {
    const { client, source } = await opened();
    source.fail();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(MockEventSource.instances).toHaveLength(1);
    expect(client.getSnapshot()).toMatchObject({ status: 'closed', error: { code: 'failed' } });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('CLOSED is opened again when retry is given, with lastEventIdParam', async () => {
    const { client, source, log, note } = await opened({
      retry: { jitter: false },
      lastEventIdParam: 'after',
    });
    client.on('lol', note('lol'));
    source.emit('lol', '1', { id: '7' });
    source.fail();
    await vi.advanceTimersByTimeAsync(1000);
    const { last } = MockEventSource;
    expect(last.url).toBe(`${url}?after=7`);
    last.open();
    last.emit('lol', '2');
    expect(client.lastEventId).toBe('7');
    last.emit('lol', '3', { id: '8' });
    expect(log).toEqual(['lol 1', 'lol 2', 'lol 3']);
    expect(client.lastEventId).toBe('8');
    client.close();
  });

  test('CONNECTING is left to the browser, whose id nobody else can send', async () => {
    const { client, source } = await opened();
    source.drop();
    window.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(600_000);
    expect(MockEventSource.instances).toHaveLength(1);
    expect(source.readyState).toBe(MockEventSource.CONNECTING);
    expect(client.status).toBe('reconnecting');
  });
});

describe('close()', () => {
  test('closes the source and is final', async () => {
    const { client, source } = await opened();
    client.close();
    expect(source.readyState).toBe(2);
    expect([client.status, client.readyState]).toEqual(['closed', 2]);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(MockEventSource.instances).toHaveLength(1);
  });

  test('tells its listeners of the state before it returns, and calls nobody afterwards', async () => {
    const { client, source } = await opened();
    const states: string[] = [];
    client.subscribe(({ status }) => states.push(status));
    const others = vi.fn();
    client.onMessage(others);
    client.onOpen(others);
    client.onError(others);
    client.close();
    expect(states).toEqual(['open', 'closed']);
    source.open();
    source.emit('message', '1');
    source.dispatchEvent(new MessageEvent('message', { data: 'late' }));
    source.dispatchEvent(new Event('open'));
    source.dispatchEvent(new Event('error'));
    await vi.advanceTimersByTimeAsync(600_000);
    expect(others).not.toHaveBeenCalled();
    expect(states).toHaveLength(2);
  });

  test('in a listener keeps the event from the listeners after it', async () => {
    const { client, source } = await opened();
    const after = vi.fn();
    client.on('lol', () => {
      client.close();
    });
    client.on('lol', after);
    source.emit('lol', '1');
    expect(after).not.toHaveBeenCalled();
  });

  test.each([
    ['closes', false],
    ['closes and connects', true],
  ])('in a listener keeps a decoded event from the listeners after it: who %s', async (_, connects) => {
    const client = new SseClient<{ lol: number }>(url, { ...native, decode: 'json' });
    await flush();
    const source = MockEventSource.last;
    source.open();
    const after = vi.fn();
    client.on('lol', () => {
      client.close();
      if (connects) client.connect();
    });
    client.on('lol', after);
    client.onAny(after);
    source.emit('lol', '1');
    await vi.advanceTimersByTimeAsync(100);
    expect(after).not.toHaveBeenCalled();
    client.close();
  });

  test('and connect() in a listener of the state: who listens after it is told of what it led to, not of what was', async () => {
    const { client } = await opened();
    const told: string[] = [];
    let isFirst = true;
    client.onStateChange(() => {
      if (!isFirst) return;
      isFirst = false;
      client.close();
      client.connect();
    });
    client.onStateChange(({ status }) => {
      told.push(status);
    });
    client.reconnect();
    expect(told).toEqual(['closed', 'connecting']);
    client.close();
  });

  test('in a listener keeps the event from the others even when connect() follows', async () => {
    const { client, source } = await opened();
    const after = vi.fn();
    client.on('lol', () => {
      client.close();
      client.connect();
    });
    client.on('lol', after);
    source.emit('lol', '1');
    await vi.advanceTimersByTimeAsync(100);
    expect(after).not.toHaveBeenCalled();
    expect(MockEventSource.instances).toHaveLength(2);
    client.close();
  });

  test('in a listener of a state keeps the error from being told', async () => {
    const { client, source } = await opened();
    const errors = vi.fn();
    client.onError(errors);
    client.onStateChange(() => {
      client.close();
    });
    source.drop();
    expect(errors).not.toHaveBeenCalled();
  });

  test('leaves no timer, no page listener and no open source behind, whenever it comes', async () => {
    const listening = new Set<unknown>();
    vi.spyOn(window, 'addEventListener').mockImplementation((_, listener) => listening.add(listener));
    vi.spyOn(window, 'removeEventListener').mockImplementation((_, listener) => listening.delete(listener));
    const moments: ((client: SseClient) => unknown)[] = [
      () => undefined,
      flush,
      async () => {
        await flush();
        MockEventSource.last.open();
      },
      async () => {
        await flush();
        MockEventSource.last.drop();
      },
      async () => {
        await flush();
        MockEventSource.last.fail();
        expect(vi.getTimerCount()).toBe(1);
        expect(listening.size).toBeGreaterThan(0);
      },
      async (client) => {
        await flush();
        client.reconnect();
        expect(vi.getTimerCount()).toBe(1);
      },
    ];
    for (const moment of moments) {
      const client = new SseClient(url, { ...native, retry: {} });
      await moment(client);
      client.close();
      client.close();
      expect(vi.getTimerCount()).toBe(0);
      expect(listening.size).toBe(0);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(MockEventSource.instances.every(({ readyState }) => readyState === 2)).toBe(true);
    }
    vi.restoreAllMocks();
  });
});

describe('onAny while native connects', () => {
  test('makes one new attempt, over fetch, however many ask', async () => {
    const server = mockSse();
    vi.stubGlobal('fetch', server.fetch);
    const client = new SseClient(url, { EventSource: MockEventSource });
    await flush();
    const types: string[] = [];
    client.onAny(({ type }) => types.push(type));
    await vi.advanceTimersByTimeAsync(100);
    client.onAny(() => undefined);
    await vi.advanceTimersByTimeAsync(1000);
    expect(MockEventSource.last.readyState).toBe(MockEventSource.CLOSED);
    expect(MockEventSource.instances).toHaveLength(1);
    expect(server.exchanges).toHaveLength(1);
    server.exchanges[0]?.send({ event: 'unforeseen', data: '1' });
    await flush();
    expect(types).toEqual(['unforeseen']);
    client.close();
  });

  test('changes nothing where native is what was asked for', async () => {
    const client = new SseClient(url, native);
    await flush();
    const types: string[] = [];
    client.onAny(({ type }) => types.push(type));
    await vi.advanceTimersByTimeAsync(1000);
    expect(MockEventSource.instances).toHaveLength(1);
    MockEventSource.last.emit('message', '1');
    expect(types).toEqual(['message']);
  });
});

describe('connect()', () => {
  test('does nothing while not closed', async () => {
    const { client } = await opened();
    client.connect();
    await vi.advanceTimersByTimeAsync(1000);
    expect(MockEventSource.instances).toHaveLength(1);
    expect(client.status).toBe('open');
  });

  test('after close() in one tick opens one source, and the one before stays closed', async () => {
    const { client, source } = await opened();
    source.emit('message', '1');
    client.close();
    client.connect();
    await flush();
    expect(MockEventSource.instances).toHaveLength(2);
    expect(source.readyState).toBe(2);
    expect(client.status).toBe('connecting');
    MockEventSource.last.open();
    expect(client.status).toBe('open');
  });

  test('after a failure for good begins anew', async () => {
    const { client, source } = await opened();
    source.fail();
    client.connect();
    expect(client.getSnapshot()).toMatchObject({ status: 'connecting', failures: 0, error: undefined });
    await vi.advanceTimersByTimeAsync(100);
    expect(MockEventSource.instances).toHaveLength(2);
  });
});

describe('reconnect()', () => {
  test('drops the source and opens another, with the listeners in place', async () => {
    const { client, source, log, note } = await opened();
    client.on('lol', note('a'));
    source.emit('lol', '1');
    client.reconnect();
    expect(client.status).toBe('reconnecting');
    expect(source.readyState).toBe(2);
    await flush();
    MockEventSource.last.open();
    source.dispatchEvent(new MessageEvent('lol', { data: 'from the one before' }));
    MockEventSource.last.emit('lol', '2');
    expect(log).toEqual(['a 1', 'a 2']);
    expect(client.status).toBe('open');
  });

  test('before it was ever open is still connecting', async () => {
    const client = new SseClient(url, native);
    await flush();
    client.reconnect();
    expect(client.status).toBe('connecting');
    await vi.advanceTimersByTimeAsync(100);
    expect(MockEventSource.instances).toHaveLength(2);
    expect(client.status).toBe('connecting');
  });

  test('opens a client that is closed', async () => {
    const { client } = await opened();
    client.close();
    client.reconnect();
    await vi.advanceTimersByTimeAsync(100);
    expect(MockEventSource.instances).toHaveLength(2);
    expect(client.status).toBe('connecting');
  });
});

describe('a signal', () => {
  test('closes the client for good when it aborts', async () => {
    const abort = new AbortController();
    const { client, source } = await opened({ signal: abort.signal });
    abort.abort();
    expect(source.readyState).toBe(2);
    expect(client.status).toBe('closed');
    client.connect();
    client.reconnect();
    await vi.advanceTimersByTimeAsync(1000);
    expect(MockEventSource.instances).toHaveLength(1);
    expect(client.status).toBe('closed');
  });

  test('that has aborted already lets nothing start', async () => {
    const client = new SseClient(url, { ...native, signal: AbortSignal.abort() });
    await vi.advanceTimersByTimeAsync(1000);
    expect(MockEventSource.instances).toEqual([]);
    expect(client.status).toBe('closed');
  });

  test.for([
    [
      'close()',
      (client: SseClient) => {
        client.close();
      },
    ],
    [
      'a failure for good',
      () => {
        MockEventSource.last.fail();
      },
    ],
  ] as const)(
    'has no listener of the client left after %s, and one again after connect()',
    async ([, end]) => {
      const abort = new AbortController();
      const listening = new Set<unknown>();
      const { signal } = abort;
      const add = signal.addEventListener.bind(signal);
      const remove = signal.removeEventListener.bind(signal);
      vi.spyOn(signal, 'addEventListener').mockImplementation((type: string, listener, options) => {
        listening.add(listener);
        add(type, listener, options);
      });
      vi.spyOn(signal, 'removeEventListener').mockImplementation((type: string, listener, options) => {
        listening.delete(listener);
        remove(type, listener, options);
      });
      const { client } = await opened({ signal });
      expect(listening.size).toBe(1);
      end(client);
      expect(listening.size).toBe(0);
      client.connect();
      expect(listening.size).toBe(1);
      abort.abort();
      expect(client.status).toBe('closed');
      expect(listening.size).toBe(0);
    },
  );
});

describe('until', () => {
  test('completes the stream: closed without an error, and no callback for that event', async () => {
    const { client, source, log, note } = await opened({ until: ({ data }) => data === '[DONE]' });
    const errors = vi.fn();
    client.onError(errors);
    client.onMessage(note('message'));
    source.emit('message', 'a');
    source.emit('message', '[DONE]');
    expect(log).toEqual(['message a']);
    expect(source.readyState).toBe(2);
    expect(client.getSnapshot()).toMatchObject({ status: 'closed', error: undefined });
    expect(errors).not.toHaveBeenCalled();
  });
});

describe('lastEventId', () => {
  test('is empty, or the one given, until an event brings another', async () => {
    expect(new SseClient(url, { ...native, autoConnect: false }).lastEventId).toBe('');
    const client = new SseClient(url, { ...native, lastEventId: '41', lastEventIdParam: 'after' });
    expect(client.lastEventId).toBe('41');
    await flush();
    const source = MockEventSource.last;
    expect(source.url).toBe(`${url}?after=41`);
    source.emit('message', '', { id: '42' });
    expect(client.lastEventId).toBe('42');
  });
});

describe('what throws before a stream is there', () => {
  const stream = () =>
    Promise.resolve(new Response('data: a\n\n', { headers: { 'content-type': 'text/event-stream' } }));

  const throwing = (cause: Error) =>
    function () {
      throw cause;
    } as unknown as typeof EventSource;

  test('an EventSource whose constructor throws has given up: auto goes on over fetch', async () => {
    const cause = new DOMException('refused by policy', 'SecurityError');
    const fetch = vi.fn(stream);
    vi.stubGlobal('fetch', fetch);
    const client = new SseClient(url, { EventSource: throwing(cause), until: 'a' });
    const errors: SseError[] = [];
    client.onError((error) => errors.push(error));
    await vi.advanceTimersByTimeAsync(1000);
    expect(errors.map(({ code, willRetry, cause }) => [code, willRetry, cause])).toEqual([
      ['failed', true, cause],
    ]);
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(client.getSnapshot()).toMatchObject({ status: 'closed', error: undefined, transport: 'fetch' });
  });

  test("under transport: 'native' that is final, as what native does not tell is", async () => {
    const client = new SseClient(url, { transport: 'native', EventSource: throwing(new Error('no')) });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.getSnapshot()).toMatchObject({
      status: 'closed',
      error: { code: 'failed', willRetry: false },
    });
  });

  test.for<[string, () => Promise<Response>]>([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['rejects', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['returns what is no response', () => Promise.resolve(undefined as never)],
  ])('a fetch that %s is a network failure, and tried again', async ([, broken]) => {
    const fetch = vi.fn(stream).mockImplementationOnce(broken);
    const client = new SseClient(url, { fetch, until: 'a' });
    const errors: string[] = [];
    client.onError(({ code, willRetry }) => errors.push(`${code} ${String(willRetry)}`));
    await vi.advanceTimersByTimeAsync(1000);
    expect(errors).toEqual(['network true']);
    expect(client.getSnapshot()).toMatchObject({ status: 'closed', error: undefined });
    expect(reportError).not.toHaveBeenCalled();
  });
});
