import { CHECKED } from './checked.js';
import type { ConnectionFactory, ConnectionOptions } from './connection/contract.js';
import type { Resumed } from './connection/last-event-id.js';
import { chooseTransport } from './connection/choose-transport.js';
import type { DecodeOptions, Decoded, Impossible } from './decode/decode-options.js';
import type { EventSourceClass } from './connection/native-transport.js';
import {
  refuseUnsafe,
  requestOptions,
  type FetchOptions,
  type RequestOptions,
  type StreamOptions,
  type UrlSource,
} from './connection/request.js';
import { resolveUrl } from './connection/url.js';
import { retryPolicy, type RetryOptions } from './connection/retry.js';
import { gap, storageKey, type IdStorage } from './connection/last-event-id.js';
import type { Debug } from './connection/debug.js';
import type { Transport } from './connection/transport.js';
import { validateClient } from './validate.js';

/**
 * Options that work on every transport.
 *
 * @example
 * ```ts
 * const options: CommonOptions = { retry: { limit: 10 }, storage: () => sessionStorage, debug: true };
 * const client = new SseClient('/api/prices', options);
 * ```
 */
export interface CommonOptions extends StreamOptions {
  /**
   * The base of the delay before another attempt, in ms, until the server sets one with `retry:`. Default `1000`. It makes `auto` use fetch; on
   * `transport: 'native'` it counts once the browser has given up.
   */
  readonly retryInterval?: number | undefined;
  /**
   * When to try again: `false` never, a number at most so often in a row, or {@link RetryOptions}. Default: for ever, but never for methods
   * other than GET, and on `transport: 'native'` only as far as the browser does it itself.
   */
  readonly retry?: false | number | RetryOptions | undefined;
  /**
   * Where to keep the last event ID, so that a reloaded page goes on where it stopped: `sessionStorage`, `localStorage`, or anything with
   * `getItem` and `setItem`. A function, `() => sessionStorage`, makes one that the user has blocked an `onError` instead of an exception.
   * What is stored there goes before `lastEventId`. On native only with `lastEventIdParam`.
   */
  readonly storage?: IdStorage | (() => IdStorage) | undefined;
  /**
   * The key in `storage`. Default: one made of the URL and, where there is one, the body: two streams
   * with different queries or bodies don't share it. Needed where the URL is a function.
   */
  readonly storageKey?: string | undefined;
  /** Connect at construction. Default `true`; with `false`, `connect()` does. */
  readonly autoConnect?: boolean | undefined;
  /** Closes the client for good when it aborts. */
  readonly signal?: AbortSignal | null | undefined;
  /**
   * `sharedConnection(name)`: all tabs of this origin that give this name have one connection between them. Everything about the request,
   * functions included, is then asked of the tab that has it. On native only with `lastEventIdParam`.
   */
  readonly share?: ConnectionFactory | undefined;
  /** Tell every step in a line, to `console.debug` or to a function. No payload, header or URL is in it. Default `false`. */
  readonly debug?: Debug | undefined;
  /** The class to use instead of the global `EventSource`. */
  readonly EventSource?: EventSourceClass | undefined;
}

/**
 * What only a client has that comes back, and only where it sees response headers: it makes the `auto` transport use `fetch`.
 *
 * @example
 * ```ts
 * const options: ResumeOptions = { resumed: ({ headers }) => headers?.has('X-Resumed') };
 * const client = new SseClient('/api/prices', options);
 * ```
 */
export interface ResumeOptions {
  /**
   * Says from the response whether the server went on after `info.lastEventId`. It is asked whenever a stream opens that was to resume. `false`
   * is told as an `onError` with the code `gap`, and the stream goes on; `undefined` leaves it to the default rule, which holds on `fetch` without
   * this option, too: a response header `Last-Event-ID` or `Mercure-Last-Event-ID` (the sign of Mercure hubs) that names another id is a gap. Across origins the header must
   * be exposed, and the id is sent only with `lastEventIdParam` or `transport: 'fetch'`.
   */
  readonly resumed?: Resumed | undefined;
}

/** What native EventSource can't do. Each of these makes `auto` use fetch. */
const BEYOND_NATIVE = Object.keys({
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

/** The same for the compiler. */
type NoFetchOptions = Readonly<Partial<Record<(typeof BEYOND_NATIVE)[number], undefined>>>;

/** A client that any transport can serve. */
interface AnyTransport extends NoFetchOptions {
  readonly transport?: 'auto' | 'native' | 'fetch' | Transport | undefined;
}

/** Where an id can be carried to a new `EventSource`, which sends none by itself. */
interface AfterId {
  readonly lastEventIdParam: string;
}

/** Where there is none to carry. */
interface AfterNoId {
  readonly lastEventId?: undefined;
  readonly storage?: undefined;
  readonly share?: undefined;
}

/**
 * What works on every transport, and so is all that a client on native `EventSource` can ask for: anything else does not compile.
 *
 * @example
 * ```ts
 * const options: NativeOptions = { transport: 'native', lastEventIdParam: 'after' };
 * const client = new SseClient('/api/prices', options);
 * ```
 */
export type NativeOptions = AnyTransport & (AfterId | AfterNoId);

/**
 * What any other client can ask for.
 *
 * @example
 * ```ts
 * const options: AutoOptions = { transport: 'fetch', headers: { 'X-Client': 'wall' }, idleTimeout: 45_000 };
 * const client = new SseClient('/api/prices', options);
 * ```
 */
export interface AutoOptions extends FetchOptions, ResumeOptions {
  /**
   * `'auto'` (default): native `EventSource` while it can honour every option, `fetch` when it cannot, or once it gave up.
   * `'fetch'`, `'native'`: this one only. Or a {@link Transport} of your own.
   */
  readonly transport?: 'auto' | 'fetch' | Transport | undefined;
}

/**
 * All that concerns the connection, and not the payloads.
 *
 * @example
 * ```ts
 * const options: ConnectOptions = { withCredentials: true, idleTimeout: 45_000 };
 * const client = new SseClient<{ tick: string }>('/api/prices', options);
 * ```
 */
export type ConnectOptions = CommonOptions & (NativeOptions | AutoOptions);

/**
 * Options of {@link SseClient}; all of them optional, but for the decoding of payloads that are not strings.
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

/**
 * The options may be left out where no payload needs decoding. `Events` is inferred from schemas, or from options that know it.
 *
 * @example
 * ```ts
 * function connect<Events extends object>(path: string, ...options: OptionsArgument<Events>): SseClient<Events> {
 *   return new SseClient<Events>(`/api/${path}`, ...options);
 * }
 * const client = connect<{ tick: string }>('prices');
 * ```
 */
export type OptionsArgument<Events extends object> = [Decoded<Events>] extends [never]
  ? [
      options?:
        | (ConnectOptions &
            DecodeOptions<
              Events,
              Impossible<'say what the JSON holds: new SseClient<{ tick: Price }>(…), or give schemas'>
            >)
        | undefined,
    ]
  : [options: SseClientOptions<Events>];

/** From what a caller asks for to what a connection needs. Throws `TypeError` for what can't work. */
export function connectionOptions(url: UrlSource, options: ConnectOptions): ConnectionOptions {
  if (CHECKED) validateClient(url, options);
  const { transport = 'auto', retry, retryInterval, storage, until, resumed, failOn, refreshAuth } = options;
  const request = requestOptions(url, options);
  refuseUnsafe(request, options.lastEventId);
  // Empty headers are none, so those of the request count.
  const beyondNative = BEYOND_NATIVE.find(
    (name) => (name === 'headers' ? request.headers : options[name]) !== undefined,
  );
  refuseUnsafeClient(options, request, beyondNative);
  return {
    ...request,
    transport,
    retry,
    until,
    failOn,
    refreshAuth,
    findGap: (info) => gap(info, resumed),
    lastEventId: options.lastEventId ?? '',
    stored: storage && { storage, key: options.storageKey ?? storageKey(resolveUrl(url), request.body) },
    retryInterval: retryInterval ?? 1000,
    policy: retryPolicy(retry ?? (request.method === 'GET' && transport !== 'native' ? undefined : false)),
    chooseTransport: (request, gaveUp) =>
      chooseTransport(
        transport,
        options,
        request,
        gaveUp || (beyondNative ?? retry ?? retryInterval) !== undefined,
      ),
  };
}

/** Refuses, in every build, what would lose or repeat data. Throws `TypeError`. */
function refuseUnsafeClient(
  { transport, retry, lastEventId, lastEventIdParam, storage, storageKey, share }: ConnectOptions,
  { url, method }: RequestOptions,
  beyondNative: string | undefined,
): void {
  const refuse = (cure: string): never => {
    throw new TypeError(cure);
  };
  if (storage && typeof url === 'function' && !storageKey)
    refuse('`storage` needs a `storageKey` where the URL is a function.');
  if (share && method !== 'GET' && retry === undefined)
    refuse('`share` repeats the request where another tab takes over. Give `retry` if it may, or use GET.');
  if (transport !== 'native') return;
  const cure = "use transport: 'auto' or 'fetch'.";
  if (beyondNative) refuse(`\`${beyondNative}\` is beyond native EventSource: ${cure}`);
  const name = lastEventId ? 'lastEventId' : storage ? 'storage' : share ? 'share' : undefined;
  if (name && !lastEventIdParam)
    refuse(`\`${name}\`: native EventSource sends no id of its own. Give \`lastEventIdParam\`, or ${cure}`);
}
