import { createConnection } from './connection/connection.js';
import { standardFetchTransport } from './connection/fetch-transport.js';
import { needGlobals } from './errors.js';
import type { ReadyState } from './message.js';
import { requestOptions, type FetchOptions, type StreamOptions } from './connection/request.js';
import { retryPolicy } from './connection/retry.js';
import type { Connection } from './connection/contract.js';

/**
 * `EventSourceInit`, and what `EventSource` lacks. Functions are called before every attempt.
 *
 * @example
 * ```ts
 * const init: FetchEventSourceInit = { headers: () => ({ Authorization: `Bearer ${token}` }), withCredentials: true };
 * const source = new FetchEventSource('/api/sse', init);
 * ```
 */
export type FetchEventSourceInit = Pick<StreamOptions, 'withCredentials'> &
  Pick<FetchOptions, 'headers' | 'method' | 'body' | 'fetch' | 'redirect' | 'refreshAuth'>;

/** The reconnection time that browsers start with lies between 3 s and 5 s (9.2.1: "in the region of a few seconds"). */
const RECONNECTION_TIME = 3000;

const constant = (value: number) => ({ value, enumerable: true });
const CONSTANTS = { CONNECTING: constant(0), OPEN: constant(1), CLOSED: constant(2) };

/** `EventTarget`, if there is one to import with, with the listeners typed as those of `EventSource`, whose overloads go before its own. */
const Target = ((globalThis as Partial<typeof globalThis>).EventTarget ?? Object) as new () => Pick<
  EventSource,
  'addEventListener' | 'removeEventListener'
> &
  EventTarget;

/**
 * `EventSource` (WHATWG HTML, 9.2) over `fetch`: a drop-in that also takes `headers`, `method`, `body` and `fetch`. Its behaviour is the
 * standard's: it reconnects when the stream ends or the network fails, after the reconnection time and without limit, and is CLOSED for good
 * by any other answer. A method other than GET is never sent again. Where you are free to choose, take {@link SseClient}.
 *
 * @example
 * ```ts
 * const source = new FetchEventSource('/api/sse', { headers: { Authorization: `Bearer ${token}` } });
 * source.addEventListener('lol', (event) => console.log(event.data));
 * ```
 */
export class FetchEventSource extends Target implements EventSource {
  declare static readonly CONNECTING: 0;
  declare static readonly OPEN: 1;
  declare static readonly CLOSED: 2;
  declare readonly CONNECTING: 0;
  declare readonly OPEN: 1;
  declare readonly CLOSED: 2;
  declare onopen: EventSource['onopen'];
  declare onmessage: EventSource['onmessage'];
  declare onerror: EventSource['onerror'];

  readonly #url: string;
  readonly #withCredentials: boolean;
  readonly #connection: Connection;
  #isClosing = false;
  /** By event type: what stands for the handler attribute in the list of listeners, and its value. */
  readonly #handlers = new Map<string, EventListenerObject & { value: unknown }>();

  static {
    // As WebIDL has it: constants on the interface and its prototype, attributes and methods enumerable.
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
      Object.defineProperty(this.prototype, `on${type}`, {
        get(this: FetchEventSource) {
          return this.#handlers.get(type)?.value ?? null;
        },
        set(this: FetchEventSource, value: unknown) {
          this.#setHandler(type, value);
        },
        enumerable,
        configurable: true,
      });
    }
  }

  /**
   * Connects, one microtask later.
   *
   * @throws DOMException `SyntaxError` for a URL that cannot be resolved.
   */
  constructor(url: string | URL, init: FetchEventSourceInit | null = {}) {
    super();
    needGlobals('EventTarget', 'Event', 'MessageEvent', 'URL', 'Headers', 'TextDecoder');
    // As WebIDL converts what JavaScript may pass: anything with a string, then nothing or an object.
    if (arguments.length === 0) throw new TypeError('FetchEventSource needs a URL.');
    const input = `${url}`;
    if (init !== null && Object(init) !== init) throw new TypeError('The second argument must be an object.');
    // 9.2.2, "EventSource(url, eventSourceInitDict)": steps 3 to 7.
    this.#url = resolve(input);
    this.#withCredentials = Boolean(init?.withCredentials);
    const request = requestOptions(() => this.#url, { ...init, withCredentials: this.#withCredentials });
    const canWork = /^(https?|data|blob):/.test(this.#url);
    this.#connection = createConnection(
      {
        ...request,
        refreshAuth: init?.refreshAuth,
        lastEventId: '',
        retryInterval: RECONNECTION_TIME,
        // Constant, for ever, and only for what 9.2.3 calls a network error or the end of the stream.
        policy: retryPolicy({
          factor: 1,
          maxInterval: Infinity,
          jitter: false,
          shouldRetry: ({ code }) => code === 'network' && request.method === 'GET' && canWork,
        }),
        chooseTransport: () => ({ name: 'fetch', start: standardFetchTransport }),
      },
      {
        state: ({ status, error }) => {
          // The body of a POST came to its end: no failure for a client, but an EventSource is never closed in silence.
          if (status === 'closed' && !error && !this.#isClosing) this.dispatchEvent(new Event('error'));
        },
        open: () => this.dispatchEvent(new Event('open')),
        // An ID that can't be sent is no event of an EventSource.
        error: ({ code }) => code === 'gap' || this.dispatchEvent(new Event('error')),
        message: ({ type, data, origin, lastEventId }) =>
          this.dispatchEvent(new MessageEvent(type, { data, origin, lastEventId })),
      },
    );
    this.#connection.connect();
  }

  /** The URL, resolved. */
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
    this.#connection.close();
  }

  /** HTML 8.1.8.1, "event handlers": an object takes a place in the list of listeners and keeps it when replaced; anything else frees it. */
  #setHandler(type: string, value: unknown): void {
    const present = this.#handlers.get(type);
    if (Object(value) !== value) {
      if (present) this.removeEventListener(type, present);
      this.#handlers.delete(type);
    } else if (present) present.value = value;
    else {
      const handler = {
        value,
        handleEvent: (event: Event) => {
          if (typeof handler.value === 'function') handler.value.call(this, event);
        },
      };
      this.#handlers.set(type, handler);
      this.addEventListener(type, handler);
    }
  }
}

function resolve(url: string): string {
  const { document, location } = globalThis as Partial<typeof globalThis>;
  try {
    return new URL(url, document?.baseURI ?? location?.href).href;
  } catch {
    throw new DOMException('The URL cannot be resolved.', 'SyntaxError');
  }
}
