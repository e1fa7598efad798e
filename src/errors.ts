import { CHECKED } from './checked.js';

/**
 * Why a stream failed.
 *
 * - `network`: the stream couldn't be reached, was cut, or ended.
 * - `failed`: native `EventSource` gave up, and the browser doesn't say why; your function that
 *   prepares an attempt threw; or the stream can't be read here, because this `fetch` doesn't
 *   stream or because of a bug.
 * - `http`: a status other than 200; or, for a method other than GET, one that isn't 2xx.
 * - `content-type`: not `text/event-stream`.
 * - `no-content`: 204, which tells clients not to reconnect.
 * - `timeout`: `openTimeout` or `idleTimeout` ran out, or no byte came after the page woke up.
 * - `server`: an event reported a failure, according to `failOn`.
 * - `overflow`: an event grew past `maxEventSize`, a reader fell behind its `limit`, or too much
 *   waited for a schema.
 * - `decode`: a payload wasn't what `decode` or `schemas` expect; the stream continues.
 * - `gap`: the server couldn't resume after the last event ID, or that ID can't be sent; the stream
 *   continues, and events may be missing.
 * - `storage`: the last event ID couldn't be read from or written to `storage`; the stream
 *   continues.
 *
 * @example
 * ```ts
 * const words: Partial<Record<SseErrorCode, string>> = {
 *   network: 'Are you offline?',
 *   timeout: 'The server is slow.',
 * };
 * client.onError(({ code, message }) => show(words[code] ?? message));
 * ```
 */
export type SseErrorCode =
  | 'network'
  | 'failed'
  | 'http'
  | 'content-type'
  | 'no-content'
  | 'timeout'
  | 'server'
  | 'overflow'
  | 'decode'
  | 'gap'
  | 'storage';

/**
 * Names a global that's missing here, before the engine blames something else. Throws `TypeError`.
 */
export function needGlobals(...names: (keyof typeof globalThis)[]): void {
  for (const name of names) {
    if (!(name in globalThis)) throw misuse(`There is no ${name} here: add a polyfill.`, CHECKED && 'global');
  }
}

/** An `AbortError`, even without `DOMException`, as in React Native. */
export function abortError(message: string): Error {
  const { DOMException } = globalThis as Partial<typeof globalThis>;
  return DOMException
    ? new DOMException(message, 'AbortError')
    : Object.assign(new Error(message), { name: 'AbortError' });
}

/** Why a signal aborted. React Native's signals don't say. */
export function reasonOf({ reason }: { readonly reason?: unknown }): unknown {
  return reason === undefined ? abortError('The operation was aborted.') : reason;
}

/** Does what the signal's own method does. React Native's signals lack it. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw reasonOf(signal);
}

/** Where the docs explain each error. Its entries are the anchors of the page. */
export const HELP = 'ssekit/docs/errors.md#';

/** The statuses that have an entry of their own. For the others, it's `http`. */
const EXPLAINED = /^http-(40[01345]|415|429|50[0234])$/;

/**
 * A mistake in the caller's code.
 *
 * @param entry - Where the docs explain it. Only builds with checks say so.
 */
export function misuse(text: string, entry: string | false): TypeError {
  return new TypeError(entry ? `${text} See ${HELP}${entry}` : text);
}

/** Origin and path only: a query may hold a token. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*/s, '');
}

/** Says which URL an error is about, unless that's known. Anything else is left alone. */
export function locate(error: unknown, url: string): void {
  if (error instanceof SseError && url) Object.assign(error, { url: error.url ?? withoutQuery(url) });
}

/**
 * What's known about a failure besides its code. Each property is set only if it applies.
 *
 * @example
 * ```ts
 * client.onError(({ status, retryAfter = 0, willRetry }: SseErrorDetails) => {
 *   if (willRetry) log(status, `again in ${retryAfter / 1000} s at the earliest`);
 * });
 * ```
 */
export interface SseErrorDetails {
  /**
   * Where to read why it happened and what to do: an entry of `docs/errors.md`, which the package
   * contains. Always set. If you make an `SseError`, give an entry or a URL of your own.
   */
  readonly help?: string | undefined;
  /** The URL of the stream: origin and path only. */
  readonly url?: string | undefined;
  /** HTTP status. */
  readonly status?: number | undefined;
  /** Response headers, as far as CORS exposes them. */
  readonly headers?: Headers | undefined;
  /** The first 8 KiB of the response body, as text. */
  readonly body?: string | undefined;
  /** `decode`, `server`, and `overflow` behind a schema: the event type. */
  readonly event?: string | undefined;
  /** For the same codes: the data as the server sent it. */
  readonly raw?: string | undefined;
  /** `decode`: what the schema objected to. */
  readonly issues?: readonly unknown[] | undefined;
  /** What `Retry-After` says, in ms. */
  readonly retryAfter?: number | undefined;
  /** Failures since the last event, including this one. */
  readonly failures?: number | undefined;
  /**
   * Whether ssekit continues by itself: another attempt follows, or the stream was never
   * interrupted.
   */
  readonly willRetry?: boolean | undefined;
  /** What the browser or your function threw. */
  readonly cause?: unknown;
}

/**
 * The one error class: what `onError` gets, what `getSnapshot().error` holds, and what iteration
 * rejects with. Its message never holds a header value or the query of a URL.
 *
 * @example
 * ```ts
 * client.onError((error) => {
 *   if (error.code === 'http' && error.status === 401) location.assign('/login');
 * });
 * ```
 */
export class SseError extends Error implements SseErrorDetails {
  /** Why it failed. It decides which other properties are set. */
  readonly code: SseErrorCode;
  declare readonly help: string;
  declare readonly url: string | undefined;
  declare readonly status: number | undefined;
  declare readonly headers: Headers | undefined;
  declare readonly body: string | undefined;
  declare readonly event: string | undefined;
  declare readonly raw: string | undefined;
  declare readonly issues: readonly unknown[] | undefined;
  declare readonly retryAfter: number | undefined;
  declare readonly failures: number | undefined;
  declare readonly willRetry: boolean | undefined;

  constructor(code: SseErrorCode, message: string, { cause, help, ...details }: SseErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SseError';
    this.code = code;
    Object.assign(this, details);
    const { status = '' } = details;
    const entry = help ?? (EXPLAINED.test(`${code}-${status}`) ? `${code}-${status}` : code);
    // Not enumerable, like the message: it's the same for every error of this cause.
    Object.defineProperty(this, 'help', { value: /[#:]/.test(entry) ? entry : HELP + entry });
  }
}
