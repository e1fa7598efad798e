import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { createDecode, createDecodes, type DecodeSetting, type StandardSchema } from '../../src/decode.ts';
import { SseError } from '../../src/errors.ts';
import type { SseMessage } from '../../src/message.ts';

const message = (data: string, type = 'tick'): SseMessage => ({
  type,
  data,
  lastEventId: '7',
  origin: 'https://example.test',
  raw: data,
});

/** The message as it is decoded. */
async function decoded(setting: DecodeSetting, data: string): Promise<SseMessage<unknown>> {
  const decode = createDecode(setting);
  if (!decode) throw new Error('text as it comes');
  return decode(message(data));
}

/** The error that decoding ends in. */
async function failure(setting: DecodeSetting, data: string): Promise<SseError> {
  const reason: unknown = await decoded(setting, data).catch((error: unknown) => error);
  if (!(reason instanceof SseError)) throw new Error('no SseError', { cause: reason });
  return reason;
}

/** A schema of one's own, in the two dozen words that Standard Schema takes. */
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
    // Issues are objects of the library's own: nothing of them may leak onto the error.
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
  /** What becomes of this text as an event of this type; `'as it comes'` without a decoder. */
  function outcome(settings: Parameters<typeof createDecodes>[0], type: string, data = '1'): unknown {
    const decode = createDecodes(settings)(type);
    const result = decode ? decode(message(data, type)) : message('as it comes');
    return result instanceof Promise ? 'a promise' : result.data;
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
