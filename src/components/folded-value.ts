import { CHECKED } from '../checked.js';
import { validateHook } from '../validate.js';
import { clamp } from '../stream/time-limit.js';
import type { SseClient } from '../client.js';
import type { Unsubscribe } from '../listeners.js';
import type { Impossible } from '../impossible.js';
import type { EventName, MessageOf, SseMessage } from '../message.js';
import { guard } from '../report.js';
import { isSuccessor, reportMissed } from './registry.js';

/**
 * Makes the next value from the current one and an event. Returning the same value changes nothing.
 *
 * @example
 * ```ts
 * const last: Reducer<readonly string[], SseMessage> = (all, { data }) => [...all, data].slice(-9);
 * ```
 */
export type Reducer<T, Message> = (value: T, event: Message) => T;

type Widened<T> = T extends string ? string : T extends number ? number : T extends boolean ? boolean : T;

/**
 * Where a value starts, in an overload that stands last: past three, the compiler only says what's
 * wrong with the last one.
 */
export type Initial<T, Returned> = unknown extends Returned
  ? T // Before the compiler has looked into the reducer.
  : [Returned] extends [Widened<T>]
    ? T
    : Impossible<'the reducer returns another type: say what the value is, as in `null as number | null`'>;

/**
 * Options of `useSseValue`.
 *
 * @example
 * ```ts
 * const price = useSseValue(client, 'tick', (_, event) => event.data, '', { throttle: 250 });
 * ```
 */
export interface ValueOptions {
  /**
   * Shows a new value at most once in this many ms. No event is skipped, and the last value is
   * shown when the time is over. Default `0`: at once.
   */
  readonly throttle?: number | undefined;
}

/**
 * Events of one type folded into one value: the contract of `useSyncExternalStore`. It belongs to
 * one client, and starts over with another.
 */
export interface FoldedValue<Events extends object, K extends EventName<Events>, T> {
  readonly client: SseClient<Events> | null | undefined;
  readonly type: K;
  reduce: Reducer<T, MessageOf<Events, K>>;
  throttle: number;
  readonly getSnapshot: () => T;
  readonly subscribe: (onChange: () => void) => Unsubscribe;
}

/** The type of `recordMissed`. */
type Recorder = (client: SseClient, type: string) => () => readonly SseMessage[] | undefined;

/**
 * @param before - The value that this one replaces. It continues if only the connection of a hidden
 *   component was replaced.
 * @param record - Records events while a component is hidden, for a framework that ends its
 *   subscriptions.
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
  if (CHECKED) validateHook(client, reduce);
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
        // A component that comes back, as in StrictMode, finds the latest value.
        shown = folded;
        comeBack = record?.(client as unknown as SseClient, type);
      };
    },
  };
  return value;
}
