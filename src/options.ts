import type { ConnectionFactory } from './connection/contract.js';
import type { Debug } from './connection/debug.js';
import type { IdStorage, Resumed } from './connection/last-event-id.js';
import type { EventSourceClass } from './connection/native-transport.js';
import type { FetchOptions, OnePayload, StreamOptions } from './connection/request-options.js';
import type { RetryOptions } from './connection/retry.js';
import type { Transport } from './connection/transport.js';
import type { DecodeOptions, Decoded } from './decode/decode-options.js';
import type { Impossible } from './impossible.js';

/**
 * Options that work on every transport.
 *
 * @example
 * ```ts
 * const options: CommonOptions = {
 *   retry: { limit: 10 },
 *   storage: () => sessionStorage,
 *   debug: true,
 * };
 * const client = new SseClient('/api/prices', options);
 * ```
 */
export interface CommonOptions extends StreamOptions {
  /**
   * The base of the delay before another attempt, in ms, until the server sets one with `retry:`.
   * Default `1000`. With it, `auto` uses fetch. On `transport: 'native'` it applies once the
   * browser has given up.
   */
  readonly retryInterval?: number | undefined;
  /**
   * Whether to try again: `false` never, a number at most that many times in a row, or
   * {@link RetryOptions}. By default, a GET is retried forever and other methods never;
   * `transport: 'native'` leaves retries to the browser. With `retry`, `auto` uses fetch.
   */
  readonly retry?: false | number | RetryOptions | undefined;
  /**
   * Where to keep the last event ID, so that a reloaded page resumes where it stopped:
   * `sessionStorage`, `localStorage`, or any object with `getItem` and `setItem`. If you pass a
   * function, `() => sessionStorage`, a storage that the user has blocked is reported to `onError`
   * instead of throwing. A stored ID takes precedence over `lastEventId`. On native it needs
   * `lastEventIdParam`.
   */
  readonly storage?: IdStorage | (() => IdStorage) | undefined;
  /**
   * The key in `storage`. The default is made from the URL and the body, if there is one, so
   * streams with different queries or bodies don't share it. Required if the URL is a function.
   */
  readonly storageKey?: string | undefined;
  /** Connects as soon as you create the client. Default `true`. With `false`, call `connect()`. */
  readonly autoConnect?: boolean | undefined;
  /** Closes the client for good when it aborts. */
  readonly signal?: AbortSignal | null | undefined;
  /**
   * `sharedConnection(name)`: all tabs of this origin that use this name share one connection.
   * Everything about the request, functions included, then comes from the tab that has the
   * connection. On native it needs `lastEventIdParam`.
   */
  readonly share?: ConnectionFactory | undefined;
  /**
   * Writes each step as one line, to `console.debug` or to your function. The lines hold no
   * payload, header or URL. Default `false`.
   */
  readonly debug?: Debug | undefined;
  /** The class to use instead of the global `EventSource`. */
  readonly EventSource?: EventSourceClass | undefined;
}

/**
 * Options for a client that reconnects and sees response headers. They make the `auto` transport
 * use `fetch`.
 *
 * @example
 * ```ts
 * const options: ResumeOptions = { resumed: ({ headers }) => headers?.has('X-Resumed') };
 * const client = new SseClient('/api/prices', options);
 * ```
 */
export interface ResumeOptions {
  /**
   * Decides from the response whether the server resumed after `info.lastEventId`. It's called
   * whenever a stream opens that should resume. If it returns `false`, `onError` gets the code
   * `gap`, and the stream continues. `undefined` applies the default rule, which `fetch` also
   * applies without this option: a response header `Last-Event-ID` or `Mercure-Last-Event-ID` (the
   * sign of Mercure hubs) that names another ID is a gap.
   *
   * Across origins, the server must expose that header. The ID is sent there only with
   * `lastEventIdParam`, with `transport: 'fetch'`, or if the request needs a CORS preflight anyway.
   */
  readonly resumed?: Resumed | undefined;
}

/** Options that native EventSource can't honour. Each of them makes `auto` use fetch. */
export const BEYOND_NATIVE = Object.keys({
  headers: 0,
  method: 0,
  body: 0,
  json: 0,
  openTimeout: 0,
  idleTimeout: 0,
  maxEventSize: 0,
  redirect: 0,
  fetch: 0,
  failOn: 0,
  refreshAuth: 0,
  resumed: 0,
} satisfies Record<keyof (FetchOptions & ResumeOptions), 0>) as (keyof (FetchOptions & ResumeOptions))[];

/** The same, for the compiler. */
type NoFetchOptions = Readonly<Partial<Record<(typeof BEYOND_NATIVE)[number], undefined>>>;

/** Options that every transport can honour. */
interface AnyTransport extends NoFetchOptions {
  readonly transport?: 'auto' | 'native' | 'fetch' | Transport | undefined;
}

/** With this, a new `EventSource` can send an ID, which it doesn't do by itself. */
interface AfterId {
  readonly lastEventIdParam: string;
}

/** Without it, there must be no ID to send. */
interface AfterNoId {
  readonly lastEventId?: undefined;
  readonly storage?: undefined;
  readonly share?: undefined;
}

/**
 * Options that work on every transport. A client on native `EventSource` takes only these: anything
 * else doesn't compile.
 *
 * @example
 * ```ts
 * const options: NativeOptions = { transport: 'native', lastEventIdParam: 'after' };
 * const client = new SseClient('/api/prices', options);
 * ```
 */
export type NativeOptions = AnyTransport & (AfterId | AfterNoId);

/**
 * Options of every other client.
 *
 * @example
 * ```ts
 * const options: AutoOptions = {
 *   transport: 'fetch',
 *   headers: { 'X-Client': 'wall' },
 *   idleTimeout: 45_000,
 * };
 * const client = new SseClient('/api/prices', options);
 * ```
 */
export interface AutoOptions extends FetchOptions, ResumeOptions {
  /**
   * `'auto'` (default) uses native `EventSource` while that can honour every option, and `fetch`
   * when it can't or has given up. `'fetch'` and `'native'` use only that one. Or pass your own
   * {@link Transport}.
   */
  readonly transport?: 'auto' | 'fetch' | Transport | undefined;
}

/**
 * Everything about the connection, and nothing about the payloads.
 *
 * @example
 * ```ts
 * const options: ConnectOptions = { withCredentials: true, idleTimeout: 45_000 };
 * const client = new SseClient<{ tick: string }>('/api/prices', options);
 * ```
 */
export type ConnectOptions = CommonOptions & (NativeOptions | AutoOptions);

/**
 * Options of {@link SseClient}. All are optional, except that payloads other than strings need
 * decoding.
 *
 * @example
 * ```ts
 * const options: SseClientOptions<{ tick: { price: number } }> = { decode: 'json' };
 * const client = new SseClient('/api/prices', options); // knows its events
 * client.on('tick', (event) => show(event.data.price.toFixed(2)));
 * ```
 */
export type SseClientOptions<Events extends object = Record<string, string>> = ConnectOptions &
  DecodeOptions<Events>;

/** What every client takes as an argument. */
interface CommonArgument extends Omit<CommonOptions, 'share'> {
  readonly share?: CommonOptions['share'] | Impossible<'give sharedConnection(name)'>;
}

/** What another client than a native one takes as an argument. */
interface AutoArgument extends Omit<AutoOptions, 'transport' | 'json' | 'body'> {
  readonly transport?:
    | AutoOptions['transport']
    | Impossible<'another option is beyond native EventSource: leave `transport` out'>;
}

/**
 * What a client takes as an argument: {@link SseClientOptions}, and impossible types that are there
 * to be read in compile errors.
 */
export type ClientArgument<Events extends object> = CommonArgument &
  (NativeOptions | OnePayload<AutoArgument>) &
  DecodeOptions<Events, 'argument'>;

/**
 * The arguments of a client whose options are missing. If they aren't, these are more than anybody
 * gives, so that the compiler doesn't consider them.
 */
export type WithoutOptions<Events extends object> = [Decoded<Events>] extends [never]
  ? [never, never, never, never]
  : [url: Impossible<"payloads that aren't strings need options: `decode` or `schemas`">];

/**
 * You can leave the options out if no payload needs decoding. `Events` is inferred from schemas, or
 * from options that know it.
 *
 * @example
 * ```ts
 * function connect<Events extends object>(
 *   path: string,
 *   ...options: OptionsArgument<Events>
 * ): SseClient<Events> {
 *   return new SseClient<Events>(`/api/${path}`, ...options);
 * }
 * const client = connect<{ tick: string }>('prices');
 * ```
 */
export type OptionsArgument<Events extends object> = [Decoded<Events>] extends [never]
  ? [options?: ClientArgument<Events> | undefined]
  : [options: ClientArgument<Events>];
