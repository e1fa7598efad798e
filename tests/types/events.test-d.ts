import { describe, expectTypeOf, test } from 'vitest';
import { SseClient } from 'ssekit';
import type { AnyMessage, MessageOf, SseMessage } from 'ssekit';

const url = 'https://example.test/sse';
declare const signal: AbortSignal;

interface Events {
  price: { symbol: string; bid: number };
  alarm: { level: 'warn' | 'error' };
  done: string;
}
const client = new SseClient<Events>(url, { decode: { price: 'json', alarm: 'json' } });

describe('events()', () => {
  test('of one name brings its messages', async () => {
    expectTypeOf(client.events('price')).toEqualTypeOf<AsyncIterable<SseMessage<Events['price'], 'price'>>>();
    for await (const event of client.events('done'))
      expectTypeOf(event).toEqualTypeOf<SseMessage<string, 'done'>>();
  });

  test('of several names narrows by type', async () => {
    for await (const event of client.events('price', 'done')) {
      expectTypeOf(event).toEqualTypeOf<MessageOf<Events, 'price' | 'done'>>();
      if (event.type === 'price') expectTypeOf(event.data.bid).toBeNumber();
      else expectTypeOf(event.data).toBeString();
      // @ts-expect-error -- nobody asked for alarms
      if (event.type === 'alarm') break;
    }
  });

  test('without names brings all of them, and narrows by type', async () => {
    expectTypeOf(client.events()).toEqualTypeOf<AsyncIterable<AnyMessage<Events>>>();
    for await (const event of client.events({ limit: 10 })) {
      switch (event.type) {
        case 'price':
          expectTypeOf(event.data.bid).toBeNumber();
          break;
        case 'alarm':
          expectTypeOf(event.data.level).toEqualTypeOf<'warn' | 'error'>();
          break;
        default:
          expectTypeOf(event).toEqualTypeOf<SseMessage<string, 'done'>>();
      }
    }
  });

  test('takes its options last, after any number of names', () => {
    client.events({ signal, limit: 10 });
    client.events('price', { signal });
    client.events('price', 'alarm', { limit: undefined });
    // @ts-expect-error -- it is a number
    client.events('price', { limit: '10' });
    // @ts-expect-error -- there is no such option
    client.events('price', { limits: 10 });
    // @ts-expect-error -- options come last
    client.events({ limit: 10 }, 'price');
  });

  test('of a name that is not declared does not compile', () => {
    // @ts-expect-error -- a name that is not declared
    client.events('prices');
    // @ts-expect-error -- a name that is not declared
    client.events('price', 'prices');
    // @ts-expect-error -- a name that is not declared
    client.events('message', { limit: 10 });
  });

  test('takes any name, with strings for data, where no Events are given', async () => {
    for await (const event of new SseClient(url).events('a', 'b')) {
      expectTypeOf(event.data).toBeString();
      expectTypeOf(event.type).toEqualTypeOf<'a' | 'b'>();
    }
    for await (const event of new SseClient(url).events()) {
      expectTypeOf(event).toEqualTypeOf<SseMessage>();
    }
  });
});
