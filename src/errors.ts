/**
 * Why a stream failed.
 *
 * - `network`: it could not be reached, was cut, or ended.
 * - `failed`: native `EventSource` gave up, and the browser doesn't say why; your function that
 *   prepares an attempt threw; or the stream can't be read here, because this `fetch` doesn't
 *   stream or because of a bug.
 * - `http`: a status other than 200; or, for a method other than GET, one that isn't 2xx.
 * - `content-type`: not `text/event-stream`.
 * - `no-content`: 204, with which a server tells clients to stay away.
 * - `timeout`: `openTimeout` or `idleTimeout` ran out, or no byte came after the page woke up.
 * - `server`: an event reported a failure, according to `failOn`.
 * - `overflow`: an event grew past `maxEventSize`, or a reader fell behind its `limit`.
 * - `decode`: a payload was not what `decode` or `schemas` expect; the stream continues.
 * - `gap`: the server could not resume after the last event ID, or that ID can't be sent; the
 *   stream continues, and events may be missing.
 * - `storage`: the last event ID could not be read from or written to `storage`; the stream
 *   continues.
 *
 * @example
 * ```ts
 * const words: Partial<Record<SseErrorCode, string>> = { network: 'Are you offline?', timeout: 'The server is slow.' };
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
 * Names a global that's missing here, before the engine names another cause. Throws `TypeError`.
 */
export function needGlobals(...names: (keyof typeof globalThis)[]): void {
  for (const name of names) {
    if (!(name in globalThis)) throw new TypeError(`There is no ${name} here: add a polyfill.`);
  }
}

/** An `AbortError`, also where there is no `DOMException`, as in React Native. */
export function abortError(message: string): Error {
  const { DOMException } = globalThis as Partial<typeof globalThis>;
  return DOMException
    ? new DOMException(message, 'AbortError')
    : Object.assign(new Error(message), { name: 'AbortError' });
}

/** Why a signal has aborted. Those of React Native don't say. */
export function reasonOf({ reason }: Pick<AbortSignal, 'reason'>): unknown {
  return reason === undefined ? abortError('The operation was aborted.') : reason;
}

/** The method of the same name, which the signals of React Native lack. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw reasonOf(signal);
}

/**
 * What is known of a failure beyond its code. Each is there only where it applies.
 *
 * @example
 * ```ts
 * client.onError(({ status, retryAfter = 0, willRetry }: SseErrorDetails) => {
 *   if (willRetry) log(status, `again in ${retryAfter / 1000} s at the earliest`);
 * });
 * ```
 */
export interface SseErrorDetails {
  /** HTTP status. */
  readonly status?: number | undefined;
  /** Response headers, as far as CORS shows them. */
  readonly headers?: Headers | undefined;
  /** The first 8 KiB of the response body, as text. */
  readonly body?: string | undefined;
  /** `decode`, `server`: the type of the event. */
  readonly event?: string | undefined;
  /** `decode`, `server`: its data as it came. */
  readonly raw?: string | undefined;
  /** `decode`: what the schema objected to. */
  readonly issues?: readonly unknown[] | undefined;
  /** Milliseconds from `Retry-After`. */
  readonly retryAfter?: number | undefined;
  /** Failures since the last proof of health, this one included. */
  readonly failures?: number | undefined;
  /**
   * Whether ssekit continues by itself: another attempt follows, or the stream was never
   * interrupted.
   */
  readonly willRetry?: boolean | undefined;
  /** What the browser, or your function, threw. */
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
  /** Why; it says which of the others are there. */
  readonly code: SseErrorCode;
  declare readonly status: number | undefined;
  declare readonly headers: Headers | undefined;
  declare readonly body: string | undefined;
  declare readonly event: string | undefined;
  declare readonly raw: string | undefined;
  declare readonly issues: readonly unknown[] | undefined;
  declare readonly retryAfter: number | undefined;
  declare readonly failures: number | undefined;
  declare readonly willRetry: boolean | undefined;

  constructor(code: SseErrorCode, message: string, { cause, ...details }: SseErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SseError';
    this.code = code;
    Object.assign(this, details);
  }
}
