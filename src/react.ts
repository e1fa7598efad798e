'use client';
import { useEffect, useInsertionEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { clientStore, type ClientState, type ComponentUrl } from './components/registry.js';
import { liveValue, type Reducer, type ValueOptions } from './components/folded-value.js';
import type { SseClient } from './client.js';
import type { EventName, MessageOf } from './message.js';
import type { OptionsArgument } from './options.js';

export type { ClientState, ComponentUrl } from './components/registry.js';
export type { Reducer, ValueOptions } from './components/folded-value.js';

/**
 * The client of this URL and these options, and its state. However many components ask for the same, by value, there is one connection: it
 * begins with the first of them and is closed one macrotask after the last has left.
 *
 * Another URL, or other options, are another connection. Inline functions and schemas never are: they may change with every rendering, and the
 * latest are called; where several components share a connection, those of the one that has held it for longest. (A function with another
 * name is another option.) Objects such as a `signal`, a `storage` or a `Blob` count by identity: make them outside of the component.
 *
 * It renders again when the state changes, and never for an event. While rendering on a server nothing is connected.
 *
 * @param url - `null` for no connection.
 * @throws TypeError for a URL or an option that cannot work, with the cure.
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
  url: ComponentUrl,
  ...options: OptionsArgument<Events>
): ClientState<Events>;
export function useSse<Events extends object>(url: ComponentUrl, options: object = {}): ClientState<Events> {
  if (typeof url === 'function') {
    throw new TypeError('The URL of a hook must be a value: it connects anew whenever that changes.');
  }
  const next = clientStore<Events>(url, options);
  const store = useMemo(() => next, [next.key]);
  useInsertionEffect(() => {
    store.options = options;
  });
  return useSyncExternalStore(store.subscribe, store.getSnapshot, () => store.initial);
}

/**
 * Calls `handler` for every event of a type, in order, in its latest closure: an inline handler is never subscribed anew.
 *
 * @param client - Of {@link useSse}, or one of your own; `null` for nothing yet.
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
  const latest = useRef(handler);
  useInsertionEffect(() => {
    latest.current = handler;
  });
  useEffect(
    () =>
      client?.on(type, (event) => {
        latest.current(event);
      }),
    [client, type],
  );
}

/**
 * The events of a type folded into one value, which renders. The reducer is called once for each event, StrictMode or not. With another client or
 * another type the value begins anew at `initial`.
 *
 * @param client - Of {@link useSse}, or one of your own; `null` for nothing yet.
 * @param reducer - Must return a new value, not change the old one. One that throws is reported, and the value stays.
 *
 * @example
 * ```tsx
 * const price = useSseValue(client, 'tick', (_, event) => Number(event.data), 0, { throttle: 250 });
 * ```
 */
export function useSseValue<Events extends object, K extends EventName<Events>, T>(
  client: SseClient<Events> | null | undefined,
  type: K,
  reducer: Reducer<T, MessageOf<Events, K>>,
  initial: T,
  { throttle = 0 }: ValueOptions = {},
): T {
  const begin = () => liveValue(client, type, reducer, initial, throttle);
  // Not a memo: React may drop those, and what has arrived with it.
  const [value, setValue] = useState(begin);
  let current = value;
  if (value.client !== client || value.type !== type) setValue((current = begin()));
  useInsertionEffect(() => {
    current.reduce = reducer;
    current.throttle = throttle;
  });
  return useSyncExternalStore(current.subscribe, current.getSnapshot, current.getSnapshot);
}
