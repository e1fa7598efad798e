import { describe, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { SseClient } from 'ssekit';
import type { AnyMessage, SseClientOptions, SseMessage, SseState, Unsubscribe, UrlSource } from 'ssekit';

/** What `Events` is when nobody writes it, and which clients can stand in for which. */

const url = 'https://example.test/sse';

interface Lol {
  lol: string;
}
interface Prices {
  price: { bid: number };
  done: string;
}

describe('options in a variable tell the Events that they are for', () => {
  test('as a parameter, optional or with a default', () => {
    const plain = (options: SseClientOptions = {}) => new SseClient(url, options);
    expectTypeOf(plain).returns.toEqualTypeOf<SseClient>();
    const optional = (options?: SseClientOptions) => new SseClient(url, options);
    expectTypeOf(optional).returns.toEqualTypeOf<SseClient>();
    const lol = (options?: SseClientOptions<Lol>) => new SseClient(url, options);
    expectTypeOf(lol).returns.toEqualTypeOf<SseClient<Lol>>();
    const prices = (options: SseClientOptions<Prices>) => new SseClient(url, options);
    expectTypeOf(prices).returns.toEqualTypeOf<SseClient<Prices>>();
  });

  test('as a constant, whatever it holds', () => {
    const plain: SseClientOptions = { retry: 3 };
    expectTypeOf(new SseClient(url, plain)).toEqualTypeOf<SseClient>();
    const lol: SseClientOptions<Lol> = { retry: 3 };
    expectTypeOf(new SseClient(url, lol)).toEqualTypeOf<SseClient<Lol>>();
    const prices: SseClientOptions<Prices> = { decode: 'json' };
    expectTypeOf(new SseClient(url, prices)).toEqualTypeOf<SseClient<Prices>>();
    const literal = { retry: 3, headers: { 'x-a': '1' } };
    expectTypeOf(new SseClient(url, literal)).toEqualTypeOf<SseClient>();
  });

  test('through a spread, with more options', () => {
    const plain = (options: SseClientOptions) =>
      new SseClient(url, { retry: 3, ...options, transport: 'fetch' });
    expectTypeOf(plain).returns.toEqualTypeOf<SseClient>();
    const prices = (options: SseClientOptions<Prices>) => new SseClient(url, { ...options, retry: 3 });
    expectTypeOf(prices).returns.toEqualTypeOf<SseClient<Prices>>();
  });

  test('as a type parameter', () => {
    const explicit = <Events extends object>(options: SseClientOptions<Events>) =>
      new SseClient<Events>(url, options);
    const inferred = <Events extends object>(options: SseClientOptions<Events>) =>
      new SseClient(url, options);
    const prices = {} as SseClientOptions<Prices>;
    expectTypeOf(explicit(prices)).toEqualTypeOf<SseClient<Prices>>();
    expectTypeOf(inferred(prices)).toEqualTypeOf<SseClient<Prices>>();
  });

  test('as all arguments', () => {
    const plain = (...args: [url: UrlSource, options?: SseClientOptions]) => new SseClient(...args);
    expectTypeOf(plain).returns.toEqualTypeOf<SseClient>();
    const prices = (...args: ConstructorParameters<typeof SseClient<Prices>>) =>
      new SseClient<Prices>(...args);
    expectTypeOf(prices).returns.toEqualTypeOf<SseClient<Prices>>();
  });

  test('but go to a client with other Events, too, if they say nothing of its payloads', () => {
    const lol = (options: SseClientOptions) => new SseClient<Lol>(url, options);
    expectTypeOf(lol).returns.toEqualTypeOf<SseClient<Lol>>();
    const prices = (options: SseClientOptions) => new SseClient<Prices>(url, { ...options, decode: 'json' });
    expectTypeOf(prices).returns.toEqualTypeOf<SseClient<Prices>>();
    // @ts-expect-error -- nothing in them decodes a price
    ((options: SseClientOptions) => new SseClient<Prices>(url, options)).call(undefined, {});
  });
});

describe('what is made is known from where it goes', () => {
  test('from a function, to a field, and to a superclass', () => {
    const lol = (): SseClient<Lol> => new SseClient(url, { retry: 3 });
    const prices: { client?: SseClient<Prices> } = {};
    prices.client = new SseClient(url, { decode: 'json' });
    class Ticker extends SseClient<Prices> {
      constructor() {
        super(url, { decode: { price: 'json' } });
      }
    }
    class Plain extends SseClient {}
    expectTypeOf(new Ticker()).toExtend<SseClient<Prices>>();
    expectTypeOf(new Plain(url)).toExtend<SseClient>();
    expectTypeOf(lol()).toEqualTypeOf<SseClient<Lol>>();
    // @ts-expect-error -- the wire brings strings
    prices.client = new SseClient(url);
  });
});

describe('JSON where nobody says what it holds', () => {
  test('does not compile: it would be called a string', () => {
    // @ts-expect-error -- say what the JSON holds
    new SseClient(url, { decode: 'json' });
    // @ts-expect-error -- say what the JSON holds
    new SseClient(url, { decode: { tick: 'json' } });
    // @ts-expect-error -- a number is no string
    new SseClient(url, { decode: ({ data }) => Number(data) });
    // @ts-expect-error -- a number is no string
    new SseClient(url, { decode: { tick: ({ data }) => Number(data) } });
    new SseClient(url, { decode: 'text' });
    new SseClient(url, { decode: ({ data }) => data.trim() });
  });

  test('compiles with Events, unknown ones included, and with schemas', () => {
    new SseClient<Record<string, unknown>>(url, { decode: 'json' }).on('any', ({ data }) => {
      expectTypeOf(data).toBeUnknown();
    });
    new SseClient<Record<string, number>>(url, { decode: 'json' });
    new SseClient<Lol>(url, { decode: 'json' });
    new SseClient<{ price: unknown }>(url, { decode: { price: 'json' } });
    new SseClient(url, { decode: 'json', schemas: { lol: z.string() } });
  });
});

describe('payloads of every kind', () => {
  test('may be optional keys, unions, unknown, never and any', () => {
    interface Events {
      maybe?: number | undefined;
      text?: string;
      either: string | number;
      tagged: { kind: 'a'; a: number } | { kind: 'b'; b: string };
      whatever: unknown;
      nothing: never;
    }
    // @ts-expect-error -- maybe, tagged and nothing are no strings
    new SseClient<Events>(url, { decode: { maybe: 'json', tagged: 'json' } });
    const client = new SseClient<Events>(url, {
      decode: { maybe: 'json', tagged: 'json', nothing: 'json', either: ({ data }) => Number(data) },
    });
    client.on('maybe', ({ data }) => {
      expectTypeOf(data).toEqualTypeOf<number | undefined>();
    });
    client.on('text', ({ data }) => {
      expectTypeOf(data).toEqualTypeOf<string | undefined>();
    });
    client.on('either', ({ data }) => {
      expectTypeOf(data).toEqualTypeOf<string | number>();
    });
    client.on('tagged', ({ data }) => {
      if (data.kind === 'a') expectTypeOf(data.a).toBeNumber();
      else expectTypeOf(data.b).toBeString();
    });
    client.on('whatever', ({ data }) => {
      expectTypeOf(data).toBeUnknown();
    });
    client.on('nothing', ({ data }) => {
      expectTypeOf(data).toBeNever();
    });
    client.onAny((event) => {
      expectTypeOf(event).toEqualTypeOf<AnyMessage<Events>>();
      if (event.type === 'maybe') expectTypeOf(event.data).toEqualTypeOf<number | undefined>();
    });
  });

  test('need no decoder where a string will do', () => {
    new SseClient<{ text?: string; whatever: unknown; either: string | number }>(url);
    // @ts-expect-error -- a string is not always one of these
    new SseClient<{ lamp: 'on' | 'off' }>(url);
    // @ts-expect-error -- nothing is ever never
    new SseClient<{ nothing: never }>(url);
    // @ts-expect-error -- optional or not, it is a number
    new SseClient<{ maybe?: number }>(url);
  });

  test('of unnamed events are those of "message"', () => {
    const client = new SseClient<{ message: { bid: number } }>(url, { decode: { message: 'json' } });
    client.onMessage((event) => {
      expectTypeOf(event).toEqualTypeOf<SseMessage<{ bid: number }, 'message'>>();
    });
    client.on('message', ({ data }) => {
      expectTypeOf(data.bid).toBeNumber();
    });
  });
});

describe('a schema takes what its decoder brings', () => {
  const schemas = { date: z.coerce.date(), size: z.number() };

  test('whatever that is', () => {
    const client = new SseClient(url, { schemas, decode: (message): unknown => message.data });
    expectTypeOf(client).toEqualTypeOf<SseClient<{ date: Date; size: number }>>();
    new SseClient(url, { schemas, decode: { date: 'text', size: ({ data }) => data.length } });
    new SseClient<{ date: Date; done: string }>(url, {
      schemas: { date: schemas.date },
      decode: { date: 'text', done: 'text' },
    });
    const { date } = schemas;
    // @ts-expect-error -- done has no schema that makes a string of a number
    new SseClient<{ date: Date; done: string }>(url, { schemas: { date }, decode: { done: () => 7 } });
  });
});

describe('a client stands for another', () => {
  const lol = new SseClient<Lol>(url);
  const prices = new SseClient<Prices>(url, { decode: { price: 'json' } });

  test('where a function takes any client, or what all have in common', () => {
    const generic = <Events extends object>(client: SseClient<Events>): Events[] => [client as never];
    expectTypeOf(generic(prices)).toEqualTypeOf<Prices[]>();
    interface Store {
      subscribe(listener: (state: SseState) => void): Unsubscribe;
      getSnapshot(): SseState;
    }
    expectTypeOf(lol).toExtend<Store>();
    expectTypeOf(prices).toExtend<Store>();
    expectTypeOf(prices).toExtend<Pick<SseClient, 'status' | 'onError' | 'close'>>();
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what users write
    expectTypeOf(prices).toExtend<SseClient<any>>();
  });

  test('but not where events would come that it does not declare, or others', () => {
    expectTypeOf<SseClient<Lol & Prices>>().not.toExtend<SseClient<Lol>>();
    expectTypeOf(lol).not.toExtend<SseClient<Lol & Prices>>();
    expectTypeOf(lol).not.toExtend<SseClient<{ lol: number }>>();
  });
});
