import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import {
  createDecode,
  createDecodes,
  type DecodeSetting,
  type StandardSchema,
} from '../../../src/decode/decode.ts';
import { SseError } from '../../../src/errors.ts';
import type { SseMessage } from '../../../src/message.ts';
import { fetchSse } from '../../../src/fetch-sse.ts';
import { mockSse, type MockExchange } from '../../../src/testing/mock-sse.ts';
import { parseSse } from '../../../src/parse-sse.ts';

const message = (data: string, type = 'tick'): SseMessage => ({
  type,
  data,
  lastEventId: '7',
  origin: 'https://example.test',
  raw: data,
});

/** The message after decoding. */
async function decoded(setting: DecodeSetting, data: string): Promise<SseMessage<unknown>> {
  const decode = createDecode(setting);
  if (!decode) throw new Error('text as it comes');
  const result = await decode(message(data));
  if (!result) throw new Error('skipped');
  return result;
}

/** The error that decoding ends with. */
async function failure(setting: DecodeSetting, data: string): Promise<SseError> {
  const reason: unknown = await decoded(setting, data).catch((error: unknown) => error);
  if (!(reason instanceof SseError)) throw new Error('no SseError', { cause: reason });
  return reason;
}

/** A hand-written schema, in the few lines that Standard Schema needs. */
const schemaOf = <T>(validate: StandardSchema<T>['~standard']['validate']): StandardSchema<T> => ({
  '~standard': { version: 1, vendor: 'test', validate },
});

describe('a decoder', () => {
  test("is none for 'text', which is the default", () => {
    expect(createDecode({})).toBeUndefined();
    expect(createDecode({ decode: 'text' })).toBeUndefined();
  });

  test("'json' replaces the data and nothing else: the raw text is kept", async () => {
    expect(await decoded({ decode: 'json' }, '{"price":1}')).toEqual({
      type: 'tick',
      data: { price: 1 },
      lastEventId: '7',
      origin: 'https://example.test',
      raw: '{"price":1}',
    });
  });

  test.for(['{"a":', '', 'text', '{"a":1}\n{"a":2}', 'undefined', "{'a':1}"])(
    "'json' takes %j for what it is, an error: never for text",
    async (data) => {
      const error = await failure({ decode: 'json' }, data);
      expect(error).toMatchObject({ code: 'decode', event: 'tick', raw: data });
      expect(error.cause).toBeInstanceOf(SyntaxError);
      expect(error.issues).toBeUndefined();
      expect(error.message).toBe('The data of an event "tick" could not be decoded.');
    },
  );

  test.for(['', ' ', '\n', ' \n\t', '\u00a0'])(
    "'json' skips %j, a keep-alive, in events without a name",
    (data) => {
      expect(createDecode({ decode: 'json' })?.(message(data, 'message'))).toBeUndefined();
      expect(
        createDecode({ schema: schemaOf((value) => ({ value })) })?.(message(data, 'message')),
      ).toBeUndefined();
      const decodeFor = createDecodes({ decode: 'json', schemas: { message: z.object({}) } });
      expect(decodeFor?.('message')?.(message(data, 'message'))).toBeUndefined();
      expect(() => decodeFor?.('tick')?.(message(data))).toThrow(SseError);
    },
  );

  test.for(['0', '""', 'null', '.'])("'json' does not skip %j", (data) => {
    const decode = () => createDecode({ decode: 'json' })?.(message(data, 'message'));
    if (data === '.') expect(decode).toThrow(SseError);
    else expect(decode()).toMatchObject({ data: JSON.parse(data) as unknown });
  });

  test('other than JSON skips nothing', () => {
    const upper = ({ data }: SseMessage) => `(${data})`;
    expect(createDecode({ decode: upper })?.(message(' ', 'message'))).toMatchObject({ data: '( )' });
    const schema = schemaOf((value) => ({ value }));
    expect(createDecode({ decode: 'text', schema })?.(message(' ', 'message'))).toMatchObject({ data: ' ' });
  });

  test('that is a function gets the whole message, and its result is the data', async () => {
    const decode = vi.fn(({ data }: SseMessage) => Number(data));
    expect((await decoded({ decode }, '42')).data).toBe(42);
    expect(decode.mock.calls).toEqual([[message('42')]]);
  });

  test.for([undefined, null, false, 0, ''])('may return %j', async (value) => {
    expect(await decoded({ decode: () => value }, 'x')).toEqual({ ...message('x'), data: value });
  });

  test('that throws is an error with what it threw as its cause', async () => {
    const bug = new Error('a bug');
    const decode = () => {
      throw bug;
    };
    const error = await failure({ decode }, 'x');
    expect(error).toMatchObject({ code: 'decode', event: 'tick', raw: 'x' });
    expect(error.cause).toBe(bug);
  });

  test('does not change the message that it is given', async () => {
    const given = Object.freeze(message('1'));
    expect((await createDecode({ decode: 'json' })?.(given))?.data).toBe(1);
    expect(given.data).toBe('1');
  });
});

const libraries: [string, StandardSchema<{ price: number }>][] = [
  ['zod', z.object({ price: z.number() })],
  ['valibot', v.object({ price: v.number() })],
  ['arktype', type({ price: 'number' })],
];

describe.for(libraries)('a schema of %s', ([, schema]) => {
  test('sees JSON, and lets pass what fits', async () => {
    expect(await decoded({ schema }, '{"price":1}')).toEqual({
      ...message('{"price":1}'),
      data: { price: 1 },
    });
  });

  test('makes what does not fit an error with its issues and the raw text', async () => {
    const error = await failure({ schema }, '{"price":"1"}');
    expect(error).toMatchObject({ code: 'decode', event: 'tick', raw: '{"price":"1"}' });
    expect(error.message).toBe('The data of an event "tick" does not fit its schema.');
    expect(error.cause).toBeUndefined();
    expect(error.issues).toHaveLength(1);
    expect(error.issues?.[0]).toMatchObject({
      message: expect.any(String) as unknown,
      path: expect.anything() as unknown,
    });
    // Issues are the library's own objects. Nothing from them may leak onto the error.
    expect(Object.keys(error).sort()).toEqual(['code', 'event', 'issues', 'name', 'raw']);
  });

  test('never sees what is no JSON', async () => {
    const error = await failure({ schema }, '{"price":');
    expect(error.cause).toBeInstanceOf(SyntaxError);
    expect(error.issues).toBeUndefined();
  });
});

describe('an asynchronous schema', () => {
  test('of zod decodes, and reports issues', async () => {
    const schema = z.string().refine((symbol) => Promise.resolve(symbol === 'ACME'));
    expect((await decoded({ schema }, '"ACME"')).data).toBe('ACME');
    expect((await failure({ schema }, '"acme"')).issues).toHaveLength(1);
  });

  test('of valibot decodes, and reports issues', async () => {
    const schema = v.pipeAsync(
      v.string(),
      v.checkAsync((symbol) => Promise.resolve(symbol === 'ACME')),
    );
    expect((await decoded({ schema }, '"ACME"')).data).toBe('ACME');
    expect((await failure({ schema }, '"acme"')).issues).toHaveLength(1);
  });

  test('that rejects is an error with its reason as the cause', async () => {
    const reason = new Error('no database');
    const error = await failure({ schema: schemaOf(() => Promise.reject(reason)) }, '1');
    expect(error).toMatchObject({ code: 'decode', event: 'tick', raw: '1' });
    expect(error.cause).toBe(reason);
  });
});

describe('a schema', () => {
  test('may transform: its output is the data', async () => {
    const schema = z.iso.date().transform((date) => new Date(date));
    expect((await decoded({ schema }, '"2024-02-29"')).data).toEqual(new Date('2024-02-29'));
  });

  test.for<[string, DecodeSetting['decode'], unknown]>([
    ['text', 'text', '42'],
    ['json', 'json', 42],
    ['a function', ({ data }) => [data], ['42']],
  ])('sees what decode returns: %s', async ([, decode, seen]) => {
    const validate = vi.fn((value: unknown) => ({ value }));
    await decoded({ decode, schema: schemaOf(validate) }, '42');
    expect(validate.mock.calls).toEqual([[seen]]);
  });

  test('that throws is an error with what it threw as its cause', async () => {
    const bug = new Error('a bug');
    const schema = schemaOf(() => {
      throw bug;
    });
    expect((await failure({ schema }, '1')).cause).toBe(bug);
  });

  test('that answers at once is answered at once', () => {
    const result = createDecode({ schema: z.number() })?.(message('1'));
    expect(result).not.toBeInstanceOf(Promise);
    expect(result).toMatchObject({ data: 1 });
  });
});

describe('decoders by event type', () => {
  /** The result of this text as an event of this type, or `'as it comes'` without a decoder. */
  function outcome(settings: Parameters<typeof createDecodes>[0], type: string, data = '1'): unknown {
    const decode = createDecodes(settings)?.(type);
    const result = decode ? decode(message(data, type)) : message('as it comes');
    return result instanceof Promise ? 'a promise' : result?.data;
  }

  test('are none by default', () => {
    for (const decode of [undefined, 'text', {}] as const) {
      expect(outcome({ decode }, 'tick')).toBe('as it comes');
    }
  });

  test('are one for all, or one for each; what is not named comes as text', () => {
    expect(outcome({ decode: 'json' }, 'whatever')).toBe(1);
    expect(outcome({ decode: () => 'made' }, 'whatever')).toBe('made');
    const decode = { a: 'json', b: () => 'made', c: 'text', d: undefined } as const;
    expect(['a', 'b', 'c', 'd', 'e'].map((type) => outcome({ decode }, type))).toEqual([
      1,
      'made',
      'as it comes',
      'as it comes',
      'as it comes',
    ]);
  });

  test('are JSON where there is a schema, unless decode says otherwise for the type or for all', () => {
    const schemas = { a: schemaOf((value) => ({ value: typeof value })), b: undefined };
    expect(outcome({ schemas }, 'a')).toBe('number');
    expect(outcome({ schemas }, 'b')).toBe('as it comes');
    expect(outcome({ schemas }, 'c')).toBe('as it comes');
    expect(outcome({ schemas, decode: 'text' }, 'a')).toBe('string');
    expect(outcome({ schemas, decode: { a: 'text' } }, 'a')).toBe('string');
    expect(outcome({ schemas, decode: { b: 'json' } }, 'a')).toBe('number');
    expect(outcome({ schemas, decode: 'json' }, 'c')).toBe(1);
  });

  test.for(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'are found by name and by nothing else: %s',
    (type) => {
      expect(outcome({ decode: { tick: 'json' }, schemas: {} }, type)).toBe('as it comes');
      const decode = Object.fromEntries([[type, 'json' as const]]);
      expect(outcome({ decode }, type)).toBe(1);
      expect(outcome({ decode }, 'tick')).toBe('as it comes');
      const schemas = Object.fromEntries([[type, schemaOf(() => ({ value: 'checked' }))]]);
      expect(outcome({ schemas }, type)).toBe('checked');
    },
  );
});

describe('fetchSse', () => {
  const url = 'https://example.test/chat';
  const done = { done: true, value: undefined };

  /** An iterator of `fetchSse`, and the server's side of its request, which has sent this. */
  async function asked<T>(
    ask: (init: { fetch: typeof fetch }) => AsyncIterator<SseMessage<T>, undefined>,
    ...chunks: string[]
  ) {
    const server = mockSse();
    const iterator = ask(server);
    const first = iterator.next();
    first.catch(() => undefined);
    const exchange = await server.next();
    for (const chunk of chunks) exchange.send(chunk);
    /** The remaining data, until the end or an error. */
    const rest = async () => {
      const all: unknown[] = [];
      try {
        for (let next = await first; !next.done; next = await iterator.next()) all.push(next.value.data);
      } catch (error) {
        all.push(error);
      }
      return all;
    };
    return { iterator, first, exchange, rest };
  }

  const data = (...values: unknown[]) => values.map((value) => `data: ${JSON.stringify(value)}\n\n`).join('');
  const fetchOf = ({ fetch }: { fetch: typeof globalThis.fetch }) => ({ fetch });

  test('takes decode, and keeps the raw text', async () => {
    const { first, rest, exchange } = await asked(
      (init) => fetchSse<{ n: number }>(url, { ...fetchOf(init), decode: 'json' }),
      data({ n: 1 }, { n: 2 }),
    );
    exchange.end();
    expect((await first).value).toMatchObject({ data: { n: 1 }, raw: '{"n":1}', type: 'message' });
    expect(await rest()).toEqual([{ n: 1 }, { n: 2 }]);

    const numbers = await asked(
      (init) => fetchSse(url, { ...fetchOf(init), decode: ({ data }) => data.length }),
      'data: four\n\ndata: a\n\n',
    );
    numbers.exchange.end();
    expect(await numbers.rest()).toEqual([4, 1]);
  });

  test.for(libraries)('takes a schema of %s', async ([, schema]) => {
    const { rest, exchange } = await asked(
      (init) => fetchSse(url, { ...fetchOf(init), schema }),
      data({ price: 1 }, { price: '2' }, { price: 3 }),
    );
    const [first, error, ...others] = await rest();
    expect(first).toEqual({ price: 1 });
    expect(error).toBeInstanceOf(SseError);
    expect(error).toMatchObject({ code: 'decode', event: 'message', raw: '{"price":"2"}' });
    expect((error as SseError).issues).toHaveLength(1);
    expect(others).toEqual([]);
    expect(exchange.isAborted).toBe(true);
  });

  test('looks at until before it decodes', async () => {
    const decode = vi.fn(({ data }: SseMessage) => JSON.parse(data) as unknown);
    const { rest, exchange } = await asked(
      (init) => fetchSse(url, { ...fetchOf(init), decode, until: '[DONE]' }),
      `${data(1)}data: [DONE]\n\n`,
    );
    expect(await rest()).toEqual([1]);
    expect(decode).toHaveBeenCalledTimes(1);
    expect(exchange.isAborted).toBe(true);
  });

  test('rejects a bad payload, once, and ends the request', async () => {
    const { iterator, first, exchange } = await asked(
      (init) => fetchSse(url, { ...fetchOf(init), decode: 'json' }),
      'event: tick\ndata: 1\n\nevent: tick\ndata: {\n\nevent: tick\ndata: 2\n\n',
    );
    expect((await first).value?.data).toBe(1);
    expect(exchange.isAborted).toBe(false);
    const error: unknown = await iterator.next().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SseError);
    expect(error).toMatchObject({ code: 'decode', event: 'tick', raw: '{' });
    expect((error as SseError).cause).toBeInstanceOf(SyntaxError);
    expect(exchange.isAborted).toBe(true);
    expect(await iterator.next()).toEqual(done);
  });

  test('rejects a bad payload even if the stream is complete', async () => {
    const { rest } = await asked(
      (init) => fetchSse(url, { ...fetchOf(init), decode: 'json', until: '[DONE]' }),
      'data: 1\n\ndata: {\n\ndata: 2\n\ndata: [DONE]\n\n',
    );
    expect(await rest()).toEqual([1, expect.objectContaining({ code: 'decode', raw: '{' })]);
  });

  test('keeps the order under an asynchronous schema, over several next() at once', async () => {
    const answers: (() => void)[] = [];
    const schema = schemaOf(
      (value) =>
        new Promise<{ value: unknown }>((resolve) => {
          answers.push(() => {
            resolve({ value });
          });
        }),
    );
    const { iterator, first } = await asked(
      (init) => fetchSse(url, { ...fetchOf(init), schema }),
      data(1, 2, 3),
    );
    const all = Promise.all([first, iterator.next(), iterator.next()]);
    for (let i = 0; i < 3; i++) {
      await vi.waitFor(() => {
        expect(answers).toHaveLength(i + 1);
      });
      answers[i]?.();
    }
    expect((await all).map(({ value }) => value?.data)).toEqual([1, 2, 3]);
  });

  describe('with a schema that never answers', () => {
    const silent = schemaOf<number>(() => new Promise(() => undefined));

    async function waiting(signal?: AbortSignal) {
      const validate = vi.spyOn(silent['~standard'], 'validate');
      const setup = await asked(
        (init) => fetchSse(url, { ...fetchOf(init), schema: silent, signal }),
        data(1, 2),
      );
      await vi.waitFor(() => {
        expect(validate).toHaveBeenCalled();
      });
      validate.mockRestore();
      return setup;
    }

    test('settles a pending next() on return()', async () => {
      const { iterator, first, exchange } = await waiting();
      const second = iterator.next();
      expect(await iterator.return?.()).toEqual(done);
      expect(await Promise.all([first, second])).toEqual([done, done]);
      expect(exchange.isAborted).toBe(true);
    });

    test('rejects a pending next() on abort', async () => {
      const controller = new AbortController();
      const { first, exchange } = await waiting(controller.signal);
      const reason = new Error('stop');
      controller.abort(reason);
      await expect(first).rejects.toBe(reason);
      expect(exchange.isAborted).toBe(true);
    });
  });

  test('drops on abort what has come, even if the stream is complete', async () => {
    const controller = new AbortController();
    const { iterator, first } = await asked(
      (init) => fetchSse(url, { ...fetchOf(init), until: '[DONE]', signal: controller.signal }),
      'data: a\n\ndata: b\n\ndata: [DONE]\n\n',
    );
    expect((await first).value?.data).toBe('a');
    controller.abort('stop');
    await expect(iterator.next()).rejects.toBe('stop');
    expect(await iterator.next()).toEqual(done);
  });

  test.for<[object, RegExp]>([
    [{ decode: 'jsn' }, /`decode` must be "text", "json" or a function/],
    [{ decode: { tick: 'json' } }, /`decode` must be "text", "json" or a function/],
    [{ decode: null }, /`decode` must be/],
    [{ schema: {} }, /`schema` must be a Standard Schema: .*zod/],
    [{ schema: null }, /`schema` must be/],
    [{ schema: (value: unknown) => value }, /`schema` must be/],
  ])('with %o throws a TypeError with the cure at the call, as parseSse does', ([options, cure]) => {
    const server = mockSse();
    for (const call of [
      () => fetchSse(url, { fetch: server.fetch, ...options }),
      () => parseSse(new ReadableStream(), options),
    ]) {
      expect(call).toThrow(TypeError);
      expect(call).toThrow(cure);
    }
    expect(server.exchanges).toEqual([] satisfies MockExchange[]);
  });
});

describe('parseSse', () => {
  const stream = (text: string, cancel: () => void = () => undefined) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(text));
      },
      cancel,
    });

  test('takes decode and schema', async () => {
    const source = 'data: 1\n\n';
    const schema = z.number().transform((n) => n + 1);
    const options = [
      { decode: 'json' },
      { decode: ({ data }: SseMessage) => [data] },
      { schema },
      { decode: ({ data }: SseMessage) => data.length + 41, schema },
    ] as const;
    const all: unknown[] = [];
    for (const each of [
      parseSse(stream(source)),
      parseSse(stream(source), options[0]),
      parseSse(stream(source), options[1]),
      parseSse(stream(source), options[2]),
      parseSse(stream(source), options[3]),
    ]) {
      all.push((await each.next()).value?.data);
    }
    expect(all).toEqual(['1', 1, ['1'], 2, 43]);
  });

  test('rejects a bad payload and cancels the stream', async () => {
    const cancel = vi.fn();
    const iterator = parseSse(stream('data: 1\n\ndata: {\n\n', cancel), { decode: 'json' });
    expect((await iterator.next()).value?.data).toBe(1);
    await expect(iterator.next()).rejects.toMatchObject({ code: 'decode', raw: '{' });
    expect(cancel).toHaveBeenCalledTimes(1);
  });
});
