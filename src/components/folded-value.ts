import { clamp } from '../stream/time-limit.js';
import type { SseClient } from '../client.js';
import type { Unsubscribe } from '../listeners.js';
import type { EventName, MessageOf } from '../message.js';

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
export interface LiveValue<Events extends object, K extends EventName<Events>, T> {
  readonly client: SseClient<Events> | null | undefined;
  readonly type: K;
  reduce: Reducer<T, MessageOf<Events, K>>;
  throttle: number;
  readonly getSnapshot: () => T;
  readonly subscribe: (onChange: () => void) => Unsubscribe;
}

export function liveValue<Events extends object, K extends EventName<Events>, T>(
  client: SseClient<Events> | null | undefined,
  type: K,
  reduce: Reducer<T, MessageOf<Events, K>>,
  initial: T,
  throttle: number,
): LiveValue<Events, K, T> {
  let folded = initial;
  let shown = initial;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const live: LiveValue<Events, K, T> = {
    client,
    type,
    reduce,
    throttle,
    getSnapshot: () => shown,
    subscribe(onChange) {
      const show = () => {
        timer = undefined;
        if (Object.is(shown, folded)) return;
        shown = folded;
        if (live.throttle > 0) timer = setTimeout(show, clamp(live.throttle));
        onChange();
      };
      const unsubscribe = client?.on(type, (event) => {
        folded = live.reduce(folded, event);
        if (timer === undefined) show();
      });
      return () => {
        unsubscribe?.();
        clearTimeout(timer);
        timer = undefined;
        // Who comes back, as in StrictMode, finds all there was.
        shown = folded;
      };
    },
  };
  return live;
}
