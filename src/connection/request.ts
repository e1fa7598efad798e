import { CHECKED } from '../checked.js';
import { utf8ByteString } from '../stream/open-stream.js';
import { timeLimit } from '../stream/time-limit.js';
import { needGlobals, throwIfAborted, type SseError } from '../errors.js';
import { MAX_EVENT_SIZE } from '../stream/parser.js';
import type { FailOn } from '../stream/fail-on.js';
import type { Until } from '../stream/until.js';
import type { RefreshAuth } from './refresh-auth.js';
import { headersIn, headersOf } from './headers.js';
import type { TransportRequest } from './transport.js';
import { resolveUrl, withParam } from './url.js';

/**
 * What functions for URL, headers and body are told before each attempt.
 *
 * @example
 * ```ts
 * const headers = async ({ error }: RequestContext) => {
 *   return { Authorization: `Bearer ${error?.status === 401 ? await refresh() : token}` };
 * };
 * ```
 */
export interface RequestContext {
  /** Failures since the last proof of health; 0 on the first attempt. */
  readonly failures: number;
  /** The id the attempt will resume after; `''` for none. */
  readonly lastEventId: string;
  /** Why the attempt before failed: a 401 here is the moment to refresh a token. Always `undefined` in `fetchSse`, which sends one request. */
  readonly error: SseError | undefined;
  /** Aborts when the attempt is no longer wanted. */
  readonly signal: AbortSignal;
}

/**
 * A value, or a function that is called for it before every attempt.
 *
 * @example
 * ```ts
 * const language: PerAttempt<string> = () => document.documentElement.lang;
 * ```
 */
export type PerAttempt<T> = T | ((context: RequestContext) => T | Promise<T>);

/**
 * Where the stream is: resolved as in `EventSource`, or a function called before every attempt.
 *
 * @example
 * ```ts
 * const url: UrlSource = async ({ signal }) => {
 *   const response = await fetch('/api/ticket', { method: 'POST', signal });
 *   return `/api/prices?ticket=${await response.text()}`;
 * };
 * const client = new SseClient(url, { transport: 'fetch' });
 * ```
 */
export type UrlSource = PerAttempt<string | URL>;

/**
 * Request headers, or an (async) function that makes them before every attempt.
 *
 * @example
 * ```ts
 * const headers: HeadersSource = async () => ({ Authorization: `Bearer ${await login()}` });
 * const client = new SseClient('/api/prices', { headers });
 * ```
 */
export type HeadersSource = PerAttempt<HeadersInit>;

/**
 * A request body, or an (async) function that makes it before every attempt.
 *
 * @example
 * ```ts
 * const body: BodySource = ({ lastEventId }) => JSON.stringify({ after: lastEventId });
 * const client = new SseClient('/api/prices', { body, retry: 10 }); // a POST is repeated only with `retry`
 * ```
 */
export type BodySource = PerAttempt<BodyInit | null | undefined>;

/** The request of every attempt, before its functions are called. */
export interface RequestOptions extends Pick<
  TransportRequest,
  'withCredentials' | 'method' | 'redirect' | 'openTimeout' | 'idleTimeout' | 'maxEventSize' | 'fetch'
> {
  readonly url: Exclude<UrlSource, URL>;
  readonly headers: HeadersSource | undefined;
  readonly body: BodySource;
  /** Set where the caller's headers do not. */
  readonly contentType: string | undefined;
  readonly lastEventIdParam?: string | undefined;
}

/**
 * Options that every way to read a stream has.
 *
 * @example
 * ```ts
 * const options: StreamOptions = { lastEventId: '42', lastEventIdParam: 'after', until: '[DONE]' };
 * const client = new SseClient('/api/prices', options);
 * ```
 */
export interface StreamOptions {
  /** Send cookies and HTTP authentication across origins, on any transport. Default `false`. */
  readonly withCredentials?: boolean | undefined;
  /** Resume after this id: in `Last-Event-ID` on fetch, in `lastEventIdParam` on native. One with CR, LF or NUL is a `TypeError`. */
  readonly lastEventId?: string | undefined;
  /**
   * The query parameter that carries the last event ID, for a server that reads it there. It's appended,
   * and replaces one of the same name; the rest of the query stays byte for byte.
   */
  readonly lastEventIdParam?: string | undefined;
  /**
   * What says that the stream is complete: the data of an event, such as `'[DONE]'`, or a function of the message. Looked at before
   * decoding; that message itself is not delivered, and the stream closes in order. A request that is
   * never sent again, and whose answer ends before that, fails with `network`.
   */
  readonly until?: Until | undefined;
  /** Closes for good when it aborts. */
  readonly signal?: AbortSignal | null | undefined;
}

/**
 * What native `EventSource` cannot do: each of these makes the `auto` transport use `fetch`.
 *
 * @example
 * ```ts
 * const options: FetchOptions = { json: { topics: ['tick'] }, openTimeout: 10_000 };
 * for await (const { data } of fetchSse('/api/prices', options)) show(data);
 * ```
 */
export interface FetchOptions {
  /** Request headers, or an (async) function called before every attempt. */
  readonly headers?: HeadersSource | undefined;
  /** The request method. Default `GET`. Other methods are never replayed unless `retry` is given. */
  readonly method?: string | undefined;
  /** The request body, or an (async) function called before every attempt. Its default method is `POST`. */
  readonly body?: BodySource;
  /** A body sent as JSON: sets `body`, the method `POST` and the content type. */
  readonly json?: unknown;
  /** Fail an attempt with `timeout` after so many ms without response headers, or without an answer of your functions. Default: never. */
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
  /**
   * Knows an event that reports a failure, as servers send that answer 200 and then `event: error`. The
   * attempt fails with the code `server`, counts, and is retried. The event isn't delivered and its ID
   * isn't taken. In a shared connection, the tab that has the connection decides.
   */
  readonly failOn?: FailOn | undefined;
  /**
   * Renews a token. It's called when a request is answered 401; then the request is made again at once,
   * with `headers` asked anew. That first 401 isn't reported. A 401 to the second request is final; a
   * later attempt may call it again. Calls in flight are shared by all who give the same function. If it
   * throws or rejects, the attempt fails with `failed`. It works with a method like POST, because the
   * server refused the first request, but not with a stream as `body`.
   */
  readonly refreshAuth?: RefreshAuth | undefined;
  /** The function to use instead of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
}

/** In bytes: servers refuse headers of about 8 KiB in all. */
const LONGEST_ID = 4096;

/** Whether servers accept this ID in a header. */
export function isSendableId(id: string): boolean {
  return !/\p{Cc}/u.test(id) && utf8ByteString(id).length <= LONGEST_ID;
}

/** The request that the caller's options describe. */
export function requestOptions(url: UrlSource, options: StreamOptions & FetchOptions): RequestOptions {
  if (CHECKED) needGlobals('TextDecoder', 'Headers');
  const { json, lastEventIdParam, openTimeout, idleTimeout } = options;
  const headers = headersIn(options.headers);
  const isJson = json !== undefined;
  const body = isJson ? JSON.stringify(json) : (options.body ?? undefined);
  const hasBody = body !== undefined;
  if (CHECKED && isJson && !hasBody) {
    throw new TypeError('`json` must be a value that JSON can hold. Give a function as `body`.');
  }
  const redirect = options.redirect ?? (hasBody || headers ? 'error' : 'follow');
  return {
    url: typeof url === 'function' ? url : resolveUrl(url),
    method: (options.method ?? (hasBody ? 'POST' : 'GET')).toUpperCase(),
    headers,
    body,
    contentType: isJson ? 'application/json' : undefined,
    withCredentials: options.withCredentials ?? false,
    lastEventIdParam,
    redirect: redirect === 'follow' ? redirect : 'manual',
    openTimeout,
    idleTimeout,
    maxEventSize: options.maxEventSize ?? MAX_EVENT_SIZE,
    fetch: options.fetch ?? ((...args) => fetch(...args)),
  };
}

/** Refuses, in every build, what must never be sent. Throws `TypeError`. */
export function refuseUnsafe({ method, body }: RequestOptions, lastEventId = ''): void {
  if (/[\0\r\n]/.test(lastEventId)) throw new TypeError('`lastEventId` must not hold CR, LF or NUL.');
  if (body !== undefined && /^(GET|HEAD)$/.test(method)) {
    throw new TypeError('GET and HEAD have no body: take `method` away, or `json` and `body`.');
  }
}

/** Calls what must be called, within `openTimeout`, and puts one attempt's request together. */
export function prepareRequest(
  options: RequestOptions,
  context: RequestContext,
  types: Iterable<string>,
): Promise<TransportRequest> {
  const { wait, cancel } = timeLimit(options.openTimeout, 'answer of your functions', context.signal);
  return wait(prepare(options, context, types)).finally(cancel);
}

async function prepare(
  options: RequestOptions,
  context: RequestContext,
  types: Iterable<string>,
): Promise<TransportRequest> {
  const { contentType, lastEventIdParam } = options;
  const { lastEventId, signal } = context;
  const call = <T>(source: PerAttempt<T>): T | Promise<T> => {
    // An attempt that is over meanwhile asks for nothing more: a function may refresh a token, or use up a ticket.
    throwIfAborted(signal);
    return typeof source === 'function'
      ? (source as (context: RequestContext) => T | Promise<T>)(context)
      : source;
  };

  const url = resolveUrl(await call<string | URL>(options.url));
  const headers = headersOf(await call<HeadersInit | undefined>(options.headers));
  const body = await call(options.body);
  if (contentType && !headers.has('content-type')) headers.set('content-type', contentType);
  return {
    ...options,
    url: lastEventIdParam && lastEventId ? withParam(url, lastEventIdParam, lastEventId) : url,
    headers,
    body,
    lastEventId,
    signal,
    types,
  };
}
