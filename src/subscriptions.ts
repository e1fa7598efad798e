import { Listeners, type ListenOptions, type Unsubscribe } from './listeners.js';
import type { SseMessage } from './message.js';

/** Who delivers events, and needs to know which types somebody listens to. */
interface Source {
  listen(type: string): void;
  unlisten?(type: string): void;
  listenToAll(): void;
}

/** The listeners of one client for events, by type and for all types. */
export class Subscriptions {
  /** Counts calls of `close()`, which ends a delivery under way. */
  readonly #closes: { count: number };
  readonly #source: () => Source;
  /** By event type. A map can't say what each listener takes, so it's `never`: `on()` checks it. */
  readonly #byType = new Map<string, Listeners<never>>();
  /** What {@link Subscriptions.#listenersOf} found last. */
  #latestType: string | undefined;
  #latestListeners: Listeners<never> | undefined;
  readonly #toAll: Listeners<never>;

  constructor(closes: { count: number }, source: () => Source) {
    this.#closes = closes;
    this.#source = source;
    this.#toAll = new Listeners<never>(closes);
  }

  /** The event types that somebody listens to. */
  get types(): Iterable<string> {
    return this.#byType.keys();
  }

  /** Whether anybody listens to events of this type. */
  wants(type: string): boolean {
    return Boolean(this.#listenersOf(type)) || this.#toAll.size > 0;
  }

  deliver(message: SseMessage<unknown>): void {
    if (this.#listenersOf(message.type)?.emit(message as never) !== false) this.#toAll.emit(message as never);
  }

  add(type: string, listener: (message: never) => void, options?: ListenOptions): Unsubscribe {
    const known = this.#byType.get(type);
    const listeners =
      known ??
      new Listeners<never>(this.#closes, () => {
        // Names that come and go must leave nothing behind.
        this.#byType.delete(type);
        this.#latestType = undefined;
        this.#source().unlisten?.(type);
      });
    const unsubscribe = listeners.add(listener, options);
    // Not with a signal that has already aborted.
    if (!known && listeners.size > 0) {
      this.#byType.set(type, listeners);
      this.#latestType = undefined;
      this.#source().listen(type);
    }
    return unsubscribe;
  }

  addToAll(listener: (message: never) => void, options?: ListenOptions): Unsubscribe {
    this.#source().listenToAll();
    return this.#toAll.add(listener, options);
  }

  delete(type: string, listener: (message: never) => void): void {
    this.#byType.get(type)?.delete(listener);
  }

  /** Most events have the type of the one before. Comparing costs less than a lookup, which hashes. */
  #listenersOf(type: string): Listeners<never> | undefined {
    if (type !== this.#latestType) {
      this.#latestType = type;
      this.#latestListeners = this.#byType.get(type);
    }
    return this.#latestListeners;
  }
}
