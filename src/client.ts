import { CHECKED } from './checked.js';
import { createConnection } from './connection/connection.js';
import { createDecodes, type DecodeSettings } from './decode/decode.js';
import { createDecodeQueue, type DecodeQueue } from './decode/decode-queue.js';
import { iterate } from './iterate.js';
import { Listeners, type ListenOptions, type Unsubscribe } from './listeners.js';
import type { AnyMessage, EventName, MessageOf, ReadyState, SseMessage } from './message.js';
import { connectionOptions, type ConnectOptions, type OptionsArgument } from './options.js';
import { abortError, type SseError } from './errors.js';
import type { UrlSource } from './connection/request.js';
import { guard } from './report.js';
import { withDebug } from './connection/debug.js';
import type { Connection, ConnectionObserver } from './connection/contract.js';
import type { OpenInfo } from './connection/transport.js';
import type { SseState } from './connection/state.js';
import { validateLimit } from './validate.js';

/**
 * Options of {@link SseClient.events}.
 *
 * @example
 * ```ts
 * for await (const { data } of client.events('tick', { signal: AbortSignal.timeout(60_000), limit: 100 })) log(data);
 * ```
 */
export interface EventsOptions {
  /** Ends the loop: it throws the reason. */
  readonly signal?: AbortSignal | undefined;
  /** The most events that wait while the loop is busy; past it, the loop throws `overflow`. Default `1000`. */
  readonly limit?: number | undefined;
}

/**
 * A Server-Sent Events client: typed events, an honest state, and a connection that comes back by itself.
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
  /** Counts calls of `close()`, so that a delivery under way can see that it is no longer wanted. */
  readonly #closes = { count: 0 };
  /** Counts changes of the state, to the same end. */
  readonly #changes = { count: 0 };
  /** By event type. What each takes is settled by the signature of `on`, which a map cannot say: hence `never`. */
  readonly #messages = new Map<string, Listeners<never>>();
  /** What {@link SseClient.#listenersOf} found last, so that the next event of that type need not look. */
  #latestType: string | undefined;
  #latestListeners: Listeners<never> | undefined;
  readonly #any = new Listeners<never>(this.#closes);
  readonly #opens = new Listeners<OpenInfo>(this.#closes);
  readonly #errors = new Listeners<SseError>(this.#closes);
  readonly #states = new Listeners<SseState>(this.#changes);
  /** Loops, which end when the client closes; that is no change of state where the client never began. */
  readonly #loops = new Listeners<undefined>({ count: 0 });
  /** Whether `connect()` was ever called. */
  #hasBegun = false;

  /**
   * Starts to connect, one microtask later, unless `autoConnect` is `false`.
   *
   * @param url - Resolved as in `EventSource`; or a function, called before every attempt.
   * @throws TypeError for an option that cannot work, with the cure.
   */
  constructor(url: UrlSource, ...options: OptionsArgument<Events>);
  constructor(url: UrlSource, options: ConnectOptions & DecodeSettings = {}) {
    const settings = connectionOptions(url, options);
    this.withCredentials = settings.withCredentials;
    this.#signal = options.signal;
    const decodeFor = createDecodes(options);
    const deliver = (message: SseMessage<unknown>) => {
      if (this.#listenersOf(message.type)?.emit(message as never) !== false) this.#any.emit(message as never);
    };
    const plain: ConnectionObserver = {
      state: (state) => {
        const { count } = this.#closes;
        if (state.status === 'closed') {
          this.#signal?.removeEventListener('abort', this.#abort);
          this.#loops.emit(undefined);
        }
        this.#changes.count++;
        this.#states.emit(state);
        return this.#closes.count === count;
      },
      open: (info) => {
        this.#opens.emit(info);
      },
      error: (error) => {
        this.#errors.emit(error);
      },
      // Without decoders the order holds by itself, and an event costs five calls less.
      message: decodeFor
        ? (message) => {
            // Only events that somebody listens to are decoded.
            if (this.#listenersOf(message.type)?.size || this.#any.size) this.#queue.push(message);
          }
        : deliver,
    };
    const { debug, share = createConnection } = options;
    const observer = debug ? withDebug(plain, debug) : plain;
    this.#queue = createDecodeQueue(
      decodeFor ?? (() => undefined),
      deliver,
      (error) => {
        const { failures } = this.getSnapshot();
        observer.error(Object.assign(error as SseError, { failures, willRetry: true }));
      },
      () => this.#connection.hold(),
    );
    this.#connection = share(settings, observer);
    if (options.autoConnect ?? true) this.connect();
  }

  /** The URL of the latest attempt, resolved; `''` before a function was first asked for it. */
  get url(): string {
    return this.#connection.url;
  }

  /** {@link SseState.readyState} at this moment, with the numbers of `EventSource`. */
  get readyState(): ReadyState {
    return this.#connection.state.readyState;
  }

  /** {@link SseState.status} at this moment. */
  get status(): SseState['status'] {
    return this.#connection.state.status;
  }

  /** The id the next attempt resumes after; `''` if there is none. On native, the one of the last event that somebody listened to. */
  get lastEventId(): string {
    return this.#connection.lastEventId;
  }

  /** The stream opened, or opened again. */
  onOpen(listener: (info: OpenInfo) => void, options?: ListenOptions): Unsubscribe {
    return this.#opens.add(listener, options);
  }

  /** Events without a name, as `onmessage` of `EventSource`. */
  onMessage(listener: (message: MessageOf<Events, 'message'>) => void, options?: ListenOptions): Unsubscribe {
    return this.#listen('message', listener, options);
  }

  /** A failure, of the connection or of one payload. `willRetry` tells whether ssekit goes on by itself. */
  onError(listener: (error: SseError) => void, options?: ListenOptions): Unsubscribe {
    return this.#errors.add(listener, options);
  }

  /** Every change of state. What changed while a listener ran is told once, as it is then. */
  onStateChange(listener: (now: SseState, before: SseState) => void, options?: ListenOptions): Unsubscribe {
    let before = this.getSnapshot();
    return this.#states.add((now) => {
      const last = before;
      before = now;
      listener(now, last);
    }, options);
  }

  /**
   * Events of one type. The names `open`, `error` and `close` are events of the server here like any other.
   *
   * @returns A function that ends the subscription.
   * @throws TypeError for a listener that is no function.
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
    return this.#listen(type, listener, options);
  }

  /**
   * Every event of whatever type. Native `EventSource` delivers the types that somebody listens to and no others: with this, `auto` uses
   * `fetch`, unless a native stream is already open.
   */
  onAny(listener: (message: AnyMessage<Events>) => void, options?: ListenOptions): Unsubscribe {
    return this.#listenToAll(listener, options);
  }

  /**
   * Events as they come, for a `for await` loop: of these types, or of all types without any. Each loop has a queue of its own, which begins
   * with the loop; `break` ends it, and never the client. The loop ends when the client closes, and throws the error it failed with.
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
    this.#messages.get(type)?.delete(listener);
  }

  /**
   * The next event of a type: as a promise, or delivered to a listener. The promise rejects when the client closes first, or has closed: with the
   * error it failed with, or with an `AbortError`.
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

  /** Calls the listener with the state now and after every change: the contract of a Svelte store. Bound. */
  readonly subscribe = (listener: (state: SseState) => void): Unsubscribe => {
    const unsubscribe = this.#states.add(listener);
    guard(() => {
      listener(this.getSnapshot());
    });
    return unsubscribe;
  };

  /** The state now; the same object until something changes, as `useSyncExternalStore` wants it. Bound. */
  readonly getSnapshot = (): SseState => this.#connection.state;

  /** Opens, or opens again after {@link close} or a final failure, resuming after `lastEventId`. Does nothing while not closed. */
  connect(): void {
    this.#hasBegun = true;
    if (this.#signal?.aborted) {
      this.close();
      return;
    }
    this.#signal?.addEventListener('abort', this.#abort);
    this.#connection.connect();
  }

  /** Drops what is there and tries now; at most every 100 ms while attempts bring no event. */
  reconnect(): void {
    if (this.status === 'closed') this.connect();
    else this.#connection.reconnect();
  }

  /** Closes, until `connect()`. No listener is called after it returns, not even for events that have already arrived. */
  close(): void {
    this.#closes.count++;
    this.#queue.clear();
    this.#connection.close();
    // Unless a listener of the state has opened it again.
    if (this.status === 'closed') this.#loops.emit(undefined);
  }

  readonly #abort = (): void => {
    this.close();
  };

  /** Most events are of the type of the one before, and to compare costs less than to look up, which hashes. */
  #listenersOf(type: string): Listeners<never> | undefined {
    if (type !== this.#latestType) {
      this.#latestType = type;
      this.#latestListeners = this.#messages.get(type);
    }
    return this.#latestListeners;
  }

  #loop<K extends EventName<Events>>(
    types: ReadonlySet<string>,
    options: EventsOptions & { readonly limit: number; readonly once?: boolean },
  ): AsyncIterableIterator<MessageOf<Events, K>, undefined> {
    return iterate<MessageOf<Events, K>>(({ push, end }, signal) => {
      const subscription = { once: options.once, signal };
      for (const type of types) this.#listen(type, push, subscription);
      if (types.size === 0) this.#listenToAll(push, subscription);
      const endAfterAll = () => {
        const { error } = this.getSnapshot();
        // A schema may still be looking at the last events.
        this.#queue.after(() => {
          end(error);
        });
      };
      // Closed from the start, it waits for connect(); closed since, it will not be told again.
      if (this.#hasBegun && this.status === 'closed') endAfterAll();
      else this.#loops.add(endAfterAll, subscription);
    }, options);
  }

  async #next<K extends EventName<Events>>(type: K): Promise<MessageOf<Events, K>> {
    for await (const message of this.#loop<K>(new Set([type]), { limit: 1, once: true })) return message;
    throw abortError('The client was closed.');
  }

  #listenToAll(listener: (message: never) => void, options?: ListenOptions): Unsubscribe {
    this.#connection.listenToAll();
    return this.#any.add(listener, options);
  }

  #listen(type: string, listener: (message: never) => void, options?: ListenOptions): Unsubscribe {
    const known = this.#messages.get(type);
    const listeners =
      known ??
      new Listeners<never>(this.#closes, () => {
        // Names that come and go must leave nothing behind.
        this.#messages.delete(type);
        this.#latestType = undefined;
        this.#connection.unlisten?.(type);
      });
    const unsubscribe = listeners.add(listener, options);
    // Not with a signal that has already aborted.
    if (!known && listeners.size > 0) {
      this.#messages.set(type, listeners);
      this.#latestType = undefined;
      this.#connection.listen(type);
    }
    return unsubscribe;
  }
}
