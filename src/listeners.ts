import { report } from './report.js';

/**
 * Takes back what returned it. Calling it again does nothing.
 *
 * @example
 * ```ts
 * const off: Unsubscribe = client.on('tick', (event) => show(event.data));
 * off();
 * ```
 */
export type Unsubscribe = () => void;

interface Entry<T> {
  /** What the caller gave, by which {@link Listeners.delete} finds it. */
  readonly listener: (value: T) => void;
  readonly once: boolean;
  readonly remove: Unsubscribe;
  active: boolean;
}

/**
 * When a listener goes by itself.
 *
 * @example
 * ```ts
 * client.on('tick', (event) => show(event.data), { signal: controller.signal });
 * ```
 */
export interface ListenOptions {
  /** Remove it after its first call. Default `false`. */
  readonly once?: boolean | undefined;
  /** Remove it when this aborts. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Callbacks in order of registration. One that throws is reported and the rest still run. While a value is delivered, a removed
 * listener is no longer called and an added one waits for the next value: the list is replaced, never changed in place.
 */
export class Listeners<T> {
  #entries: readonly Entry<T>[] = [];

  get size(): number {
    return this.#entries.length;
  }

  add(listener: (value: T) => void, { once = false, signal }: ListenOptions = {}): Unsubscribe {
    if (typeof listener !== 'function') throw new TypeError('The listener must be a function.');
    if (signal?.aborted) return () => undefined;
    const remove = () => {
      entry.active = false;
      this.#entries = this.#entries.filter((other) => other !== entry);
      signal?.removeEventListener('abort', remove);
    };
    const entry: Entry<T> = { listener, once, remove, active: true };
    this.#entries = [...this.#entries, entry];
    signal?.addEventListener('abort', remove);
    return remove;
  }

  delete(listener: (value: T) => void): void {
    for (const entry of this.#entries) if (entry.listener === listener) entry.remove();
  }

  /** Delivers to all, as long as `witness` returns what it did before: then the value is still due, and the client was not closed meanwhile. */
  emit(value: T, witness: () => unknown): void {
    if (this.#entries.length === 0) return;
    const before = witness();
    for (const entry of this.#entries) {
      if (!entry.active) continue;
      if (entry.once) entry.remove();
      try {
        entry.listener(value);
      } catch (error) {
        report(error);
      }
      if (witness() !== before) return;
    }
  }
}
