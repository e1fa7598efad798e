import { CHECKED } from './checked.js';
import { misuse } from './errors.js';
import { report } from './report.js';

/**
 * Ends the subscription that returned it. Calling it again does nothing.
 *
 * @example
 * ```ts
 * const off: Unsubscribe = client.on('tick', (event) => show(event.data));
 * off();
 * ```
 */
export type Unsubscribe = () => void;

interface Entry<T> {
  /**
   * The caller's function, by which {@link Listeners.delete} finds it; `undefined` once it's
   * removed.
   */
  listener: ((value: T) => void) | undefined;
  readonly once: boolean | undefined;
  readonly isQuiet: boolean;
  readonly remove: Unsubscribe;
}

/**
 * When a listener is removed automatically.
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
 * How ssekit's own hooks listen: it doesn't mean that anybody notices an error. Compared by
 * identity.
 */
export const QUIETLY: ListenOptions = {};

/**
 * Callbacks in order of registration. One that throws is reported and the rest still run. While a
 * value is delivered, a removed listener is no longer called and an added one waits for the next
 * value: the list is replaced, never changed in place.
 */
export class Listeners<T> {
  readonly #changes: { readonly count: number };
  readonly #onEmpty: (() => void) | undefined;
  #entries: readonly Entry<T>[] = [];

  /**
   * @param changes - A delivery stops once this `count` changes: because the client was closed,
   * say.
   * @param onEmpty - Called when the last listener is removed.
   */
  constructor(changes: { readonly count: number }, onEmpty?: () => void) {
    this.#changes = changes;
    this.#onEmpty = onEmpty;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** Whether somebody listens besides ssekit's own hooks. */
  get isHeard(): boolean {
    return this.#entries.some(({ isQuiet }) => !isQuiet);
  }

  add(listener: (value: T) => void, options: ListenOptions = {}): Unsubscribe {
    const { once, signal } = options;
    if (CHECKED && typeof listener !== 'function')
      throw misuse('The listener must be a function.', 'listener');
    const remove = () => {
      if (!entry.listener) return;
      entry.listener = undefined;
      this.#entries = this.#entries.filter((other) => other !== entry);
      signal?.removeEventListener('abort', remove);
      if (this.#entries.length === 0) this.#onEmpty?.();
    };
    const entry: Entry<T> = { listener, once, isQuiet: options === QUIETLY, remove };
    if (signal?.aborted) return () => undefined;
    this.#entries = [...this.#entries, entry];
    signal?.addEventListener('abort', remove);
    return remove;
  }

  delete(listener: (value: T) => void): void {
    for (const entry of this.#entries) if (entry.listener === listener) entry.remove();
  }

  /** Whether the value was delivered to all of them. */
  emit(value: T): boolean {
    if (this.#entries.length === 0) return true;
    const changes = this.#changes;
    const before = changes.count;
    for (const { listener, once, remove } of this.#entries) {
      if (once) remove();
      try {
        listener?.(value);
      } catch (error) {
        report(error);
      }
      if (changes.count !== before) return false;
    }
    return true;
  }
}
