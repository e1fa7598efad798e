import { CHECKED } from './checked.js';
import { createConnection } from './connection/connection.js';
import { devtools } from './connection/devtools-hook.js';
import { standardFetchTransport } from './connection/fetch-transport.js';
import { needGlobals } from './errors.js';
import { EventHandlers } from './event-handlers.js';
import type { GlobalEventSource } from './globals.js';
import { watchLeaving } from './leaving.js';
import type { ReadyState } from './message.js';
import type { FetchOptions, StreamOptions } from './connection/request-options.js';
import { requestOptions } from './connection/request.js';
import { parseUrl } from './connection/url.js';
import { retryPolicy, type RetryOptions } from './connection/retry.js';
import type { Connection, ConnectionObserver, ConnectionOptions } from './connection/contract.js';
import { validateSourceInit } from './validate.js';

/**
 * `EventSourceInit`, plus options that `EventSource` lacks. Functions are called before every
 * attempt.
 *
 * Without `retry`, it reconnects as the standard says: after each end of the stream and each
 * network error, always after the reconnection time (`retryInterval`, or the server's `retry:`).
 * Only when the page is shown or the network is back does it try sooner, but never before the
 * server's `retry:`. Any other answer is final. With `retry`, the policy of {@link SseClient}
 * decides, so a 503 during a deploy is retried.
 *
 * @example
 * ```ts
 * const init: FetchEventSourceInit = {
 *   headers: () => ({ Authorization: `Bearer ${token}` }),
 *   withCredentials: true,
 * };
 * const source = new FetchEventSource('/api/sse', init);
 * ```
 */
export type FetchEventSourceInit = Pick<StreamOptions, 'withCredentials' | 'lastEventIdParam'> &
  Pick<
    FetchOptions,
    'headers' | 'method' | 'body' | 'fetch' | 'redirect' | 'openTimeout' | 'idleTimeout' | 'refreshAuth'
  > & {
    /**
     * Whether to try again: `false` never, a number at most that many times in a row, or
     * {@link RetryOptions}.
     */
    readonly retry?: false | number | RetryOptions | undefined;
    /** The reconnection time in ms, until the server sets another with `retry:`. Default `3000`. */
    readonly retryInterval?: number | undefined;
  };

/**
 * Browsers start with a reconnection time between 3 s and 5 s (9.2.1: "in the region of a few
 * seconds").
 */
const RECONNECTION_TIME = 3000;

const constant = (value: number) => ({ value, enumerable: true });
const CONSTANTS = { CONNECTING: constant(0), OPEN: constant(1), CLOSED: constant(2) };

/**
 * `EventTarget`, with listeners typed as in `EventSource`, whose overloads come first. If it's
 * missing, the import still works.
 */
const Target = ((globalThis as Partial<typeof globalThis>).EventTarget ?? Object) as new () => Pick<
  GlobalEventSource,
  'addEventListener' | 'removeEventListener' | 'dispatchEvent'
>;

/**
 * `EventSource` (WHATWG HTML, 9.2) over `fetch`: a drop-in replacement that also takes `headers`,
 * `method`, `body` and `fetch`. Unless you set `retry`, it behaves as the standard says. It
 * reconnects when the stream ends or the network fails, after the reconnection time and without
 * limit. Any other answer closes it for good, and a method other than GET is never sent again. If
 * you're free to choose, use {@link SseClient}.
 *
 * @example
 * ```ts
 * const headers = { Authorization: `Bearer ${token}` };
 * const source = new FetchEventSource('/api/sse', { headers });
 * source.addEventListener('lol', (event) => console.log(event.data));
 * ```
 */
export class FetchEventSource extends Target implements GlobalEventSource {
  declare static readonly CONNECTING: 0;
  declare static readonly OPEN: 1;
  declare static readonly CLOSED: 2;
  declare readonly CONNECTING: 0;
  declare readonly OPEN: 1;
  declare readonly CLOSED: 2;
  declare onopen: GlobalEventSource['onopen'];
  declare onmessage: GlobalEventSource['onmessage'];
  declare onerror: GlobalEventSource['onerror'];

  readonly #url: string;
  readonly #withCredentials: boolean;
  readonly #connection: Connection;
  readonly #leaving = watchLeaving();
  #isClosing = false;
  readonly #handlers = new EventHandlers(this);

  static {
    // As WebIDL requires: constants on the interface and its prototype, attributes and methods
    // enumerable.
    const enumerable = true;
    Object.defineProperties(this, CONSTANTS);
    Object.defineProperties(this.prototype, {
      ...CONSTANTS,
      url: { enumerable },
      withCredentials: { enumerable },
      readyState: { enumerable },
      close: { enumerable },
      [Symbol.toStringTag]: { value: 'FetchEventSource', configurable: true },
    });
    for (const type of ['open', 'message', 'error']) {
      const name = `on${type}`;
      const handlers = (source: unknown) => (source as FetchEventSource).#handlers;
      // Written as accessors, so that the functions are named `get onopen` and `set onopen`.
      const attribute = {
        get [name](): unknown {
          return handlers(this).get(type);
        },
        set [name](value: unknown) {
          handlers(this).set(type, value);
        },
      };
      Object.defineProperties(this.prototype, Object.getOwnPropertyDescriptors(attribute));
    }
  }

  /**
   * Connects one microtask later.
   *
   * @throws DOMException `SyntaxError` for a URL that can't be resolved.
   */
  constructor(url: string | URL, init: FetchEventSourceInit | null = {}) {
    super();
    // Checked in every build: without `Event`, an error couldn't be dispatched.
    needGlobals('EventTarget', 'Event', 'MessageEvent', 'URL', 'Headers', 'TextDecoder');
    // Converts arguments as WebIDL does: the URL to a string; the second must be nothing or an
    // object.
    if (arguments.length === 0) throw new TypeError('FetchEventSource needs a URL.');
    const input = `${url}`;
    if (init !== null && Object(init) !== init) throw new TypeError('The second argument must be an object.');
    if (CHECKED && init) validateSourceInit(init);
    // 9.2.2, "EventSource(url, eventSourceInitDict)": steps 3 to 7.
    this.#url = resolve(input);
    this.#withCredentials = Boolean(init?.withCredentials);
    // Read one by one, not spread, so inherited members and getters count. Null means none.
    const { headers, method, body, fetch, redirect, openTimeout, idleTimeout, lastEventIdParam } = init ?? {};
    const { retry = null, retryInterval, refreshAuth } = init ?? {};
    const request = requestOptions(() => this.#url, {
      headers,
      method,
      body,
      fetch,
      redirect,
      openTimeout: openTimeout ?? undefined,
      idleTimeout: idleTimeout ?? undefined,
      lastEventIdParam,
      withCredentials: this.#withCredentials,
    });
    /**
     * Fetch refuses a body on GET, and most URL schemes. An error is final then, unless the stream
     * has opened before.
     */
    let canWork = /^https?:/.test(this.#url) && (request.method !== 'GET' || request.body === undefined);
    const options: ConnectionOptions = {
      ...request,
      refreshAuth,
      lastEventId: '',
      retryInterval: retryInterval ?? RECONNECTION_TIME,
      policy: retryPolicy(
        retry ?? {
          factor: 1,
          maxInterval: Infinity,
          jitter: false,
          // What 9.2.3 calls a network error, and the end of the stream.
          shouldRetry: ({ code }) => /network|timeout/.test(code) && request.method === 'GET' && canWork,
        },
      ),
      chooseTransport: () => ({ name: 'fetch', start: standardFetchTransport }),
    };
    const observer: ConnectionObserver = {
      state: ({ status, error }) => {
        devtools()?.client(this, this.#connection, observer, options);
        // The body of a POST ended. A client doesn't call that a failure, but an EventSource never
        // closes silently.
        if (status === 'closed' && !error && !this.#isClosing) this.#leaving.report('error', this.#fail);
        return undefined;
      },
      open: () => {
        canWork = true;
        this.dispatchEvent(new Event('open'));
      },
      // EventSource has no event for an ID that can't be sent.
      error: ({ code }) => {
        if (code !== 'gap') this.#leaving.report('error', this.#fail);
      },
      message: ({ type, data, origin, lastEventId }) => {
        this.dispatchEvent(new MessageEvent(type, { data, origin, lastEventId }));
      },
    };
    this.#connection = createConnection(options, observer);
    this.#leaving.watch();
    this.#connection.connect();
  }

  /** The resolved URL. */
  get url(): string {
    return this.#url;
  }

  get withCredentials(): boolean {
    return this.#withCredentials;
  }

  /** `CONNECTING` (0), `OPEN` (1) or `CLOSED` (2). */
  get readyState(): ReadyState {
    return this.#connection.state.readyState;
  }

  /** Closes for good. No event is dispatched after it returns. */
  close(): void {
    this.#isClosing = true;
    this.#leaving.end();
    this.#connection.close();
  }

  readonly #fail = (): void => {
    const { status } = this.#connection.state;
    if (status === 'closed') this.#leaving.end();
    // While the page was being left, the stream may have come back.
    if (status !== 'open') this.dispatchEvent(new Event('error'));
  };
}

function resolve(url: string): string {
  try {
    return parseUrl(url).href;
  } catch {
    throw new DOMException('The URL cannot be resolved.', 'SyntaxError');
  }
}
