import { CHECKED } from '../checked.js';
import { utf8ByteString } from '../stream/open-stream.js';
import { timeLimit } from '../stream/time-limit.js';
import { misuse, needGlobals, throwIfAborted } from '../errors.js';
import type { HeadersArgument } from '../globals.js';
import { MAX_EVENT_SIZE } from '../stream/parser.js';
import { headersIn, headersOf } from './headers.js';
import type {
  BodySource,
  FetchOptions,
  HeadersSource,
  PerAttempt,
  RequestContext,
  StreamOptions,
  UrlSource,
} from './request-options.js';
import type { TransportRequest } from './transport.js';
import { resolveUrl, withParam } from './url.js';

/** The request that every attempt is built from. Its functions haven't been called yet. */
export interface RequestOptions extends Pick<
  TransportRequest,
  | 'withCredentials'
  | 'method'
  | 'redirect'
  | 'openTimeout'
  | 'idleTimeout'
  | 'maxEventSize'
  | 'fetch'
  | 'lastEventIdParam'
> {
  readonly url: Exclude<UrlSource, URL>;
  readonly headers: HeadersSource | undefined;
  readonly body: BodySource;
  /** Sent unless the caller's headers set another. */
  readonly contentType: string | undefined;
}

/** In bytes: servers refuse more than about 8 KiB of headers in total. */
const LONGEST_ID = 4096;

/** Whether servers accept this ID in a header. */
export function isSendableId(id: string): boolean {
  return !/\p{Cc}/u.test(id) && utf8ByteString(id).length <= LONGEST_ID;
}

/** Builds the request that the caller's options describe. */
export function requestOptions(url: UrlSource, options: StreamOptions & FetchOptions): RequestOptions {
  if (CHECKED) needGlobals('Headers');
  const { json, lastEventIdParam, openTimeout, idleTimeout } = options;
  const headers = headersIn(options.headers);
  const isJson = json !== undefined;
  const body = isJson ? JSON.stringify(json) : (options.body ?? undefined);
  const hasBody = body !== undefined;
  if (CHECKED && isJson && !hasBody) {
    throw misuse('`json` must be a value that JSON can hold. Give a function as `body`.', 'json');
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

/** Refuses, in every build, a request that must never be sent. Throws `TypeError`. */
export function refuseUnsafe({ method, body }: RequestOptions, lastEventId = ''): void {
  if (/[\0\r\n]/.test(lastEventId))
    throw misuse('`lastEventId` must not hold CR, LF or NUL.', CHECKED && 'last-event-id');
  if (body !== undefined && /^(GET|HEAD)$/.test(method)) {
    throw misuse(
      'GET and HEAD have no body: take `method` away, or `json` and `body`.',
      CHECKED && 'body-get',
    );
  }
}

/** Calls the caller's functions, within `openTimeout`, and builds the request of one attempt. */
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
    // Once the attempt is over, no other function is called: it may refresh a token, or use up a
    // ticket.
    throwIfAborted(signal);
    return typeof source === 'function'
      ? (source as (context: RequestContext) => T | Promise<T>)(context)
      : source;
  };

  const url = resolveUrl(await call<string | URL>(options.url));
  const headers = headersOf(await call<HeadersArgument | undefined>(options.headers));
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
