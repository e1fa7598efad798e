import { describe, expectTypeOf, test } from 'vitest';
import { ReadyState, SseClient } from 'ssekit';
import type { OpenInfo, SseError, SseMessage, SseState, Transport, Unsubscribe } from 'ssekit';
import { MockEventSource } from 'ssekit/testing';

const url = 'https://example.test/sse';
declare const controller: AbortController;

describe('with Events', () => {
  const client = new SseClient<{ lol: string; done: string }>(url);

  test('the data of a declared name is a string', () => {
    client.on('lol', (event) => {
      expectTypeOf(event.data).toBeString();
      expectTypeOf(event).toEqualTypeOf<SseMessage<string, 'lol'>>();
      expectTypeOf(event.type).toEqualTypeOf<'lol'>();
    });
  });

  test('a name that is not declared does not compile', () => {
    // @ts-expect-error -- a name that is not declared
    client.on('lo', () => undefined);
    // @ts-expect-error -- a name that is not declared
    client.once('lo', () => undefined);
    // @ts-expect-error -- a name that is not declared
    void client.once('lo');
    // @ts-expect-error -- a name that is not declared
    client.off('lo', () => undefined);
    // @ts-expect-error -- names are strings
    client.on(7, () => undefined);
  });

  test('a listener for another payload does not compile', () => {
    // @ts-expect-error -- data is a string
    client.on('lol', (event: SseMessage<number, 'lol'>) => event.data.toFixed());
    // @ts-expect-error -- data is a string
    client.off('lol', (event: SseMessage<number, 'lol'>) => event.data.toFixed());
    // @ts-expect-error -- the type is 'lol'
    client.on('lol', (event: SseMessage<string, 'done'>) => event.data);
  });

  test('a listener that takes less, or nothing, compiles', () => {
    client.on('lol', () => undefined);
    client.on('lol', ({ data }: { data: string }) => data.length);
    client.on('lol', (event: SseMessage) => event.data.length);
  });

  test('a union of names narrows by type', () => {
    const name = 'lol' as 'lol' | 'done';
    client.on(name, (event) => {
      expectTypeOf(event).toEqualTypeOf<SseMessage<string, 'lol'> | SseMessage<string, 'done'>>();
      if (event.type === 'done') expectTypeOf(event).toEqualTypeOf<SseMessage<string, 'done'>>();
    });
  });

  test('the promise of once is of the message', () => {
    expectTypeOf(client.once('lol')).toEqualTypeOf<Promise<SseMessage<string, 'lol'>>>();
    expectTypeOf(client.once('lol', () => undefined)).toEqualTypeOf<Unsubscribe>();
  });

  test('unnamed events are strings where "message" is not declared', () => {
    client.onMessage((event) => {
      expectTypeOf(event).toEqualTypeOf<SseMessage<string, 'message'>>();
    });
    // @ts-expect-error -- on() takes declared names only
    client.on('message', () => undefined);
    new SseClient<{ message: 'on' | 'off' }>(url, { decode: 'json' }).onMessage((event) => {
      expectTypeOf(event.data).toEqualTypeOf<'on' | 'off'>();
    });
  });

  test('an interface works as well as a type', () => {
    interface Events {
      tick: string;
    }
    const typed = new SseClient<Events>(url);
    typed.on('tick', (event) => {
      expectTypeOf(event.data).toBeString();
    });
    // @ts-expect-error -- a name that is not declared
    typed.on('tack', () => undefined);
  });

  test('names of the lifecycle are names like any other', () => {
    new SseClient<{ open: string; error: string }>(url).on('error', (event) => {
      expectTypeOf(event).toEqualTypeOf<SseMessage<string, 'error'>>();
    });
  });

  test('payloads narrow by type where they differ', () => {
    interface Events {
      price: { symbol: string; bid: number };
      alarm: { level: 'warn' | 'error' };
    }
    const name = 'price' as keyof Events;
    new SseClient<Events>(url, { decode: 'json' }).on(name, (event) => {
      if (event.type === 'price') expectTypeOf(event.data.bid).toBeNumber();
      else expectTypeOf(event.data.level).toEqualTypeOf<'warn' | 'error'>();
    });
  });
});

describe('without Events', () => {
  const client = new SseClient(url);

  test('any name is a string', () => {
    expectTypeOf(client).toEqualTypeOf<SseClient>();
    client.on('whatever', (event) => {
      expectTypeOf(event.data).toBeString();
      expectTypeOf(event.type).toEqualTypeOf<'whatever'>();
    });
    client.onMessage((event) => {
      expectTypeOf(event.data).toBeString();
    });
    expectTypeOf(client.once('whatever')).toEqualTypeOf<Promise<SseMessage<string, 'whatever'>>>();
  });
});

describe('the rest of the surface', () => {
  const client = new SseClient(url);

  test('listeners get what they are for, and end with a function', () => {
    client.onOpen((info) => {
      expectTypeOf(info).toEqualTypeOf<OpenInfo>();
      expectTypeOf(info.status).toEqualTypeOf<number | undefined>();
    });
    client.onError((error) => {
      expectTypeOf(error).toEqualTypeOf<SseError>();
      expectTypeOf(error.willRetry).toEqualTypeOf<boolean | undefined>();
    });
    client.onStateChange((now, before) => {
      expectTypeOf(now).toEqualTypeOf<SseState>();
      expectTypeOf(before).toEqualTypeOf<SseState>();
    });
    expectTypeOf(client.onError(() => undefined)).toEqualTypeOf<() => void>();
    client.on('x', () => undefined, { once: true, signal: controller.signal });
    // @ts-expect-error -- there is no such option
    client.on('x', () => undefined, { passive: true });
  });

  test('it is a store, for React and for Svelte', () => {
    expectTypeOf(client.getSnapshot).toEqualTypeOf<() => SseState>();
    expectTypeOf(client.subscribe).toEqualTypeOf<(listener: (state: SseState) => void) => Unsubscribe>();
    expectTypeOf(client.subscribe).toExtend<(onStoreChange: () => void) => () => void>();
  });

  test('what it tells of itself is read-only', () => {
    expectTypeOf(client.readyState).toEqualTypeOf<ReadyState>();
    expectTypeOf(client.status).toEqualTypeOf<'connecting' | 'open' | 'reconnecting' | 'closed'>();
    expectTypeOf(client.url).toBeString();
    expectTypeOf(client.lastEventId).toBeString();
    expectTypeOf(client.withCredentials).toBeBoolean();
    // @ts-expect-error -- it is read-only
    client.url = url;
    // @ts-expect-error -- it is read-only
    client.readyState = ReadyState.Open;
    // @ts-expect-error -- it is read-only
    client.withCredentials = true;
    // @ts-expect-error -- it is read-only
    client.lastEventId = '7';
  });

  test('a state is read-only', () => {
    const state = client.getSnapshot();
    expectTypeOf(state.retryAt).toEqualTypeOf<number | undefined>();
    expectTypeOf(state.error).toEqualTypeOf<SseError | undefined>();
    // @ts-expect-error -- it is read-only
    state.status = 'open';
    // @ts-expect-error -- it is read-only
    state.failures = 0;
    client.onMessage((event) => {
      // @ts-expect-error -- it is read-only
      event.data = '';
    });
  });

  test('ReadyState compares with the numbers of EventSource', () => {
    expectTypeOf<ReadyState>().toExtend<number>();
    expectTypeOf<ReadyState.Open>().toExtend<ReadyState>();
  });
});

describe('the URL', () => {
  test('is a string, a URL, or a function that may be async', () => {
    new SseClient(url);
    new SseClient(new URL(url));
    new SseClient(() => url);
    new SseClient(async ({ failures, lastEventId, error, signal }) => {
      expectTypeOf(failures).toBeNumber();
      expectTypeOf(lastEventId).toBeString();
      expectTypeOf(error).toEqualTypeOf<SseError | undefined>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      return Promise.resolve(new URL(url));
    });
    // @ts-expect-error -- nothing to connect to
    new SseClient(undefined);
    // @ts-expect-error -- it is not a URL
    new SseClient(() => 7);
  });
});

describe('options', () => {
  const { signal } = controller;

  test('what works compiles', () => {
    new SseClient(url, {});
    new SseClient(url, { transport: 'auto', withCredentials: true, autoConnect: false, signal });
    new SseClient(url, {
      transport: 'native',
      retry: false,
      retryInterval: 500,
      EventSource: MockEventSource,
    });
    new SseClient(url, { retry: { limit: 3, factor: 2, jitter: false, shouldRetry: () => undefined } });
    new SseClient(url, { retry: 3, lastEventId: '7', lastEventIdParam: 'after' });
    new SseClient(url, { until: ({ data }) => data === '[DONE]' });
    new SseClient(url, { EventSource });
  });

  test('an option that is undefined is one that is not there', () => {
    const absent = undefined;
    new SseClient(url, {
      retry: absent,
      signal: absent,
      until: absent,
      transport: absent,
      lastEventId: absent,
    });
  });

  test('a transport of one’s own is a function of one attempt', () => {
    const transport: Transport = (request, sink) => {
      expectTypeOf(request.signal).toEqualTypeOf<AbortSignal>();
      sink.open({ url: request.url });
      return undefined;
    };
    new SseClient(url, { transport });
    // @ts-expect-error -- it returns a handle or undefined
    new SseClient(url, { transport: () => 7 });
  });

  test('typos and wrong kinds do not compile', () => {
    // @ts-expect-error -- there is no such thing
    new SseClient(url, { transport: 'natve' });
    // @ts-expect-error -- there is no such thing
    new SseClient(url, { withCredential: true });
    // @ts-expect-error -- false is the only boolean
    new SseClient(url, { retry: true });
    // @ts-expect-error -- there is no such thing
    new SseClient(url, { retry: { limits: 3 } });
    // @ts-expect-error -- it is a number
    new SseClient(url, { retryInterval: '1000' });
    // @ts-expect-error -- the signal, not its controller
    new SseClient(url, { signal: controller });
    // @ts-expect-error -- it is a class
    new SseClient(url, { EventSource: {} });
    // @ts-expect-error -- a string or a function
    new SseClient(url, { until: /DONE/ });
  });

  test('what native cannot do does not compile with transport: native', () => {
    // @ts-expect-error -- native sends no headers
    new SseClient(url, { transport: 'native', headers: { authorization: 'Bearer x' } });
    // @ts-expect-error -- native sends GET only
    new SseClient(url, { transport: 'native', method: 'POST' });
    // @ts-expect-error -- native sends no body
    new SseClient(url, { transport: 'native', json: {} });
    // @ts-expect-error -- native does not see bytes
    new SseClient(url, { transport: 'native', idleTimeout: 1000 });
    // @ts-expect-error -- native cannot send the first id as a header
    new SseClient(url, { transport: 'native', lastEventId: '7' });
    new SseClient(url, { transport: 'native', lastEventId: '7', lastEventIdParam: 'after' });
  });

  test('a payload that is not a string needs decode or schemas', () => {
    // @ts-expect-error -- the wire brings strings
    new SseClient<{ tick: number }>(url);
    // @ts-expect-error -- the wire brings strings
    new SseClient<{ tick: number }>(url, { retry: 3 });
    new SseClient<{ tick: number }>(url, { decode: 'json' });
  });
});
