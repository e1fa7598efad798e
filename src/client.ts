import { CHECKED } from './checked.js';
import { createConnection } from './connection/connection.js';
import { createDecodes, type DecodeSettings } from './decode/decode.js';
import { createDecodeQueue, type DecodeQueue } from './decode/decode-queue.js';
import { iterate } from './iterate.js';
import { Listeners, type ListenOptions, type Unsubscribe } from './listeners.js';
import type { AnyMessage, EventName, MessageOf, ReadyState } from './message.js';
import { connectionOptions } from './connection-options.js';
import type { ConnectOptions, OptionsArgument, WithoutOptions } from './options.js';
import { abortError, locate, type SseError } from './errors.js';
import { watchLeaving } from './leaving.js';
import type { UrlSource } from './connection/request-options.js';
import { complain, guard, isAside, isSilent } from './report.js';
import { withDebug } from './connection/debug.js';
import { withHints } from './connection/hints.js';
import { devtools } from './connection/devtools-hook.js';
import type { Connection, ConnectionObserver } from './connection/contract.js';
import type { OpenInfo } from './connection/transport.js';
import type { SseState } from './connection/state.js';
import { Subscriptions } from './subscriptions.js';
import { hintAtUnknown, validateLimit } from './validate.js';

/**
 * Options of {@link SseClient.events}.
 *
 * @example
 * ```ts
 * const signal = AbortSignal.timeout(60_000);
 * for await (const { data } of client.events('tick', { signal, limit: 100 })) log(data);
 * ```
 */
export interface EventsOptions {
  /** Ends the loop: it throws the reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The most events that wait while the loop is busy. One more, and the loop throws `overflow`.
   * Default `1000`.
   */
  readonly limit?: number | undefined;
}

/**
 * A Server-Sent Events client: typed events, an accurate state, and automatic reconnection.
 *
 * @typeParam Events - What the stream sends: event type to payload. An interface works.
 *
 * @example
 * ```ts
 * const client = new SseClient<{ lol: string }>('/api/sse');
 * client.on('lol', (event) => output.append(event.data));
 * client.onError((error) => console.warn(error.code, error.willRetry));
 * ```
 */
export class SseClient<Events extends object = Record<string, string>> {
  /** Whether cookies and HTTP authentication go to other origins, too. */
  readonly withCredentials: boolean;
  readonly #connection: Connection;
  readonly #signal: AbortSignal | null | undefined;
  readonly #queue: DecodeQueue;
  /** Counts calls of `close()`: a delivery under way stops when it changes. */
  readonly #closes = { count: 0 };
  /** Counts changes of the state, for the same reason. */
  readonly #changes = { count: 0 };
  readonly #subscriptions = new Subscriptions(this.#closes, () => this.#connection);
  readonly #opens = new Listeners<OpenInfo>(this.#closes);
  readonly #errors = new Listeners<SseError>(this.#closes);
  readonly #states = new Listeners<SseState>(this.#changes);
  /** Loops end when the client closes, which changes no state if it never began. */
  readonly #loops = new Listeners<undefined>({ count: 0 });
  readonly #leaving = watchLeaving();
  /** Whether a loop gets the error that closed the client. */
  #endsLoops = false;
  readonly #complained = new Set<string>();
  /** Whether `connect()` was ever called. */
  #hasBegun = false;
  /** Keeps Vue and Alpine from making the client reactive: private names don't work on a proxy. */
  readonly [Symbol.toStringTag] = 'SseClient';

  /** @hidden */
  constructor(...forgotten: WithoutOptions<Events>);
  /**
   * Connects one microtask later, unless `autoConnect` is `false`.
   *
   * @param url - Resolved as in `EventSource`. Or a function, called before every attempt.
   * @throws TypeError for an option that can't work; it says what to do.
   */
  constructor(url: UrlSource, ...options: OptionsArgument<Events>);
  constructor(url: UrlSource, options: ConnectOptions & DecodeSettings = {}) {
    const settings = connectionOptions(url, options);
    this.withCredentials = settings.withCredentials;
    this.#signal = options.signal;
    const decodeFor = createDecodes(options);
    const subscriptions = this.#subscriptions;
    const plain: ConnectionObserver = {
      state: ({ status, error }) => {
        const { count } = this.#closes;
        devtools()?.client(this, this.#connection, observer, settings);
        locate(error, this.url);
        if (status === 'closed') this.#signal?.removeEventListener('abort', this.#abort);
        this.#leaving.report('state', this.#show);
        return this.#closes.count === count;
      },
      open: (info) => {
        this.#opens.emit(info);
      },
      error: (error) => {
        locate(error, this.url);
        this.#leaving.report(error.code, () => {
          this.#report(error);
        });
      },
      // Without decoders the order can't change, and an event costs five calls less.
      message: decodeFor
        ? (message) => {
            if (subscriptions.wants(message.type)) this.#queue.push(message);
          }
        : (message) => {
            subscriptions.deliver(message);
          },
    };
    const { debug, share = createConnection } = options;
    let observer = debug ? withDebug(plain, debug, (type) => subscriptions.wants(type)) : plain;
    if (CHECKED) {
      hintAtUnknown(options, 'client', observer.debug);
      observer = withHints(observer, settings, subscriptions, () => this.#connection);
    }
    this.#queue = createDecodeQueue(
      decodeFor ?? (() => undefined),
      (message) => {
        subscriptions.deliver(message);
      },
      (error) => {
        const { failures } = this.getSnapshot();
        observer.error(Object.assign(error as SseError, { failures, willRetry: true }));
      },
      () => this.#connection.hold(),
    );
    this.#connection = share(settings, observer);
    if (options.autoConnect ?? true) this.connect();
  }

  /** The resolved URL of the latest attempt; `''` before your function was first called. */
  get url(): string {
    return this.#connection.url;
  }

  /** The current {@link SseState.readyState}, with the numbers of `EventSource`. */
  get readyState(): ReadyState {
    return this.#connection.state.readyState;
  }

  /** The current {@link SseState.status}. */
  get status(): SseState['status'] {
    return this.#connection.state.status;
  }

  /**
   * The ID that the next attempt resumes after; `''` if there is none. On native, the ID of the last
   * event that somebody listened to.
   */
  get lastEventId(): string {
    return this.#connection.lastEventId;
  }

  /** Called when the stream opens, each time. */
  onOpen(listener: (info: OpenInfo) => void, options?: ListenOptions): Unsubscribe {
    return this.#opens.add(listener, options);
  }

  /** Events without a name, like `onmessage` of `EventSource`. */
  onMessage(listener: (message: MessageOf<Events, 'message'>) => void, options?: ListenOptions): Unsubscribe {
    return this.#subscriptions.add('message', listener, options);
  }

  /**
   * A failure of the connection or of one payload. `willRetry` says whether ssekit continues by
   * itself.
   */
  onError(listener: (error: SseError) => void, options?: ListenOptions): Unsubscribe {
    return this.#errors.add(listener, options);
  }

  /**
   * Every change of state. Changes made while a listener runs are reported once, with the latest
   * state.
   */
  onStateChange(listener: (now: SseState, before: SseState) => void, options?: ListenOptions): Unsubscribe {
    let before = this.getSnapshot();
    return this.#states.add((now) => {
      const last = before;
      before = now;
      listener(now, last);
    }, options);
  }

  /**
   * Events of one type. `open`, `error` and `close` are names like any other here: only the server sends
   * them.
   *
   * @returns A function that ends the subscription.
   * @throws TypeError for a listener that isn't a function.
   *
   * @example
   * ```ts
   * const off = client.on('tick', (event) => show(event.data));
   * off();
   * ```
   */
  on<K extends EventName<Events>>(
    type: K,
    listener: (message: MessageOf<Events, K>) => void,
    options?: ListenOptions,
  ): Unsubscribe {
    return this.#subscriptions.add(type, listener, options);
  }

  /**
   * Every event, of any type. Native `EventSource` only delivers the types that you listen to, so `auto`
   * uses `fetch` with this, unless a native stream is already open.
   */
  onAny(listener: (message: AnyMessage<Events>) => void, options?: ListenOptions): Unsubscribe {
    return this.#subscriptions.addToAll(listener, options);
  }

  /**
   * Events for a `for await` loop: of the types you name, or of all types. Each loop has its own queue,
   * which starts with the loop. `break` ends the loop, not the client. When the client closes, the loop
   * ends, and throws the error if the client failed.
   *
   * @throws TypeError for a `limit` below 1.
   *
   * @example
   * ```ts
   * for await (const { data } of client.events('tick', { limit: 100 })) show(data);
   * ```
   */
  events<K extends EventName<Events> = EventName<Events>>(
    ...args: [...types: K[], options: EventsOptions]
  ): AsyncIterable<MessageOf<Events, K>>;
  events<K extends EventName<Events> = EventName<Events>>(...types: K[]): AsyncIterable<MessageOf<Events, K>>;
  events<K extends EventName<Events>>(...args: (K | EventsOptions)[]): AsyncIterable<MessageOf<Events, K>> {
    const types = new Set(args.filter((arg) => typeof arg === 'string'));
    const { signal, limit = 1000 } = args.find((arg) => typeof arg === 'object') ?? {};
    if (CHECKED) validateLimit(limit);
    return { [Symbol.asyncIterator]: () => this.#loop(types, { limit, signal }) };
  }

  /** Ends every subscription of this listener to this type. */
  off<K extends EventName<Events>>(type: K, listener: (message: MessageOf<Events, K>) => void): void {
    this.#subscriptions.delete(type, listener);
  }

  /**
   * The next event of a type: as a promise, or delivered to a listener. If the client closes first, or is
   * closed already, the promise rejects with the error that closed it, or with an `AbortError`.
   *
   * @example
   * ```ts
   * const { data } = await client.once('tick');
   * ```
   */
  once<K extends EventName<Events>>(type: K): Promise<MessageOf<Events, K>>;
  once<K extends EventName<Events>>(type: K, listener: (message: MessageOf<Events, K>) => void): Unsubscribe;
  once<K extends EventName<Events>>(
    type: K,
    listener?: (message: MessageOf<Events, K>) => void,
  ): Unsubscribe | Promise<MessageOf<Events, K>> {
    return listener ? this.on(type, listener, { once: true }) : this.#next(type);
  }

  /**
   * Calls the listener now and after every change of the state, like a Svelte store. You can pass it on
   * without its client.
   */
  readonly subscribe = (listener: (state: SseState) => void): Unsubscribe => {
    const unsubscribe = this.#states.add(listener);
    guard(() => {
      listener(this.getSnapshot());
    });
    return unsubscribe;
  };

  /**
   * The current state: the same object until something changes, as `useSyncExternalStore` needs. You can
   * pass it on without its client.
   */
  readonly getSnapshot = (): SseState => this.#connection.state;

  /**
   * Opens, also after {@link close} or a final failure, and resumes after `lastEventId`. Does nothing
   * unless the client is closed.
   */
  connect(): void {
    this.#hasBegun = true;
    if (this.#signal?.aborted) {
      this.close();
      return;
    }
    this.#signal?.addEventListener('abort', this.#abort);
    this.#leaving.watch();
    this.#connection.connect();
  }

  /**
   * Drops the current attempt and starts another one now. While attempts bring no event, they're at
   * least 100 ms apart.
   */
  reconnect(): void {
    if (this.status === 'closed') this.connect();
    else this.#connection.reconnect();
  }

  /**
   * Closes until you call `connect()`. After it returns, no listener is called, not even for events that
   * have already arrived.
   */
  close(): void {
    this.#closes.count++;
    // What the page does itself is reported, even while it's being left.
    this.#leaving.end();
    this.#queue.clear();
    this.#connection.close();
    // Not if a listener of the state has opened it again.
    if (this.status === 'closed') this.#loops.emit(undefined);
  }

  /** Reports the current state. */
  readonly #show = (): void => {
    const state = this.getSnapshot();
    if (state.status === 'closed') {
      this.#leaving.end();
      this.#endsLoops = this.#loops.size > 0;
      this.#loops.emit(undefined);
    }
    this.#changes.count++;
    this.#states.emit(state);
  };

  /** An error that nobody could notice goes to the console, once for each cause. */
  #report(error: SseError): void {
    // While the page was being left, the stream may have come back.
    if (!isAside(error) && error !== this.getSnapshot().error) return;
    const isShown = this.#endsLoops || this.#states.isHeard;
    if (!this.#errors.size && isSilent(error, isShown) && !this.#complained.has(error.help)) {
      this.#complained.add(error.help);
      complain(error);
    }
    this.#errors.emit(error);
  }

  readonly #abort = (): void => {
    this.close();
  };

  #loop<K extends EventName<Events>>(
    types: ReadonlySet<string>,
    options: EventsOptions & { readonly limit: number; readonly once?: boolean },
  ): AsyncIterableIterator<MessageOf<Events, K>, undefined> {
    return iterate<MessageOf<Events, K>>(({ push, end }, signal) => {
      const subscription = { once: options.once, signal };
      for (const type of types) this.#subscriptions.add(type, push, subscription);
      if (types.size === 0) this.#subscriptions.addToAll(push, subscription);
      const endAfterAll = () => {
        const { error } = this.getSnapshot();
        // A schema may still be checking the last events.
        this.#queue.after(() => {
          end(error);
        });
      };
      // A client that was never connected may still be. One that has closed doesn't report it again.
      if (this.#hasBegun && this.status === 'closed') endAfterAll();
      else this.#loops.add(endAfterAll, subscription);
    }, options);
  }

  async #next<K extends EventName<Events>>(type: K): Promise<MessageOf<Events, K>> {
    for await (const message of this.#loop<K>(new Set([type]), { limit: 1, once: true })) return message;
    throw abortError('The client was closed.');
  }
}
