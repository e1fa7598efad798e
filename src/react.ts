'use client';
import { useEffect, useInsertionEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { CHECKED } from './checked.js';
import type { SseClient } from './client.js';
import { misuse } from './errors.js';
import type { ComponentOptions, ComponentUrl } from './components/component-options.js';
import { countdown } from './components/countdown.js';
import {
  foldedValue,
  type FoldedValue,
  type Initial,
  type Reducer,
  type ValueOptions,
} from './components/folded-value.js';
import { recordMissed } from './components/missed-events.js';
import { createClientStore, type ClientState } from './components/registry.js';
import type { Decoded } from './decode/decode-options.js';
import type { Impossible } from './impossible.js';
import type { EventName, MessageOf } from './message.js';
import type { ClientArgument, WithoutOptions } from './options.js';
import { validateHook } from './validate.js';

export type { ComponentOptions, ComponentUrl } from './components/component-options.js';
export type { Reducer, ValueOptions } from './components/folded-value.js';
export { useFetchSse, type RequestHook } from './components/react-request.js';
export type { ClientState } from './components/registry.js';
export type {
  FoldOptions,
  LatestOptions,
  RequestActions,
  RequestState,
  RequestStatus,
  SendInit,
} from './components/request-state.js';

/**
 * The options of `SseClient`, and more. They aren't derived from its type, because the compiler
 * couldn't infer `Events`.
 */
type OptionsArgument<Events extends object> = [Decoded<Events>] extends [never]
  ? [options?: ClientArgument<Events> & ComponentOptions]
  : [options: ClientArgument<Events> & ComponentOptions];

/** @hidden */
export function useSse<Events extends object>(...forgotten: WithoutOptions<Events>): ClientState<Events>;
/**
 * Returns the client of this URL and these options, and its state. All components that ask for the
 * same share one connection. It starts with the first of them, and closes shortly after the last
 * has unmounted: one macrotask, so that StrictMode and route changes don't reconnect.
 *
 * URL and plain options are compared by value; functions, schemas, `signal` and `storage` by
 * reference. If several components share a connection, define those outside of them, or give a
 * `key` that replaces them. A component that has a connection for itself may give inline functions:
 * the latest ones are called, and it never reconnects because of them. If others hold the
 * connection too, it moves to one of its own. A `signal`, a `storage` and schemas keep their first
 * value until the URL, a plain option or the `key` changes.
 *
 * It renders when the state changes, and not for events. On a server nothing connects. A component
 * hidden by `Activity` leaves the connection, and resumes after the last event ID. While other
 * components hold it, it gets what it missed when it's shown: up to 1,000 events or 1 Mi
 * characters, else an `overflow` goes to `onError`, or to the console.
 *
 * @param url - `null` for no connection.
 * @param options - The options of `SseClient`, and {@link ComponentOptions}.
 * @throws TypeError for a URL or an option that can't work, with the cure.
 *
 * @example
 * ```tsx
 * function Answer() {
 *   const { client, status } = useSse<{ lol: string }>('/api/sse');
 *   const text = useSseValue(client, 'lol', (text, event) => text + event.data, '');
 *   return <p className={status}>{text}</p>;
 * }
 * ```
 */
export function useSse<Events extends object = Record<string, string>>(
  url: ComponentUrl | Impossible<'a hook takes a URL, not a function: it reconnects when that changes'>,
  ...options: OptionsArgument<Events>
): ClientState<Events>;
export function useSse(given: ComponentUrl | Impossible<string>, options: object = {}): unknown {
  const url = given as ComponentUrl;
  if (CHECKED && typeof url === 'function') {
    throw misuse('The URL of a hook must be a value: it reconnects whenever that changes.', 'hook-url');
  }
  const next = createClientStore(url, options);
  // State, because React may drop a memo, and this component's connection with it.
  const [kept, keep] = useState(next);
  const store = kept.identity.text === next.identity.text ? kept : next;
  if (store !== kept) keep(store);
  useInsertionEffect(() => {
    store.record(next);
  });
  useEffect(() => {
    store.settle();
  });
  return useSyncExternalStore(store.subscribe, store.getSnapshot, () => store.initial);
}

/**
 * Calls `handler` for every event of a type, in order, with its latest closure: an inline handler
 * is subscribed only once.
 *
 * @param client - From {@link useSse}, or your own; `null` for nothing yet.
 *
 * @example
 * ```tsx
 * useSseEvent(client, 'alarm', (event) => show(event.data));
 * ```
 */
export function useSseEvent<Events extends object, K extends EventName<Events>>(
  client: SseClient<Events> | null | undefined,
  type: K,
  handler: (event: MessageOf<Events, K>) => void,
): void {
  if (CHECKED) validateHook(undefined, handler);
  const { subscribe } = useFolded(
    client,
    type,
    (_, event) => {
      handler(event);
      return undefined;
    },
    undefined,
    0,
  );
  useEffect(() => subscribe(() => undefined), [subscribe]);
}

/**
 * Folds the events of a type into one value, and renders when it changes. The reducer is called
 * once per event, in StrictMode too. With another client or another type, it starts over at
 * `initial`.
 *
 * @param client - From {@link useSse}, or your own; `null` for nothing yet.
 * @param reducer - Must return a new value instead of changing the old one. If it throws, that's
 *   reported and the value stays.
 * @param initial - The value before the first event. `null`, `undefined`, and `[]` for a list of
 *   payloads, need no type. For another list, say what it holds: `[] as Row[]`.
 *
 * @example
 * ```tsx
 * const price = useSseValue(client, 'tick', (_, { data }) => Number(data), 0, { throttle: 250 });
 * ```
 */
export function useSseValue<
  Events extends object,
  K extends EventName<Events>,
  Start extends null | undefined,
>(
  client: SseClient<Events> | null | undefined,
  type: K,
  reducer: Reducer<MessageOf<Events, K>['data'] | Start, MessageOf<Events, K>>,
  initial: Start,
  options?: ValueOptions,
): MessageOf<Events, K>['data'] | Start;
export function useSseValue<Events extends object, K extends EventName<Events>>(
  client: SseClient<Events> | null | undefined,
  type: K,
  reducer: Reducer<readonly MessageOf<Events, K>['data'][], MessageOf<Events, K>>,
  initial: readonly [],
  options?: ValueOptions,
): readonly MessageOf<Events, K>['data'][];
export function useSseValue<Events extends object, K extends EventName<Events>, T>(
  client: SseClient<Events> | null | undefined,
  type: K,
  reducer: Reducer<T, MessageOf<Events, K>>,
  initial: T,
  options?: ValueOptions,
): T;
/** @hidden */
export function useSseValue<Events extends object, K extends EventName<Events>, T, Returned>(
  client: SseClient<Events> | null | undefined,
  type: K,
  reducer: (value: T, event: MessageOf<Events, K>) => Returned,
  initial: Initial<T, Returned>,
  options?: ValueOptions,
): never;
export function useSseValue<Events extends object, K extends EventName<Events>, T>(
  client: SseClient<Events> | null | undefined,
  type: K,
  reducer: Reducer<T, MessageOf<Events, K>>,
  initial: T,
  { throttle = 0 }: ValueOptions = {},
): T {
  const { subscribe, getSnapshot } = useFolded(client, type, reducer, initial, throttle);
  return useSyncExternalStore(subscribe, getSnapshot, getSnapshot);
}

/**
 * The seconds until the client tries again, for a countdown; `undefined` while it doesn't wait, or
 * while the browser decides. It renders once a second while the client waits, and not otherwise.
 *
 * @param client - From {@link useSse}, or your own; `null` for nothing yet.
 *
 * @example
 * ```tsx
 * function Lamp() {
 *   const { client, status } = useSse('/api/prices');
 *   const seconds = useSecondsToRetry(client);
 *   return <p>{seconds === undefined ? status : `again in ${seconds} s`}</p>;
 * }
 * ```
 */
export function useSecondsToRetry<Events extends object>(
  client: SseClient<Events> | null | undefined,
): number | undefined {
  const { subscribe, getSnapshot } = useMemo(() => countdown(client), [client]);
  return useSyncExternalStore(subscribe, getSnapshot, () => undefined);
}

function useFolded<Events extends object, K extends EventName<Events>, T>(
  client: SseClient<Events> | null | undefined,
  type: K,
  reduce: Reducer<T, MessageOf<Events, K>>,
  initial: T,
  throttle: number,
): FoldedValue<Events, K, T> {
  const begin = (before?: FoldedValue<Events, K, T>) =>
    foldedValue(client, type, reduce, initial, throttle, before, recordMissed);
  // State, because React may drop a memo, and the folded value with it.
  const [kept, keep] = useState(() => begin());
  const value = kept.client === client && kept.type === type ? kept : begin(kept);
  if (value !== kept) keep(value);
  useInsertionEffect(() => {
    value.reduce = reduce;
    value.throttle = throttle;
  });
  return value;
}
