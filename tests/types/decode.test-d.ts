import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { fetchSse, parseSse, SseClient } from 'ssekit';
import type { AnyMessage, MessageIterator, SseMessage, StandardSchema } from 'ssekit';

const url = 'https://example.test/sse';
declare const response: Response;

interface Price {
  symbol: string;
  bid: number;
}

const schemas = {
  zod: z.object({ symbol: z.string(), bid: z.number() }),
  valibot: v.object({ symbol: v.string(), bid: v.number() }),
  arktype: type({ symbol: 'string', bid: 'number' }),
};

describe('schemas of a client', () => {
  test('tell the payloads: nothing else needs to be said', () => {
    const client = new SseClient(url, { schemas });
    expectTypeOf(client).toEqualTypeOf<SseClient<{ zod: Price; valibot: Price; arktype: Price }>>();
    for (const name of ['zod', 'valibot', 'arktype'] as const) {
      client.on(name, (event) => {
        expectTypeOf(event.data).toEqualTypeOf<Price>();
        expectTypeOf(event.raw).toBeString();
      });
      expectTypeOf(client.once(name)).resolves.toHaveProperty('data').toEqualTypeOf<Price>();
    }
    // @ts-expect-error -- a name without a schema
    client.on('zodd', () => undefined);
    // @ts-expect-error -- a name without a schema
    client.events('zodd');
  });

  test('tell what comes out of them, not what goes in', () => {
    const client = new SseClient(url, {
      schemas: {
        date: z.iso.date().transform((text) => new Date(text)),
        length: v.pipe(
          v.string(),
          v.transform((text) => text.length),
        ),
        parsed: type('string.numeric.parse'),
        awaited: z.string().transform(async (text) => Promise.resolve(text === 'yes')),
        withDefault: z.object({ on: z.boolean().default(false) }),
      },
    });
    expectTypeOf(client).toEqualTypeOf<
      SseClient<{
        date: Date;
        length: number;
        parsed: number;
        awaited: boolean;
        withDefault: { on: boolean };
      }>
    >();
  });

  test('go with any other option', () => {
    new SseClient(url, { schemas, headers: { 'x-a': '1' }, retry: 3, decode: { zod: ({ data }) => data } });
    new SseClient(url, { schemas, transport: 'native' });
    // @ts-expect-error -- native sends no headers
    new SseClient(url, { schemas, transport: 'native', headers: { 'x-a': '1' } });
    // @ts-expect-error -- there is no such option
    new SseClient(url, { schemas, retyr: 3 });
    // @ts-expect-error -- it is no schema
    new SseClient(url, { schemas: { price: {} } });
    // @ts-expect-error -- there is no such decoder
    new SseClient(url, { schemas, decode: 'jsn' });
  });

  test('must fit the Events that are given', () => {
    interface Events {
      zod: Price;
      done: string;
    }
    new SseClient<Events>(url, { schemas: { zod: schemas.zod } }).on('done', (event) => {
      expectTypeOf(event.data).toBeString();
    });
    new SseClient<Events>(url, { schemas: { zod: schemas.zod, done: z.string() } });
    // @ts-expect-error -- a schema of something else
    new SseClient<Events>(url, { schemas: { zod: z.object({ symbol: z.string() }) } });
    // @ts-expect-error -- zod needs one
    new SseClient<Events>(url, { schemas: { done: z.string() } });
    // @ts-expect-error -- there is no such event
    new SseClient<Events>(url, { schemas: { zod: schemas.zod, dnoe: z.string() } });
  });

  test('may be of any library that speaks Standard Schema', () => {
    const price = {} as StandardSchema<Price>;
    new SseClient(url, { schemas: { price } }).on('price', (event) => {
      expectTypeOf(event).toEqualTypeOf<SseMessage<Price, 'price'>>();
    });
  });
});

describe('decode of a client', () => {
  interface Events {
    price: Price;
    done: string;
  }

  test('is needed for what is not a string', () => {
    // @ts-expect-error -- the wire brings strings
    new SseClient<Events>(url);
    // @ts-expect-error -- the wire brings strings
    new SseClient<Events>(url, { retryInterval: 3 });
    // @ts-expect-error -- the wire brings strings
    new SseClient<Events>(url, { transport: 'native' });
    // @ts-expect-error -- text is a string
    new SseClient<Events>(url, { decode: 'text' });
    // @ts-expect-error -- text is a string
    new SseClient<Events>(url, { decode: { price: 'text' } });
    // @ts-expect-error -- price needs one
    new SseClient<Events>(url, { decode: { done: 'json' } });
    // @ts-expect-error -- undefined is none
    new SseClient<Events>(url, { decode: { price: undefined } });
    // @ts-expect-error -- a union of strings is more than the wire promises
    new SseClient<{ lamp: 'on' | 'off' }>(url);
  });

  test('is not needed where a string will do', () => {
    new SseClient<{ done: string }>(url);
    new SseClient<{ done: string }>(url, { decode: 'text' });
    new SseClient<{ done: string }>(url, { decode: { done: 'text' } });
    new SseClient<{ any: unknown; either: string | number }>(url);
  });

  test("is 'json', a function, or one of these by event type", () => {
    new SseClient<Events>(url, { decode: 'json' });
    new SseClient<Events>(url, { decode: ({ data }) => data });
    new SseClient<Events>(url, { decode: { price: 'json' } });
    new SseClient<Events>(url, { decode: { price: 'json', done: 'text' } });
    new SseClient<Events>(url, {
      decode: {
        price: (message) => {
          expectTypeOf(message).toEqualTypeOf<SseMessage>();
          return { symbol: message.type, bid: Number(message.data) };
        },
      },
    });
    // @ts-expect-error -- a function that makes something else
    new SseClient<Events>(url, { decode: { price: ({ data }) => data } });
    // @ts-expect-error -- a function that makes something else
    new SseClient<Events>(url, { decode: () => 7 });
    // @ts-expect-error -- there is no such event
    new SseClient<Events>(url, { decode: { price: 'json', dnoe: 'json' } });
    // @ts-expect-error -- there is no such decoder
    new SseClient<Events>(url, { decode: { price: 'jsn' } });
  });

  test('goes together with schemas', () => {
    new SseClient<Events>(url, { schemas: { price: schemas.zod }, decode: { done: 'text' } });
    new SseClient<Events>(url, { schemas: { price: schemas.zod }, decode: 'json' });
    new SseClient<Events>(url, { schemas: { price: schemas.zod }, decode: 'text' });
  });
});

describe('a union of names narrows by type', () => {
  interface Events {
    price: Price;
    done: string;
  }
  const client = new SseClient<Events>(url, { decode: { price: 'json' } });

  test('in listeners', () => {
    const name = 'price' as keyof Events;
    client.on(name, (event) => {
      if (event.type === 'price') expectTypeOf(event.data).toEqualTypeOf<Price>();
      else expectTypeOf(event.data).toBeString();
    });
    client.onAny((event) => {
      expectTypeOf(event).toEqualTypeOf<AnyMessage<Events>>();
      if (event.type === 'price') expectTypeOf(event.data).toEqualTypeOf<Price>();
      else expectTypeOf(event.data).toBeString();
    });
  });

  test('in what once() promises', async () => {
    const event = await client.once('price' as keyof Events);
    if (event.type === 'done') expectTypeOf(event).toEqualTypeOf<SseMessage<string, 'done'>>();
    else expectTypeOf(event).toEqualTypeOf<SseMessage<Price, 'price'>>();
  });
});

describe('fetchSse and parseSse', () => {
  test('bring strings by default', () => {
    expectTypeOf(fetchSse(url)).toEqualTypeOf<MessageIterator>();
    expectTypeOf(fetchSse(url, { json: {}, until: '[DONE]' })).toEqualTypeOf<MessageIterator>();
    expectTypeOf(fetchSse(url, { decode: 'text' })).toEqualTypeOf<MessageIterator>();
    expectTypeOf(parseSse(response)).toEqualTypeOf<MessageIterator>();
    expectTypeOf(parseSse(response, { until: '[DONE]' })).toEqualTypeOf<MessageIterator>();
  });

  test("bring what you say with decode: 'json', and unknown until you do", () => {
    expectTypeOf(fetchSse(url, { decode: 'json' })).toEqualTypeOf<MessageIterator<unknown>>();
    expectTypeOf(fetchSse<Price>(url, { decode: 'json' })).toEqualTypeOf<MessageIterator<Price>>();
    expectTypeOf(parseSse(response, { decode: 'json' })).toEqualTypeOf<MessageIterator<unknown>>();
    expectTypeOf(parseSse<Price>(response, { decode: 'json' })).toEqualTypeOf<MessageIterator<Price>>();
    // @ts-expect-error -- the wire brings strings
    fetchSse<Price>(url);
    // @ts-expect-error -- the wire brings strings
    fetchSse<Price>(url, { decode: 'text' });
    // @ts-expect-error -- the wire brings strings
    parseSse<Price>(response, {});
  });

  test('bring what a function returns', () => {
    const decode = ({ data }: SseMessage) => Number(data);
    expectTypeOf(fetchSse(url, { decode })).toEqualTypeOf<MessageIterator<number>>();
    expectTypeOf(fetchSse(url, { decode: ({ data }) => [data] })).toEqualTypeOf<MessageIterator<string[]>>();
    expectTypeOf(parseSse(response, { decode })).toEqualTypeOf<MessageIterator<number>>();
  });

  test('bring what comes out of a schema, whatever it sees', () => {
    const { zod, valibot, arktype } = schemas;
    expectTypeOf(fetchSse(url, { schema: zod })).toEqualTypeOf<MessageIterator<Price>>();
    expectTypeOf(fetchSse(url, { schema: valibot })).toEqualTypeOf<MessageIterator<Price>>();
    expectTypeOf(fetchSse(url, { schema: arktype })).toEqualTypeOf<MessageIterator<Price>>();
    expectTypeOf(fetchSse(url, { schema: zod, decode: 'json' })).toEqualTypeOf<MessageIterator<Price>>();
    expectTypeOf(
      fetchSse(url, { schema: zod, decode: ({ data }) => JSON.parse(data) as unknown }),
    ).toEqualTypeOf<MessageIterator<Price>>();
    expectTypeOf(fetchSse(url, { schema: z.coerce.date(), decode: 'text' })).toEqualTypeOf<
      MessageIterator<Date>
    >();
    expectTypeOf(parseSse(response, { schema: zod })).toEqualTypeOf<MessageIterator<Price>>();
    // @ts-expect-error -- it is no schema
    fetchSse(url, { schema: {} });
    // @ts-expect-error -- the schema brings something else
    fetchSse<string>(url, { schema: zod });
  });

  test('take one decoder: there is none by event type', () => {
    // @ts-expect-error -- one for all
    fetchSse(url, { decode: { price: 'json' } });
    // @ts-expect-error -- one for all
    fetchSse(url, { schemas });
    // @ts-expect-error -- there is no such decoder
    fetchSse(url, { decode: 'jsn' });
  });

  test('are iterators as the language has them', async () => {
    const iterator = fetchSse<Price>(url, { decode: 'json' });
    expectTypeOf(iterator).toExtend<AsyncIterableIterator<SseMessage<Price>>>();
    expectTypeOf(iterator).toExtend<AsyncIterable<SseMessage<Price>>>();
    for await (const { data } of iterator) expectTypeOf(data).toEqualTypeOf<Price>();
    expectTypeOf((await iterator.next()).value).toEqualTypeOf<SseMessage<Price> | undefined>();
  });
});
