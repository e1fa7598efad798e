import { computed, ref, shallowRef, type ComputedRef } from 'vue';
import { describe, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import type { SseClient, SseError, SseMessage, SseState } from 'ssekit';
import * as react from 'ssekit/react';
import * as vue from 'ssekit/vue';

interface Price {
  symbol: string;
  bid: number;
}
interface Events {
  price: Price;
  done: string;
}
const tick = z.object({ bid: z.number() });
declare const url: string | null;

describe('useSse of React', () => {
  test('has the client and its state', () => {
    const state = react.useSse<Events>('/a', { decode: 'json' });
    expectTypeOf(state.client).toEqualTypeOf<SseClient<Events> | null>();
    expectTypeOf(state).toExtend<SseState>();
    expectTypeOf(state.error).toEqualTypeOf<SseError | undefined>();
    expectTypeOf(react.useSse(url).client).toEqualTypeOf<SseClient | null>();
    react.useSse(new URL('https://a.example'));
    react.useSse(undefined);
  });

  test('infers the events from schemas', () => {
    const { client } = react.useSse(url, { schemas: { tick }, headers: () => ({ a: 'b' }) });
    expectTypeOf(client).toEqualTypeOf<SseClient<{ tick: { bid: number } }> | null>();
  });

  test('takes the options of SseClient, and no others', () => {
    react.useSse<{ lol: string }>('/a', { transport: 'native', withCredentials: true });
    // @ts-expect-error: native cannot send headers.
    react.useSse('/a', { transport: 'native', headers: { a: 'b' } });
    // @ts-expect-error: the prices must be decoded.
    react.useSse<Events>('/a');
    // @ts-expect-error: no such option.
    react.useSse('/a', { retires: 1 });
    // @ts-expect-error: a function as the URL would never reconnect.
    react.useSse(() => '/a');
  });
});

describe('events and values of React', () => {
  const { client } = react.useSse<Events>('/a', { decode: 'json' });

  test('are typed by the name', () => {
    react.useSseEvent(client, 'price', (event) => {
      expectTypeOf(event).toEqualTypeOf<SseMessage<Price, 'price'>>();
    });
    const bid = react.useSseValue(client, 'price', (sum, event) => sum + event.data.bid, 0, {
      throttle: 100,
    });
    expectTypeOf(bid).toEqualTypeOf<number>();
    const last = react.useSseValue(client, 'price', (_, { data }) => data, undefined as Price | undefined);
    expectTypeOf(last).toEqualTypeOf<Price | undefined>();
    react.useSseEvent(null as typeof client, 'price', () => undefined);
    // @ts-expect-error: no such event.
    react.useSseEvent(client, 'prize', () => undefined);
    // @ts-expect-error: the reducer makes something else.
    react.useSseValue(client, 'price', () => 'text', 0);
    // @ts-expect-error: no such option.
    react.useSseValue(client, 'done', () => 1, 0, { thottle: 1 });
  });
});

describe('a value that starts as nothing', () => {
  const { client } = react.useSse<Events>('/a', { decode: 'json' });

  test('is the payload or nothing, or a list of payloads', () => {
    const latest = react.useSseValue(client, 'price', (_, { data }) => data, null);
    expectTypeOf(latest).toEqualTypeOf<Price | null>();
    const all = react.useSseValue(client, 'price', (list, { data }) => [...list, data], []);
    expectTypeOf(all).toEqualTypeOf<readonly Price[]>();
    const texts = react.useSseValue(client, 'done', (list, { data }) => [...list, data], [] as string[]);
    expectTypeOf(texts).toEqualTypeOf<string[]>();
    // @ts-expect-error: a list of messages must be called one.
    react.useSseValue(client, 'price', (list, event) => [...list, event], []);
  });
});

describe('the options of components', () => {
  test('are those of a client, and `key`, `onOpen` and `onError`', () => {
    react.useSse<Events>('/a', {
      decode: 'json',
      key: 'user',
      onOpen: ({ status }) => {
        expectTypeOf(status).toEqualTypeOf<number | undefined>();
      },
      onError: (error) => {
        expectTypeOf(error).toEqualTypeOf<SseError>();
      },
    });
    vue.useSse('/a', () => ({ key: 1, onError: (error: SseError) => error.code }));
    // @ts-expect-error: no such option.
    react.useSse('/a', { onClose: () => undefined });
    // @ts-expect-error: an object is no key.
    react.useSse('/a', { key: {} });
  });
});

describe('useFetchSse', () => {
  const schema = z.object({ bid: z.number() });

  test('has the payloads of `decode` or `schema`, and the value of `reduce`', () => {
    const sum = react.useFetchSse('/a', { schema, initial: 0, reduce: (sum, { data }) => sum + data.bid });
    expectTypeOf(sum.value).toEqualTypeOf<number>();
    expectTypeOf(sum.send).returns.resolves.toEqualTypeOf<react.RequestState<number>>();
    expectTypeOf(react.useFetchSse('/a').value).toEqualTypeOf<string | undefined>();
    expectTypeOf(react.useFetchSse('/a', { schema }).value).toEqualTypeOf<{ bid: number } | undefined>();
    const chat = vue.useFetchSse(ref('/a'), { initial: '', reduce: (text, { data }) => text + data });
    expectTypeOf(chat.value).toEqualTypeOf<ComputedRef<string>>();
    void chat.send({ json: {}, headers: { a: 'b' } });
    // @ts-expect-error: a value needs a start.
    react.useFetchSse('/a', { reduce: (text: string, { data }: SseMessage) => text + data });
    // @ts-expect-error: no such option.
    void chat.send({ method: 'PUT' });
  });
});

describe('the composables of Vue', () => {
  test('have refs of the client and its state', () => {
    const { client, status } = vue.useSse<Events>(() => url, { decode: 'json' });
    expectTypeOf(client).toEqualTypeOf<ComputedRef<SseClient<Events> | null>>();
    expectTypeOf(status).toEqualTypeOf<ComputedRef<SseState['status']>>();
    vue.useSse('/a');
    vue.useSse(ref('/a'), () => ({ headers: () => ({ a: 'b' }) }));
    vue.useSse(computed(() => new URL('https://a.example')));
    // @ts-expect-error: native cannot send headers.
    vue.useSse('/a', { transport: 'native', headers: { a: 'b' } });
    // @ts-expect-error: the prices must be decoded.
    vue.useSse<Events>('/a');
    // @ts-expect-error: no such option.
    vue.useSse('/a', { retires: 1 });
  });

  test('infer the events from schemas', () => {
    const given = vue.useSse(url, { schemas: { tick } });
    expectTypeOf(given.client.value).toEqualTypeOf<SseClient<{ tick: { bid: number } }> | null>();
    const got = vue.useSse(url, () => ({ schemas: { tick } }));
    expectTypeOf(got.client.value).toEqualTypeOf<SseClient<{ tick: { bid: number } }> | null>();
  });

  test('type events and values by the name', () => {
    const { client } = vue.useSse<Events>('/a', { decode: 'json' });
    vue.useSseEvent(client, 'price', (event) => {
      expectTypeOf(event).toEqualTypeOf<SseMessage<Price, 'price'>>();
    });
    vue.useSseEvent(shallowRef(client.value), ref<'price' | 'done'>('price'), (event) => {
      expectTypeOf(event.type).toEqualTypeOf<'price' | 'done'>();
    });
    vue.useSseEvent(
      client.value,
      () => 'done' as const,
      () => undefined,
    );
    const bid = vue.useSseValue(client, 'price', (sum, event) => sum + event.data.bid, 0);
    expectTypeOf(bid.value).toEqualTypeOf<number>();
    // @ts-expect-error: no such event.
    vue.useSseEvent(client, 'prize', () => undefined);
  });
});
