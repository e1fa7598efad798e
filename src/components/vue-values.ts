import { toValue, type MaybeRefOrGetter, type ShallowRef } from 'vue';
import type { SseClient } from '../client.js';
import type { EventName, MessageOf } from '../message.js';
import { CHECKED } from '../checked.js';
import { validateHook } from '../validate.js';
import { countdown } from './countdown.js';
import {
  foldedValue,
  type FoldedValue,
  type Initial,
  type Reducer,
  type ValueOptions,
} from './folded-value.js';
import { useStore } from './vue-store.js';

/**
 * Calls `handler` for every event of a type, in order, until the scope is disposed. That includes
 * deactivated components: while others hold the connection, they miss nothing.
 *
 * @param client - From {@link useSse}, or your own (in a `shallowRef`, since it must not be made
 *   reactive); `null` for nothing yet.
 *
 * @example
 * ```ts
 * useSseEvent(client, 'alarm', (event) => show(event.data));
 * ```
 */
export function useSseEvent<Events extends object, K extends EventName<Events>>(
  client: MaybeRefOrGetter<SseClient<Events> | null | undefined>,
  type: MaybeRefOrGetter<K>,
  handler: (event: MessageOf<Events, K>) => void,
): void {
  if (CHECKED) validateHook(undefined, handler);
  useFolded(
    client,
    type,
    (_, event) => {
      handler(event);
      return undefined;
    },
    undefined,
    0,
  );
}

/**
 * Folds the events of a type into one value, as a ref. With another client or another type, it
 * starts over at `initial`.
 *
 * @param client - From {@link useSse}, or your own (in a `shallowRef`, since it must not be made
 *   reactive); `null` for nothing yet.
 * @param reducer - Must return a new value instead of changing the old one. If it throws, that's
 *   reported and the value stays.
 * @param initial - The value before the first event. `null`, `undefined`, and `[]` for a list of
 *   payloads, need no type. For another list, say what it holds: `[] as Row[]`.
 *
 * @example
 * ```ts
 * const price = useSseValue(client, 'tick', (_, { data }) => Number(data), 0, { throttle: 250 });
 * ```
 */
export function useSseValue<
  Events extends object,
  K extends EventName<Events>,
  Start extends null | undefined,
>(
  client: MaybeRefOrGetter<SseClient<Events> | null | undefined>,
  type: MaybeRefOrGetter<K>,
  reducer: Reducer<MessageOf<Events, K>['data'] | Start, MessageOf<Events, K>>,
  initial: Start,
  options?: ValueOptions,
): Readonly<ShallowRef<MessageOf<Events, K>['data'] | Start>>;
export function useSseValue<Events extends object, K extends EventName<Events>>(
  client: MaybeRefOrGetter<SseClient<Events> | null | undefined>,
  type: MaybeRefOrGetter<K>,
  reducer: Reducer<readonly MessageOf<Events, K>['data'][], MessageOf<Events, K>>,
  initial: readonly [],
  options?: ValueOptions,
): Readonly<ShallowRef<readonly MessageOf<Events, K>['data'][]>>;
export function useSseValue<Events extends object, K extends EventName<Events>, T>(
  client: MaybeRefOrGetter<SseClient<Events> | null | undefined>,
  type: MaybeRefOrGetter<K>,
  reducer: Reducer<T, MessageOf<Events, K>>,
  initial: T,
  options?: ValueOptions,
): Readonly<ShallowRef<T>>;
/** @hidden */
export function useSseValue<Events extends object, K extends EventName<Events>, T, Returned>(
  client: MaybeRefOrGetter<SseClient<Events> | null | undefined>,
  type: MaybeRefOrGetter<K>,
  reducer: (value: T, event: MessageOf<Events, K>) => Returned,
  initial: Initial<T, Returned>,
  options?: ValueOptions,
): never;
export function useSseValue<Events extends object, K extends EventName<Events>, T>(
  client: MaybeRefOrGetter<SseClient<Events> | null | undefined>,
  type: MaybeRefOrGetter<K>,
  reducer: Reducer<T, MessageOf<Events, K>>,
  initial: T,
  { throttle = 0 }: ValueOptions = {},
): Readonly<ShallowRef<T>> {
  return useFolded(client, type, reducer, initial, throttle);
}

/**
 * The seconds until the client tries again, for a countdown; `undefined` while it doesn't wait, or
 * while the browser decides. It changes once a second while the client waits, and not otherwise.
 *
 * @param client - From {@link useSse}, or your own (in a `shallowRef`, since it must not be made
 *   reactive); `null` for nothing yet.
 *
 * @example
 * ```ts
 * const { client, status } = useSse('/api/prices');
 * const seconds = useSecondsToRetry(client);
 * const lamp = () => (seconds.value === undefined ? status.value : `again in ${seconds.value} s`);
 * ```
 */
export function useSecondsToRetry<Events extends object>(
  client: MaybeRefOrGetter<SseClient<Events> | null | undefined>,
): Readonly<ShallowRef<number | undefined>> {
  return useStore([() => toValue(client)], () => countdown(toValue(client)));
}

function useFolded<Events extends object, K extends EventName<Events>, T>(
  client: MaybeRefOrGetter<SseClient<Events> | null | undefined>,
  type: MaybeRefOrGetter<K>,
  reduce: Reducer<T, MessageOf<Events, K>>,
  initial: T,
  throttle: number,
): ShallowRef<T> {
  let value: FoldedValue<Events, K, T> | undefined;
  return useStore([() => toValue(client), () => toValue(type)], () => {
    return (value = foldedValue(toValue(client), toValue(type), reduce, initial, throttle, value));
  });
}
