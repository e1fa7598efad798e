import { describe, expectTypeOf, test } from 'vitest';
import {
  sharedConnection,
  SseClient,
  type RequestContext,
  type SseClientOptions,
  type SseError,
  type SseMessage,
  type Transport,
} from 'ssekit';

const url = 'https://example.test/sse';

/** Options as users write them. A bad one is an error on the line below the mark. */
const accept = (options: SseClientOptions): SseClientOptions => options;

describe('what native EventSource cannot do does not compile with it', () => {
  test('headers, methods and bodies', () => {
    // @ts-expect-error headers cannot be sent
    accept({ transport: 'native', headers: {} });
    // @ts-expect-error a headers function
    accept({ transport: 'native', headers: () => ({}) });
    // @ts-expect-error nothing but GET
    accept({ transport: 'native', method: 'POST' });
    // @ts-expect-error no request body
    accept({ transport: 'native', body: 'a' });
    // @ts-expect-error no request body
    accept({ transport: 'native', json: {} });
  });

  test('timeouts, limits, redirects and fetch', () => {
    // @ts-expect-error openTimeout
    accept({ transport: 'native', openTimeout: 1000 });
    // @ts-expect-error idleTimeout
    accept({ transport: 'native', idleTimeout: 1000 });
    // @ts-expect-error maxEventSize
    accept({ transport: 'native', maxEventSize: 1000 });
    // @ts-expect-error redirects cannot be controlled
    accept({ transport: 'native', redirect: 'follow' });
    // @ts-expect-error response headers cannot be seen
    accept({ transport: 'native', resumed: () => true });
    // @ts-expect-error fetch is not used
    accept({ transport: 'native', fetch });
  });

  test('a first id without a query parameter to carry it', () => {
    // @ts-expect-error lastEventId alone
    accept({ transport: 'native', lastEventId: '7' });
    accept({ transport: 'native', lastEventId: '7', lastEventIdParam: 'after' });
  });

  test('sharing, where the next tab could not resume', () => {
    // @ts-expect-error share alone
    accept({ transport: 'native', share: sharedConnection('a') });
    accept({ transport: 'native', share: sharedConnection('a'), lastEventIdParam: 'after' });
    accept({ share: sharedConnection('a'), headers: {} });
    // @ts-expect-error it must be called with a name
    accept({ share: 'a' });
  });

  test('for the constructor, too', () => {
    // @ts-expect-error headers cannot be sent
    expectTypeOf(new SseClient(url, { transport: 'native', headers: {} })).toBeObject();
  });
});

describe('what works compiles', () => {
  test('on native', () => {
    accept({ transport: 'native' });
    accept({
      transport: 'native',
      withCredentials: true,
      retry: 3,
      retryInterval: 50,
      lastEventIdParam: 'after',
      until: '[DONE]',
      headers: undefined,
    });
  });

  test.for(['auto', 'fetch'] as const)('all of it on %s', (transport) => {
    accept({
      transport,
      headers: { Authorization: 'Bearer 1' },
      method: 'PUT',
      json: { a: 1 },
      openTimeout: 1000,
      idleTimeout: 1000,
      maxEventSize: 1000,
      redirect: 'follow',
      fetch,
      lastEventId: '7',
      retry: {
        limit: 3,
        factor: 1,
        maxInterval: 5,
        jitter: false,
        maxElapsed: 9,
        shouldRetry: () => undefined,
      },
    });
  });

  test('a transport of your own with any option', () => {
    const pigeon: Transport = () => undefined;
    accept({ transport: pigeon, headers: {}, lastEventId: '7' });
  });

  test('everything may be undefined', () => {
    accept({
      transport: undefined,
      headers: undefined,
      method: undefined,
      body: undefined,
      json: undefined,
      retry: undefined,
      retryInterval: undefined,
      until: undefined,
      signal: undefined,
      lastEventId: undefined,
    });
  });
});

describe('what cannot work does not compile', () => {
  test('on any transport', () => {
    // @ts-expect-error an unknown transport
    accept({ transport: 'websocket' });
    // @ts-expect-error retry: true says nothing
    accept({ retry: true });
    // @ts-expect-error a redirect mode of fetch that would hide the answer
    accept({ redirect: 'manual' });
    // @ts-expect-error not a function of the failure
    accept({ retry: { shouldRetry: (error: string) => error === '' } });
    // @ts-expect-error no such option
    accept({ retryIntervall: 1000 });
  });
});

describe('functions are told', () => {
  test('the attempt, the id, the failure and a signal', () => {
    accept({
      headers: (context) => {
        expectTypeOf(context).toEqualTypeOf<RequestContext>();
        expectTypeOf(context.failures).toEqualTypeOf<number>();
        expectTypeOf(context.lastEventId).toEqualTypeOf<string>();
        expectTypeOf(context.error).toEqualTypeOf<SseError | undefined>();
        expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
        return {};
      },
      body: async ({ failures }) => Promise.resolve(String(failures)),
    });
    const client = new SseClient(async ({ lastEventId }) => Promise.resolve(new URL(url + lastEventId)));
    expectTypeOf(client.url).toEqualTypeOf<string>();
  });

  test('the message, by until, and the failure, by shouldRetry', () => {
    accept({
      until: (message) => {
        expectTypeOf(message).toEqualTypeOf<SseMessage>();
        return true;
      },
      retry: {
        shouldRetry: (error) => {
          expectTypeOf(error).toEqualTypeOf<SseError>();
          return undefined;
        },
      },
    });
  });
});
