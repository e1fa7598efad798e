import { describe, expectTypeOf, test } from 'vitest';
import {
  fetchSse,
  parseSse,
  type FetchSseInit,
  type MessageIterator,
  type ParseSseOptions,
  type SseMessage,
} from 'ssekit';

const url = 'https://example.test/v1/chat';

const accept = (init: FetchSseInit): FetchSseInit => init;
const acceptParse = (options: ParseSseOptions): ParseSseOptions => options;

describe('fetchSse', () => {
  test('is an async iterable of messages, and an iterator with return()', async () => {
    const iterator = fetchSse(url, { json: { prompt: '?' }, until: '[DONE]' });
    expectTypeOf(iterator).toEqualTypeOf<MessageIterator>();
    for await (const { type, data, lastEventId, origin, raw } of iterator) {
      expectTypeOf([type, data, lastEventId, origin, raw]).toEqualTypeOf<string[]>();
    }
    const result = await iterator.next();
    expectTypeOf(result.value).toEqualTypeOf<SseMessage | undefined>();
  });

  test('takes a URL, a string, or a function of the context', () => {
    fetchSse(new URL(url));
    fetchSse(({ signal }) => Promise.resolve(signal.aborted ? '' : url));
    // @ts-expect-error a Request has been used up when it is sent
    fetchSse(new Request(url));
  });

  test('takes what concerns one request', () => {
    accept({
      headers: () => Promise.resolve({}),
      method: 'PUT',
      body: new FormData(),
      openTimeout: 1,
      idleTimeout: 1,
      maxEventSize: 1,
      redirect: 'error',
      signal: new AbortController().signal,
      withCredentials: true,
      lastEventId: '7',
      lastEventIdParam: 'after',
      fetch,
    });
    accept({ headers: undefined, json: undefined, until: undefined, signal: undefined });
  });

  test('takes nothing that would send it again', () => {
    // @ts-expect-error it is never sent again
    accept({ retry: 3 });
    // @ts-expect-error retryInterval
    accept({ retryInterval: 1000 });
    // @ts-expect-error it is always fetch
    accept({ transport: 'fetch' });
  });
});

describe('parseSse', () => {
  test('takes a response or a stream of bytes', () => {
    expectTypeOf(parseSse(new Response())).toEqualTypeOf<MessageIterator>();
    parseSse(new ReadableStream<Uint8Array>(), { until: ({ data }) => data === '', maxEventSize: 5 });
    // @ts-expect-error text was decoded by somebody else already
    parseSse(new ReadableStream<string>());
    // @ts-expect-error a promise of a response
    parseSse(fetch(url));
    // @ts-expect-error a body may be null
    parseSse(new Response().body);
  });

  test('takes nothing that concerns the request', () => {
    acceptParse({ until: '[DONE]', lastEventId: '7', maxEventSize: 5, signal: undefined });
    // @ts-expect-error headers cannot be sent
    acceptParse({ headers: {} });
    // @ts-expect-error idleTimeout
    acceptParse({ idleTimeout: 5 });
  });
});
