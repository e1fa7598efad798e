import { type } from 'arktype';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CHECKED } from '../../src/checked.ts';
import { SseClient, SseError, type SseClientOptions, type StandardSchema } from 'ssekit';
import { MockEventSource } from 'ssekit/testing';
import { z } from 'zod';

/** `decode` and `schemas` of SseClient, over a source that the test drives. */

const native = { transport: 'native', EventSource: MockEventSource } as const;
const url = 'https://example.test/sse';
const clients = new Set<{ close(): void }>();

beforeEach(() => {
  MockEventSource.reset();
});
afterEach(() => {
  for (const client of clients) client.close();
  clients.clear();
  vi.unstubAllGlobals();
});

/** What the page sees of this client: its errors and the data of its events, in order. */
async function opened<Events extends object>(create: () => SseClient<Events>) {
  const coming = MockEventSource.next();
  const client = create();
  clients.add(client);
  const source = await coming;
  source.open();
  const errors: SseError[] = [];
  client.onError((error) => errors.push(error));
  return { client, source, errors };
}

test("blank data under 'json': skipped without a name, an error with one; its ID counts", async () => {
  const { client, source, errors } = await opened(
    () => new SseClient<{ message: number; tick: number }>(url, { ...native, decode: 'json' }),
  );
  const heard: unknown[] = [];
  client.onMessage(({ data }) => heard.push(data));
  source.emit('message', '', { id: '1' });
  source.emit('tick', '', { id: '2' });
  expect([errors, heard, client.lastEventId]).toEqual([[], [], '1']);
  client.on('tick', ({ data }) => heard.push(data));
  source.emit('message', '42');
  source.emit('message', '\n', { id: '3' });
  source.emit('tick', ' ', { id: '4' });
  source.emit('tick', '43');
  expect(heard).toEqual([42, 43]);
  expect(errors).toMatchObject([{ code: 'decode', event: 'tick', raw: ' ', willRetry: true }]);
  expect(client.lastEventId).toBe('4');
});

type Payloads = SseClientOptions<Record<string, unknown>>['decode'];
const untyped = (decode: Payloads) =>
  new SseClient<Record<string, unknown>>(url, {
    ...native,
    decode: decode ?? 'json',
  });

const flush = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A schema that the test resolves. */
function slowSchema() {
  const pending: ((value: string) => void)[] = [];
  const schema: StandardSchema<string> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: () =>
        new Promise((resolve) => {
          pending.push((value) => {
            resolve({ value });
          });
        }),
    },
  };
  const answer = async (value: string) => {
    pending.shift()?.(value);
    await flush();
  };
  return { schema, pending, answer };
}

describe('decode', () => {
  test("'json' is for every event: named, unnamed, and in onAny", async () => {
    const { client, source } = await opened(() => untyped('json'));
    const seen: unknown[] = [];
    client.on('tick', ({ data, raw }) => seen.push([data, raw]));
    client.onMessage(({ data }) => seen.push(data));
    client.onAny(({ type, data }) => seen.push([type, data]));
    source.emit('tick', '{"p":1}');
    source.emit('message', '[2]');
    expect(seen).toEqual([[{ p: 1 }, '{"p":1}'], ['tick', { p: 1 }], [2], ['message', [2]]]);
  });

  test('is one for each event type; the others are text', async () => {
    const { client, source } = await opened(
      () =>
        new SseClient<{ tick: { p: number }; size: number; note: string; done: string }>(url, {
          ...native,
          decode: { tick: 'json', size: ({ data }) => data.length, note: 'text' },
        }),
    );
    const seen: unknown[] = [];
    client.on('tick', ({ data }) => seen.push(data.p));
    client.on('size', ({ data }) => seen.push(data));
    client.on('note', ({ data }) => seen.push(data));
    client.on('done', ({ data }) => seen.push(data));
    source.emit('tick', '{"p":1}');
    source.emit('size', 'four');
    source.emit('note', '{"p":2}');
    source.emit('done', '{"p":3}');
    expect(seen).toEqual([1, 4, '{"p":2}', '{"p":3}']);
  });

  test.for(['__proto__', 'constructor', 'hasOwnProperty'])('is found by name only: %s', async (type) => {
    const { client, source, errors } = await opened(() => untyped({ tick: 'json' }));
    const seen: unknown[] = [];
    client.on(type, ({ data }) => seen.push(data));
    source.emit(type, 'text');
    expect(seen).toEqual(['text']);
    expect(errors).toEqual([]);
  });

  test('happens once, however many listen, and not at all when nobody does', async () => {
    const decode = vi.fn(({ data }: { data: string }) => ({ data }));
    const { client, source } = await opened(() => untyped(decode));
    const seen: unknown[] = [];
    const offs = [1, 2, 3].map(() => client.on('tick', ({ data }) => seen.push(data)));
    offs.push(client.onAny(({ data }) => seen.push(data)));
    source.emit('tick', 'a');
    expect(decode).toHaveBeenCalledTimes(1);
    expect(seen).toHaveLength(4);
    expect(new Set(seen).size).toBe(1);

    for (const off of offs) off();
    source.emit('tick', 'b');
    expect(decode).toHaveBeenCalledTimes(1);
    expect(seen).toHaveLength(4);
  });

  test('goes after until, which sees the text', async () => {
    const decode = vi.fn(() => 1);
    const until = vi.fn(({ data }: { data: unknown }) => data === '[DONE]');
    const { client, source, errors } = await opened(
      () => new SseClient<Record<string, number>>(url, { ...native, decode, until }),
    );
    client.on('tick', () => undefined);
    client.onMessage(() => undefined);
    source.emit('tick', '1');
    source.emit('message', '[DONE]');
    expect(until.mock.calls.map(([{ data }]) => data)).toEqual(['1', '[DONE]']);
    expect(decode).toHaveBeenCalledTimes(1);
    expect(errors).toEqual([]);
    expect(client.status).toBe('closed');
  });
});

describe('a bad payload', () => {
  test('is an error that tells all, and the next event arrives', async () => {
    const { client, source, errors } = await opened(() => untyped('json'));
    const seen: unknown[] = [];
    client.on('tick', ({ data, lastEventId }) => seen.push([data, lastEventId]));
    source.emit('tick', '{"p":', { id: '1' });
    source.emit('tick', '{"p":2}', { id: '2' });
    expect(seen).toEqual([[{ p: 2 }, '2']]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(SseError);
    expect(errors[0]).toMatchObject({
      code: 'decode',
      event: 'tick',
      raw: '{"p":',
      willRetry: true,
      failures: 0,
    });
    expect(errors[0]?.cause).toBeInstanceOf(SyntaxError);
  });

  test('changes nothing of the connection', async () => {
    const { client, source } = await opened(() => untyped('json'));
    const onStateChange = vi.fn();
    client.onStateChange(onStateChange);
    client.on('tick', () => undefined);
    const before = client.getSnapshot();
    source.emit('tick', 'bad', { id: '7' });
    expect(client.getSnapshot()).toBe(before);
    expect(onStateChange).not.toHaveBeenCalled();
    expect(source.readyState).toBe(1);
    expect(client.lastEventId).toBe('7');
  });

  test('of which nobody hears is no error', async () => {
    const { source, errors } = await opened(() => untyped('json'));
    source.emit('tick', 'bad');
    expect(errors).toEqual([]);
  });

  test('on whose error the client is closed is the last thing that is heard', async () => {
    const { client, source, errors } = await opened(() => untyped('json'));
    const seen: unknown[] = [];
    client.on('tick', ({ data }) => seen.push(data));
    client.onError(() => {
      client.close();
    });
    source.emit('tick', 'bad');
    source.emit('tick', '1');
    expect(errors).toHaveLength(1);
    expect(seen).toEqual([]);
  });
});

describe('schemas', () => {
  test('of zod, valibot and arktype may stand side by side', async () => {
    const { client, source, errors } = await opened(
      () =>
        new SseClient(url, {
          ...native,
          schemas: {
            zod: z.object({ p: z.number() }),
            valibot: v.object({ p: v.number() }),
            arktype: type({ p: 'number' }),
          },
        }),
    );
    const seen: number[] = [];
    for (const name of ['zod', 'valibot', 'arktype'] as const) {
      client.on(name, ({ data }) => seen.push(data.p));
      source.emit(name, '{"p":"1"}');
      source.emit(name, '{"p":1}');
    }
    expect(seen).toEqual([1, 1, 1]);
    expect(errors.map(({ code, event, raw, willRetry }) => [code, event, raw, willRetry])).toEqual(
      ['zod', 'valibot', 'arktype'].map((name) => ['decode', name, '{"p":"1"}', true]),
    );
    for (const { issues } of errors) expect(issues).toHaveLength(1);
  });

  test('that answer at once deliver at once', async () => {
    const { client, source } = await opened(
      () => new SseClient(url, { ...native, schemas: { tick: z.number() } }),
    );
    let seen: number | undefined;
    client.on('tick', ({ data }) => (seen = data));
    source.emit('tick', '1');
    expect(seen).toBe(1);
  });
});

describe('an asynchronous schema', () => {
  /** A client with a slow schema for `slow`, and a log of everything it delivers. */
  async function slow(options: Pick<SseClientOptions, 'until' | 'lastEventIdParam'> = {}) {
    const { schema, pending, answer } = slowSchema();
    const setup = await opened(
      () =>
        new SseClient<{ slow: string; fast: string; json: number }>(url, {
          ...native,
          ...options,
          decode: { json: 'json' },
          schemas: { slow: schema },
        }),
    );
    const log: string[] = [];
    const { client } = setup;
    for (const name of ['slow', 'fast', 'json'] as const) {
      client.on(name, ({ data }) => log.push(`${name} ${data}`));
    }
    return { ...setup, log, pending, answer };
  }

  test('keeps the order of the events of all types', async () => {
    const { source, log, answer, errors } = await slow();
    source.emit('fast', '1');
    source.emit('slow', '2');
    source.emit('fast', '3');
    source.emit('json', '4');
    source.emit('json', 'bad');
    source.emit('slow', '5');
    source.emit('fast', '6');
    expect(log).toEqual(['fast 1']);
    await answer('two');
    expect(log).toEqual(['fast 1', 'slow two', 'fast 3', 'json 4']);
    expect(errors.map(({ raw }) => raw)).toEqual(['bad']);
    await answer('five');
    expect(log.slice(4)).toEqual(['slow five', 'fast 6']);
  });

  test('is forgotten by close(), with all that waits for it', async () => {
    const { client, source, log, answer } = await slow();
    source.emit('slow', '1');
    source.emit('fast', '2');
    client.close();
    await answer('late');
    expect(log).toEqual([]);
  });

  test('is forgotten by close() even if connect() follows', async () => {
    const { client, source, log, answer, pending } = await slow();
    source.emit('slow', '1');
    source.emit('fast', '2');
    client.close();
    const coming = MockEventSource.next();
    client.connect();
    const second = await coming;
    second.open();
    second.emit('fast', '3');
    await answer('late');
    expect(log).toEqual(['fast 3']);
    second.emit('slow', '4');
    expect(pending).toHaveLength(1);
    await answer('four');
    expect(log).toEqual(['fast 3', 'slow four']);
  });

  test('may be closed by a listener of what it let pass: nothing follows', async () => {
    const { client, source, log, answer } = await slow();
    client.on('slow', () => {
      client.close();
    });
    source.emit('slow', '1');
    source.emit('fast', '2');
    await answer('one');
    expect(log).toEqual(['slow one']);
  });

  test('loses nothing when the stream ends meanwhile', async () => {
    const { client, source, log, answer } = await slow({ until: '[DONE]' });
    const loop = (async () => {
      for await (const { type, data } of client.events('slow', 'fast')) log.push(`loop ${type} ${data}`);
      log.push('loop over');
    })();
    const once = client.once('fast').then(({ data }) => log.push(`once ${data}`));
    source.emit('slow', '1');
    source.emit('fast', '2');
    source.emit('fast', '[DONE]');
    expect(client.status).toBe('closed');
    await answer('one');
    await Promise.all([loop, once]);
    expect(log.filter((line) => line.startsWith('loop'))).toEqual([
      'loop slow one',
      'loop fast 2',
      'loop over',
    ]);
    expect(log).toContain('once 2');
  });

  test('does not keep a loop from ending when the client is closed while it decides', async () => {
    const { client, source } = await slow({ until: '[DONE]' });
    const iterator = client.events('slow')[Symbol.asyncIterator]();
    const pending = iterator.next();
    source.emit('slow', '1');
    source.emit('fast', '[DONE]');
    client.close();
    expect(await pending).toEqual({ done: true, value: undefined });
  });

  test('that falls more than 16 Mi characters behind drops the newest, and says so for each', async () => {
    const { source, errors, log, answer } = await slow();
    const large = 'x'.repeat(2 ** 23);
    source.emit('slow', '0');
    for (const data of ['small', large, `${large}1`, `${large}2`, 'last']) source.emit('fast', data);
    expect(errors.map(({ code, raw, willRetry }) => [code, raw?.at(-1), willRetry])).toEqual(
      ['1', '2'].map((last) => ['overflow', last, true]),
    );
    await answer('zero');
    expect(log.slice(1)).toEqual(['fast small', `fast ${large}`, 'fast last']);
  });

  test('has as much room after close() and connect(): what was forgotten takes none', async () => {
    const { client, source, errors, log, answer } = await slow();
    const large = 'x'.repeat(2 ** 23);
    source.emit('slow', '0');
    source.emit('fast', large);
    client.close();
    const coming = MockEventSource.next();
    client.connect();
    const second = await coming;
    second.open();
    await answer('late');
    second.emit('slow', '1');
    second.emit('fast', large);
    await answer('one');
    expect(errors).toEqual([]);
    expect(log).toEqual(['slow one', `fast ${large}`]);
  });

  test('does not lose what it was deciding on when the client is closed: connect() asks for it again', async () => {
    const { client, source, log, answer } = await slow({ lastEventIdParam: 'after' });
    source.emit('slow', '1', { id: '1' });
    await answer('one');
    source.emit('slow', '2', { id: '2' });
    source.emit('fast', '3', { id: '3' });
    expect(client.lastEventId).toBe('3');
    client.close();
    expect(client.lastEventId).toBe('1');
    const coming = MockEventSource.next();
    client.connect();
    const again = await coming;
    expect(new URL(again.url).searchParams.get('after')).toBe('1');
    await answer('two');
    expect(log).toEqual(['slow one']);
  });
});

describe('options that cannot work', () => {
  test.runIf(CHECKED).for<[object, RegExp]>([
    [{ decode: 'jsn' }, /`decode` must be "text", "json" or a function, or an object/],
    [{ decode: null }, /`decode` must be/],
    [{ decode: 1 }, /`decode` must be/],
    [{ decode: { tick: 'jsn' } }, /`decode.tick` must be "text", "json" or a function/],
    [{ decode: { tick: null } }, /`decode.tick`/],
    [{ decode: Object.fromEntries([['__proto__', 1]]) }, /`decode.__proto__`/],
    [{ schemas: null }, /`schemas` must be an object with a schema by event type/],
    [{ schemas: 'tick' }, /`schemas` must be/],
    [{ schemas: z.string() }, /`schemas` must be an object with a schema by event type/],
    [{ schemas: type('string') }, /`schemas` must be/],
    [{ schemas: { tick: {} } }, /`schemas.tick` must be a Standard Schema: .*zod/],
    [{ schemas: { tick: null } }, /`schemas.tick`/],
    [{ schemas: { tick: (value: unknown) => value } }, /`schemas.tick`/],
    [{ schemas: { tick: { '~standard': { validate: 1 } } } }, /`schemas.tick`/],
  ])('%o: a TypeError with the cure, and nothing is sent', async ([options, cure]) => {
    const create = () => new SseClient(url, { ...native, ...options });
    expect(create).toThrow(TypeError);
    expect(create).toThrow(cure);
    await flush();
    expect(MockEventSource.instances).toEqual([]);
  });

  test.for<[string, object]>([
    ['undefined', { decode: undefined, schemas: undefined }],
    ['undefined by type', { decode: { tick: undefined }, schemas: { tick: undefined } }],
    ['a schema that is a function', { schemas: { tick: type('string') } }],
    ['no types at all', { decode: {}, schemas: {} }],
  ])('are not these: %s', ([, options]) => {
    expect(() => new SseClient(url, { ...native, ...options, autoConnect: false })).not.toThrow();
  });
});
