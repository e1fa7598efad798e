import { clamp } from '../stream/time-limit.js';
import type { SseClient } from '../client.js';
import type { Unsubscribe } from '../listeners.js';
import type { EventName, MessageOf, SseMessage } from '../message.js';
import { guard } from '../report.js';
import { isSuccessor, reportMissed } from './registry.js';

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
  /** Shows a new value at most once in this many ms. Every event counts, and the last value is shown when they're over. Default `0`: at once. */
  readonly throttle?: number | undefined;
}

/** Events of one type folded into one value: the contract of `useSyncExternalStore`. It belongs to one client, and begins anew with another. */
export interface FoldedValue<Events extends object, K extends EventName<Events>, T> {
  readonly client: SseClient<Events> | null | undefined;
  readonly type: K;
  reduce: Reducer<T, MessageOf<Events, K>>;
  throttle: number;
  readonly getSnapshot: () => T;
  readonly subscribe: (onChange: () => void) => Unsubscribe;
}

/** What `recordMissed` is. */
type Recorder = (client: SseClient, type: string) => () => readonly SseMessage[] | undefined;

/**
 * @param before - The value that this one replaces. It continues if only the connection of a hidden component was replaced.
 * @param record - For a framework that ends subscriptions of what it hides: what comes meanwhile.
 */
export function foldedValue<Events extends object, K extends EventName<Events>, T>(
  client: SseClient<Events> | null | undefined,
  type: K,
  reduce: Reducer<T, MessageOf<Events, K>>,
  initial: T,
  throttle: number,
  before?: FoldedValue<Events, K, T>,
  record?: Recorder,
): FoldedValue<Events, K, T> {
  let isReplaced = before?.type === type && isSuccessor(client, before.client);
  let folded = before && isReplaced ? before.getSnapshot() : initial;
  let shown = folded;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let comeBack: ReturnType<Recorder> | undefined;
  const value: FoldedValue<Events, K, T> = {
    client,
    type,
    reduce,
    throttle,
    getSnapshot: () => shown,
    subscribe(onChange) {
      if (!client) return () => undefined;
      const show = () => {
        timer = undefined;
        if (Object.is(shown, folded)) return;
        shown = folded;
        if (value.throttle > 0) timer = setTimeout(show, clamp(value.throttle));
        onChange();
      };
      const fold = (event: MessageOf<Events, K>) => {
        folded = value.reduce(folded, event);
      };
      const missed = comeBack ? comeBack() : [];
      for (const event of missed ?? []) {
        guard(() => {
          fold(event as MessageOf<Events, K>);
        });
      }
      if (isReplaced || !missed) reportMissed(client);
      isReplaced = false;
      show();
      const unsubscribe = client.on(type, (event) => {
        fold(event);
        if (timer === undefined) show();
      });
      return () => {
        unsubscribe();
        clearTimeout(timer);
        timer = undefined;
        // A component that comes back, as in StrictMode, finds all there was.
        shown = folded;
        comeBack = record?.(client as unknown as SseClient, type);
      };
    },
  };
  return value;
}
