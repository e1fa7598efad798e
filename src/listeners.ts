import { CHECKED } from './checked.js';
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
  /** What the caller gave, by which {@link Listeners.delete} finds it; nothing once it is removed. */
  listener: ((value: T) => void) | undefined;
  readonly once: boolean | undefined;
  readonly remove: Unsubscribe;
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
  readonly #due: { readonly count: number };
  #entries: readonly Entry<T>[] = [];

  /** @param due - A value is due while its `count` stays the same: the client was not closed meanwhile, say. */
  constructor(due: { readonly count: number }) {
    this.#due = due;
  }

  get size(): number {
    return this.#entries.length;
  }

  add(listener: (value: T) => void, { once, signal }: ListenOptions = {}): Unsubscribe {
    if (CHECKED && typeof listener !== 'function') throw new TypeError('The listener must be a function.');
    const remove = () => {
      entry.listener = undefined;
      this.#entries = this.#entries.filter((other) => other !== entry);
      signal?.removeEventListener('abort', remove);
    };
    const entry: Entry<T> = { listener, once, remove };
    if (!signal?.aborted) {
      this.#entries = [...this.#entries, entry];
      signal?.addEventListener('abort', remove);
    }
    return remove;
  }

  delete(listener: (value: T) => void): void {
    for (const entry of this.#entries) if (entry.listener === listener) entry.remove();
  }

  /** Whether the value was due to the last. */
  emit(value: T): boolean {
    if (this.#entries.length === 0) return true;
    const due = this.#due;
    const before = due.count;
    for (const { listener, once, remove } of this.#entries) {
      if (once) remove();
      try {
        listener?.(value);
      } catch (error) {
        report(error);
      }
      if (due.count !== before) return false;
    }
    return true;
  }
}
