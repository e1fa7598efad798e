import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CHECKED } from '../../src/checked.ts';
import { SseClient, SseError, type EventsOptions, type SseClientOptions } from 'ssekit';
import { MockEventSource } from 'ssekit/testing';
import { Listeners } from '../../src/listeners.ts';

/** `events()` of SseClient, over a source that the test drives. */

const native = { transport: 'native', EventSource: MockEventSource } as const;
const url = 'https://example.test/sse';

interface Events {
  lol: string;
  done: string;
}

const clients = new Set<{ close(): void }>();

beforeEach(() => {
  MockEventSource.reset();
});
afterEach(() => {
  for (const client of clients) client.close();
  clients.clear();
  vi.restoreAllMocks();
});

type Options = Pick<SseClientOptions, 'until' | 'signal' | 'autoConnect'>;

function create(options: Options = {}) {
  const client = new SseClient<Events>(url, { ...native, ...options });
  clients.add(client);
  return client;
}

async function opened(options: Options = {}) {
  const coming = MockEventSource.next();
  const client = create(options);
  const source = await coming;
  source.open();
  return { client, source };
}

/** An iterator over these events that starts at once. */
function begin(client: SseClient<Events>, ...args: (keyof Events | EventsOptions)[]) {
  const types = args.filter((arg) => typeof arg === 'string');
  const options = args.find((arg) => typeof arg === 'object') ?? {};
  const iterator = client.events(...types, options)[Symbol.asyncIterator]();
  return {
    next: () => iterator.next(),
    leave: () => iterator.return?.(),
    /** The data of the next event, or undefined at the end. */
    data: async () => {
      const result = await iterator.next();
      return result.done ? undefined : result.value.data;
    },
  };
}

const done = { done: true, value: undefined };

describe('a loop', () => {
  test('gets the events of its types as messages, in order', async () => {
    const { client, source } = await opened();
    const seen: unknown[] = [];
    const loop = (async () => {
      for await (const event of client.events('lol', 'done')) {
        seen.push(event);
        if (event.type === 'done') break;
      }
    })();
    source.emit('lol', 'a', { id: '1' });
    source.emit('lol', 'b', { id: '2' });
    source.emit('other', 'x');
    source.emit('done', '', { id: '3' });
    await loop;
    const origin = 'https://example.test';
    expect(seen).toEqual([
      { type: 'lol', data: 'a', raw: 'a', lastEventId: '1', origin },
      { type: 'lol', data: 'b', raw: 'b', lastEventId: '2', origin },
      { type: 'done', data: '', raw: '', lastEventId: '3', origin },
    ]);
  });

  test('without types gets every event that the transport brings', async () => {
    const { client, source } = await opened();
    client.on('lol', () => undefined);
    client.on('done', () => undefined);
    const loop = begin(client);
    source.emit('lol', 'a');
    source.emit('done', 'b');
    expect([await loop.data(), await loop.data()]).toEqual(['a', 'b']);
  });

  test('gets an event once, even if its type is named twice', async () => {
    const { client, source } = await opened();
    const loop = begin(client, 'lol', 'lol');
    source.emit('lol', 'a');
    source.emit('lol', 'b');
    expect([await loop.data(), await loop.data()]).toEqual(['a', 'b']);
  });

  test('begins with the iteration, not with the call', async () => {
    const { client, source } = await opened();
    const events = client.events('lol');
    source.emit('lol', 'too early');
    const iterator = events[Symbol.asyncIterator]();
    source.emit('lol', 'a');
    expect(await iterator.next()).toMatchObject({ value: { data: 'a' } });
  });

  test('goes on over a loss', async () => {
    const { client, source } = await opened();
    const loop = begin(client, 'lol');
    source.emit('lol', 'a');
    source.drop();
    source.open();
    source.emit('lol', 'b');
    expect([await loop.data(), await loop.data()]).toEqual(['a', 'b']);
  });

  test('is independent of the others: each gets every event at its own pace', async () => {
    const { client, source } = await opened();
    const events = client.events('lol');
    const first = events[Symbol.asyncIterator]();
    const second = events[Symbol.asyncIterator]();
    const third = begin(client, 'lol', 'done');
    source.emit('lol', 'a');
    expect(await first.next()).toMatchObject({ value: { data: 'a' } });
    await first.return?.();
    source.emit('lol', 'b');
    expect(await second.next()).toMatchObject({ value: { data: 'a' } });
    expect(await second.next()).toMatchObject({ value: { data: 'b' } });
    expect([await third.data(), await third.data()]).toEqual(['a', 'b']);
    expect(await first.next()).toEqual(done);
  });
});

describe('break', () => {
  test('ends the subscription and settles what is pending, but leaves the client open', async () => {
    const { client, source } = await opened();
    const loop = begin(client, 'lol');
    const pending = loop.next();
    expect(await loop.leave()).toEqual(done);
    expect(await pending).toEqual(done);
    expect(client.status).toBe('open');
    expect(source.readyState).toBe(1);
    expect(await loop.next()).toEqual(done);
  });

  test('leaves nothing behind: nobody decodes for it any more', async () => {
    const decode = vi.fn(() => 1);
    const coming = MockEventSource.next();
    const client = new SseClient<{ tick: number }>(url, { ...native, decode });
    clients.add(client);
    const source = await coming;
    source.open();
    for (const types of [['tick'], []] as 'tick'[][]) {
      const loop = (async () => {
        for await (const { data } of client.events(...types)) return data;
        return undefined;
      })();
      source.emit('tick', '1');
      expect(await loop).toBe(1);
    }
    expect(decode).toHaveBeenCalledTimes(2);
    source.emit('tick', '2');
    expect(decode).toHaveBeenCalledTimes(2);
  });

  test.for<[string, EventsOptions, (source: MockEventSource, client: SseClient<Events>) => void]>([
    ['break', {}, () => undefined],
    [
      'close()',
      {},
      (_source, client) => {
        client.close();
      },
    ],
    [
      'a failure',
      {},
      (source) => {
        source.fail();
      },
    ],
    [
      'an overflow',
      { limit: 1 },
      (source) => {
        source.emit('lol', 'a');
        source.emit('lol', 'b');
      },
    ],
  ])('and every other end takes all listeners away: %s', async ([how, options, drive]) => {
    const add = vi.spyOn(Listeners.prototype, 'add');
    const count = () =>
      [...new Set(add.mock.contexts as Listeners<unknown>[])].reduce((sum, { size }) => sum + size, 0);
    const { client, source } = await opened();
    const before = count();
    const loops = [begin(client, 'lol', 'done', options), begin(client, options)];
    expect(count()).toBe(before + 5);
    drive(source, client);
    if (how === 'break') for (const loop of loops) await loop.leave();
    expect(count()).toBe(before);
  });
});

describe('the limit', () => {
  test('is how many events wait; past it the loop throws overflow after those, and the client goes on', async () => {
    const { client, source } = await opened();
    const onError = vi.fn();
    client.onError(onError);
    const slow = begin(client, 'lol', { limit: 2 });
    const fast = begin(client, 'lol');
    for (const data of ['a', 'b', 'c', 'd']) source.emit('lol', data);
    expect([await slow.data(), await slow.data()]).toEqual(['a', 'b']);
    await expect(slow.next()).rejects.toMatchObject({ name: 'SseError', code: 'overflow' });
    expect(await slow.next()).toEqual(done);

    expect([await fast.data(), await fast.data(), await fast.data(), await fast.data()]).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
    expect(client.status).toBe('open');
    expect(onError).not.toHaveBeenCalled();
  });

  test('is 1000 by default', async () => {
    const { client, source } = await opened();
    const loop = begin(client, 'lol');
    for (let i = 0; i <= 1000; i++) source.emit('lol', String(i));
    for (let i = 0; i < 1000; i++) expect(await loop.data()).toBe(String(i));
    await expect(loop.next()).rejects.toMatchObject({ code: 'overflow' });
  });

  test.runIf(CHECKED).for([0, -1, NaN, '5', null])(
    'of %j is a TypeError with the cure, at the call',
    (limit) => {
      const client = create({ autoConnect: false });
      const call = () => client.events('lol', { limit: limit as number });
      expect(call).toThrow(TypeError);
      expect(call).toThrow('`limit` must be a number of events, 1 or more.');
    },
  );

  test('may be Infinity', () => {
    expect(() => create({ autoConnect: false }).events({ limit: Infinity })).not.toThrow();
  });
});

describe('the end of the client', () => {
  test('by close() ends the loop after what is queued', async () => {
    const { client, source } = await opened();
    const loop = begin(client, 'lol');
    source.emit('lol', 'a');
    client.close();
    expect(await loop.data()).toBe('a');
    expect(await loop.next()).toEqual(done);
  });

  test('by close() settles a pending next(), also before it ever opened', async () => {
    for (const client of [create(), (await opened()).client]) {
      const pending = begin(client, 'lol').next();
      client.close();
      expect(await pending).toEqual(done);
    }
  });

  test('by its signal settles a pending next()', async () => {
    const controller = new AbortController();
    const { client } = await opened({ signal: controller.signal });
    const pending = begin(client, 'lol').next();
    controller.abort();
    expect(await pending).toEqual(done);
  });

  test('by failure rejects with the SseError, after what is queued', async () => {
    const { client, source } = await opened();
    const loop = begin(client, 'lol');
    const other = begin(client, 'done').next();
    source.emit('lol', 'a');
    const settled = expect(other).rejects.toBeInstanceOf(SseError);
    source.fail();
    await settled;
    expect(await loop.data()).toBe('a');
    const error: unknown = await loop.next().catch((reason: unknown) => reason);
    expect(error).toBe(client.getSnapshot().error);
    expect(error).toMatchObject({ code: 'failed', willRetry: false });
    expect(await loop.next()).toEqual(done);
  });

  test('by until ends the loop in order', async () => {
    const { client, source } = await opened({ until: '[DONE]' });
    const loop = begin(client, 'lol');
    source.emit('lol', 'a');
    source.emit('lol', '[DONE]');
    expect(await loop.data()).toBe('a');
    expect(await loop.next()).toEqual(done);
    expect(client.status).toBe('closed');
  });

  test('ends a loop that begins after it', async () => {
    const { client } = await opened();
    client.close();
    expect(await begin(client, 'lol').next()).toEqual(done);

    const neverOpened = create();
    neverOpened.close();
    expect(await begin(neverOpened, 'lol').next()).toEqual(done);

    const aborted = create({ signal: AbortSignal.abort() });
    expect(await begin(aborted, 'lol').next()).toEqual(done);
  });

  test('by failure rejects a loop that begins after it', async () => {
    const { client, source } = await opened();
    source.fail();
    await expect(begin(client, 'lol').next()).rejects.toMatchObject({ code: 'failed' });
  });

  test('does not keep a loop from beginning anew after connect()', async () => {
    const { client } = await opened();
    const old = begin(client, 'lol');
    client.close();
    const coming = MockEventSource.next();
    client.connect();
    const loop = begin(client, 'lol');
    const source = await coming;
    source.open();
    source.emit('lol', 'a');
    expect(await loop.data()).toBe('a');
    expect(await old.next()).toEqual(done);
  });
});

test('a loop over a client that was never connected waits for connect()', async () => {
  const client = create({ autoConnect: false });
  const pending = begin(client, 'lol').data();
  const coming = MockEventSource.next();
  client.connect();
  const source = await coming;
  source.open();
  source.emit('lol', 'a');
  expect(await pending).toBe('a');
});

describe('the signal', () => {
  test('rejects a pending next() with its reason, drops what is queued, and leaves the client open', async () => {
    const { client, source } = await opened();
    const controller = new AbortController();
    const { signal } = controller;
    const queued = begin(client, 'lol', { signal });
    source.emit('lol', 'a');
    const pending = begin(client, 'done', { signal }).next();
    const reason = new Error('stop');
    const settled = expect(pending).rejects.toBe(reason);
    controller.abort(reason);
    await settled;
    await expect(queued.next()).rejects.toBe(reason);
    expect(await queued.next()).toEqual(done);
    expect(client.status).toBe('open');
  });

  test('that is aborted already rejects the loop at once', async () => {
    const { client } = await opened();
    const loop = begin(client, 'lol', { signal: AbortSignal.abort('stop') });
    await expect(loop.next()).rejects.toBe('stop');
  });

  test('keeps no listener once the loop is over', async () => {
    const { client } = await opened();
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    const loops = [begin(client, 'lol', { signal }), begin(client, 'lol', { signal })];
    // One more never begins.
    begin(client, 'lol', { signal });
    const pending = loops.map((loop) => loop.next());
    await loops[0]?.leave();
    client.close();
    expect(await Promise.all(pending)).toEqual([done, done]);
    const listeners = added.mock.calls.map(([, listener]) => listener);
    expect(listeners).toHaveLength(2);
    for (const listener of listeners) expect(removed).toHaveBeenCalledWith('abort', listener);
  });
});
