import type { SseError } from '../errors.js';
import type { BodyArgument, HeadersArgument } from '../globals.js';
import type { Impossible } from '../impossible.js';
import type { FailOn } from '../stream/fail-on.js';
import type { Until } from '../stream/until.js';
import type { RefreshAuth } from './refresh-auth.js';

/**
 * What your functions for URL, headers and body receive before each attempt.
 *
 * @example
 * ```ts
 * const headers = async ({ error }: RequestContext) => {
 *   return { Authorization: `Bearer ${error?.status === 401 ? await refresh() : token}` };
 * };
 * ```
 */
export interface RequestContext {
  /** Failures since the last event; 0 on the first attempt. */
  readonly failures: number;
  /** The ID that this attempt resumes after; `''` for none. */
  readonly lastEventId: string;
  /**
   * Why the previous attempt failed: if it's a 401, refresh your token now. Always `undefined` in
   * `fetchSse`, which makes one attempt.
   */
  readonly error: SseError | undefined;
  /** Aborts when the attempt is no longer needed. */
  readonly signal: AbortSignal;
}

/**
 * A value, or an (async) function that returns it before every attempt.
 *
 * @example
 * ```ts
 * const language: PerAttempt<string> = () => document.documentElement.lang;
 * ```
 */
export type PerAttempt<T> = T | ((context: RequestContext) => T | Promise<T>);

/**
 * The URL of the stream, resolved as in `EventSource`, or an (async) function that returns it
 * before every attempt.
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
 * Request headers, or an (async) function that returns them before every attempt.
 *
 * @example
 * ```ts
 * const headers: HeadersSource = async () => ({ Authorization: `Bearer ${await login()}` });
 * const client = new SseClient('/api/prices', { headers });
 * ```
 */
export type HeadersSource = PerAttempt<HeadersArgument>;

/**
 * A request body, or an (async) function that returns it before every attempt.
 *
 * @example
 * ```ts
 * const body: BodySource = ({ lastEventId }) => JSON.stringify({ after: lastEventId });
 * // A POST is retried only with `retry`.
 * const client = new SseClient('/api/prices', { body, retry: 10 });
 * ```
 */
export type BodySource = PerAttempt<BodyArgument | null | undefined>;

/**
 * Options of every request, on any transport.
 *
 * @example
 * ```ts
 * const options: StreamOptions = { lastEventId: '42', lastEventIdParam: 'after', until: '[DONE]' };
 * const client = new SseClient('/api/prices', options);
 * ```
 */
export interface StreamOptions {
  /**
   * Sends cookies and HTTP authentication to other origins, too, on any transport. Default `false`.
   */
  readonly withCredentials?: boolean | undefined;
  /**
   * Resumes after this ID: in `Last-Event-ID` on fetch, in `lastEventIdParam` on native. Throws a
   * `TypeError` if the ID has CR, LF or NUL.
   */
  readonly lastEventId?: string | undefined;
  /**
   * The query parameter that carries the last event ID, for a server that reads it there. It's
   * appended, and replaces one with the same name. The rest of the query stays byte for byte.
   */
  readonly lastEventIdParam?: string | undefined;
  /**
   * Ends the stream: the data of an event, such as `'[DONE]'`, or a function of the message. It's
   * checked before decoding. That event isn't delivered, and the stream closes without an error. If
   * a request is never sent again and its answer ends before that event, it fails with `network`.
   */
  readonly until?: Until | undefined;
  /** Closes the stream for good when it aborts. */
  readonly signal?: AbortSignal | null | undefined;
}

/**
 * Options that native `EventSource` can't honour. Each of them makes the `auto` transport use
 * `fetch`.
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
  /** The request method. Default `GET`. Other methods are retried only if you set `retry`. */
  readonly method?: string | undefined;
  /**
   * The request body, or an (async) function called before every attempt. With a body, the default
   * method is `POST`.
   */
  readonly body?: BodySource;
  /** Sends this value as JSON: sets `body`, the content type and the default method `POST`. */
  readonly json?: unknown;
  /**
   * Fails an attempt with `timeout` after this many ms without response headers, or without an
   * answer from your functions. Default: never.
   */
  readonly openTimeout?: number | undefined;
  /**
   * Fails an attempt with `timeout` after this many ms without a byte; comments count. Default:
   * never.
   */
  readonly idleTimeout?: number | undefined;
  /**
   * Fails with `overflow` when an event grows past this many characters. Default 16 Mi. Native has
   * no limit.
   */
  readonly maxEventSize?: number | undefined;
  /**
   * Whether to follow redirects. By default, they're followed unless the request has `headers` or a
   * body. Then a redirect is an error, because you can't see where those would go.
   */
  readonly redirect?: 'follow' | 'error' | undefined;
  /**
   * Recognises an event that reports a failure: some servers answer 200 and then send
   * `event: error`. The attempt fails with the code `server`, counts as a failure, and is retried.
   * The event isn't delivered, and its ID isn't taken. In a shared connection, the tab that has the
   * connection decides.
   */
  readonly failOn?: FailOn | undefined;
  /**
   * Renews a token. It's called when a request gets a 401. The request is then sent again at once,
   * and your `headers` function is called again for it. That first 401 isn't reported. If the
   * second request also gets a 401, that's final; a later attempt may call `refreshAuth` again.
   * All callers that pass the same function share a call in flight. If it throws or rejects, the
   * attempt fails with `failed`. It works with a method like POST, because the server refused the
   * first request, but not with a stream as `body`.
   */
  readonly refreshAuth?: RefreshAuth | undefined;
  /** The function to use instead of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
}

/** Not `unknown`, which `undefined` fits as well: these types are told apart by what `json` may be. */
// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- any value is meant
type Json = NonNullable<unknown> | null | undefined;

interface JsonOnly {
  readonly json?: Json;
  readonly body?: Impossible<'give `json` or `body`, not both'> | null | undefined;
}

interface BodyOnly {
  readonly json?: undefined;
  readonly body: NonNullable<BodySource>;
}

interface MaybeJson {
  readonly json?: Json;
}

/**
 * `Rest`, and `json` or `body` as an argument: an object literal with both doesn't compile. Spreads
 * and optional properties may hold both, which only shows when it runs. The last two types let them
 * pass: what isn't a literal may have more properties than its type.
 */
export type OnePayload<Rest> = (Rest & JsonOnly) | (Rest & BodyOnly) | (Rest & MaybeJson) | Rest;

/** {@link FetchOptions} as an argument. */
export type FetchArgument = OnePayload<Omit<FetchOptions, 'json' | 'body'>>;

/** The text is there to be read in compile errors. */
interface JsonAlone<Cure extends string> extends MaybeJson {
  readonly [CURE]?: Cure;
}
declare const CURE: unique symbol;

/** The same, shorter, for an overload that stands last and is only read in compile errors. */
export type JsonOrBody =
  { readonly json?: undefined; readonly body?: BodySource } | JsonAlone<'give `json` or `body`, not both'>;
