import { clamp } from './duration.js';
import type { SseClient } from './client.js';
import type { Unsubscribe } from './listeners.js';
import type { EventName, MessageOf } from './message.js';

/**
 * From the value so far and an event to the next value. The same value again is no change.
 *
 * @example
 * ```ts
 * const lastTen: Reducer<readonly string[], SseMessage> = (all, { data }) => [...all, data].slice(-10);
 * ```
 */
export type Reducer<T, Message> = (value: T, event: Message) => T;

/**
 * Options of `useSseValue`.
 *
 * @example
 * ```ts
 * const price = useSseValue(client, 'tick', (_, event) => event.data, '', { throttle: 250 });
 * ```
 */
export interface ValueOptions {
  /** Show a new value at most once in so many ms. Every event is counted; the last one is shown when they are over. Default `0`: at once. */
  readonly throttle?: number | undefined;
}

/** Events of one type folded into one value: the contract of `useSyncExternalStore`. It belongs to one client, and begins anew with another. */
export class LiveValue<Events extends object, K extends EventName<Events>, T> {
  readonly client: SseClient<Events> | null | undefined;
  readonly type: K;
  reduce: Reducer<T, MessageOf<Events, K>>;
  throttle = 0;
  #folded: T;
  #shown: T;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    client: SseClient<Events> | null | undefined,
    type: K,
    reduce: Reducer<T, MessageOf<Events, K>>,
    initial: T,
  ) {
    this.client = client;
    this.type = type;
    this.reduce = reduce;
    this.#folded = this.#shown = initial;
  }

  readonly getSnapshot = (): T => this.#shown;

  readonly subscribe = (onChange: () => void): Unsubscribe => {
    const show = () => {
      this.#timer = undefined;
      if (Object.is(this.#shown, this.#folded)) return;
      this.#shown = this.#folded;
      if (this.throttle > 0) this.#timer = setTimeout(show, clamp(this.throttle));
      onChange();
    };
    const unsubscribe = this.client?.on(this.type, (event) => {
      this.#folded = this.reduce(this.#folded, event);
      if (this.#timer === undefined) show();
    });
    return () => {
      unsubscribe?.();
      clearTimeout(this.#timer);
      this.#timer = undefined;
      // Who comes back, as in StrictMode, finds all there was.
      this.#shown = this.#folded;
    };
  };
}
