import type { ConnectionOptions } from './connection.js';
import { chooseTransport, type TransportOptions } from './choose-transport.js';
import type { SseMessage } from './message.js';
import type { EventSourceClass } from './native-transport.js';
import { MAX_EVENT_SIZE } from './parse.js';
import { resolveUrl, type BodySource, type HeadersSource, type UrlSource } from './request.js';
import { retryPolicy, type RetryOptions } from './retry.js';
import type { Transport } from './transport.js';
import { asksFetch, validate } from './validate.js';

/** What native `EventSource` cannot do: each of these makes the `auto` transport use `fetch`. */
export interface FetchOptions {
  /** Request headers, or an (async) function called before every attempt. */
  readonly headers?: HeadersSource | undefined;
  /** The request method. Default `GET`. Other methods are never replayed unless `retry` is given. */
  readonly method?: string | undefined;
  /** The request body, or an (async) function called before every attempt. Its default method is `POST`. */
  readonly body?: BodySource;
  /** A body sent as JSON: sets `body`, the method `POST` and the content type. */
  readonly json?: unknown;
  /** Fail an attempt with `timeout` after so many ms without response headers. Default: never. */
  readonly openTimeout?: number | undefined;
  /** Fail an attempt with `timeout` after so many ms without a byte; comments count. Default: never. */
  readonly idleTimeout?: number | undefined;
  /** Fail with `overflow` when an event grows past so many characters. Default 16 Mi. Native has no limit. */
  readonly maxEventSize?: number | undefined;
  /**
   * Whether redirects are followed. Default: they are, unless the request has `headers` or a body, which must not go where you cannot
   * see; then a redirect is an error.
   */
  readonly redirect?: 'follow' | 'error' | undefined;
  /** The function to use instead of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
}

/** Options that work on every transport. */
export interface CommonOptions {
  /** Send cookies and HTTP authentication across origins. Default `false`. */
  readonly withCredentials?: boolean | undefined;
  /** The base of the delay before another attempt, in ms, until the server sets one with `retry:`. Default `1000`. */
  readonly retryInterval?: number | undefined;
  /**
   * When to try again: `false` never, a number at most so often in a row, or {@link RetryOptions}. Default: for ever, but never for methods
   * other than GET, and on `transport: 'native'` only as far as the browser does it itself.
   */
  readonly retry?: false | number | RetryOptions | undefined;
  /** Resume after this id on the first attempt. */
  readonly lastEventId?: string | undefined;
  /** The query parameter that carries the last event ID, for a server that reads it there. */
  readonly lastEventIdParam?: string | undefined;
  /**
   * Whether this message says that the stream is complete: the client closes, without retry. Looked at before decoding; the message
   * itself is not delivered.
   */
  readonly until?: ((message: SseMessage) => boolean) | undefined;
  /** Connect at construction. Default `true`; with `false`, `connect()` does. */
  readonly autoConnect?: boolean | undefined;
  /** Closes the client for good when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** The class to use instead of the global `EventSource`. */
  readonly EventSource?: EventSourceClass | undefined;
}

/** Options of a client that must stay on native `EventSource`: what that cannot do does not compile. */
export type NativeOptions = CommonOptions & { readonly transport: 'native' } & {
  readonly [K in keyof FetchOptions]?: undefined;
} & (
    { readonly lastEventId?: undefined } | { readonly lastEventId: string; readonly lastEventIdParam: string }
  );

/** Options of {@link SseClient}; all of them optional. */
export type SseClientOptions =
  | NativeOptions
  | (CommonOptions &
      FetchOptions & {
        /**
         * `'auto'` (default): native `EventSource` while it can honour every option, `fetch` when it cannot, or once it gave up.
         * `'fetch'`, `'native'`: this one only. Or a {@link Transport} of your own.
         */
        readonly transport?: 'auto' | 'fetch' | Transport | undefined;
      });

/** From what a caller asks for to what a connection needs. Throws `TypeError` for what cannot work. */
export function connectionOptions(url: UrlSource, options: SseClientOptions): ConnectionOptions {
  const { transport = 'auto', json, redirect, retry, lastEventIdParam } = options;
  validate(url, { ...options, transport });
  const hasBody = json !== undefined || options.body !== undefined;
  const method = options.method?.toUpperCase() ?? (hasBody ? 'POST' : 'GET');
  const carriesMore = hasBody || options.headers !== undefined;
  const choice: TransportOptions = {
    transport,
    asksFetch: options.retry !== undefined || options.retryInterval !== undefined || asksFetch(options),
    preflights: options.headers !== undefined || json !== undefined || !/^(GET|HEAD|POST)$/.test(method),
    lastEventIdParam,
    EventSource: options.EventSource,
  };
  return {
    url: typeof url === 'function' ? url : resolveUrl(url),
    method,
    headers: options.headers,
    body: json === undefined ? options.body : JSON.stringify(json),
    contentType: json === undefined ? undefined : 'application/json',
    withCredentials: options.withCredentials ?? false,
    redirect: (redirect ?? (carriesMore ? 'error' : 'follow')) === 'follow' ? 'follow' : 'manual',
    openTimeout: options.openTimeout,
    idleTimeout: options.idleTimeout,
    maxEventSize: options.maxEventSize ?? MAX_EVENT_SIZE,
    fetch: options.fetch ?? ((...args) => fetch(...args)),
    lastEventId: options.lastEventId ?? '',
    lastEventIdParam,
    retryInterval: options.retryInterval ?? 1000,
    policy: retryPolicy(retry ?? (method === 'GET' && transport !== 'native' ? undefined : false)),
    policyGiven: retry !== undefined,
    until: options.until,
    chooseTransport: (request, beyondNative) => chooseTransport(choice, request, beyondNative),
  };
}
