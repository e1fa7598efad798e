import {
  computed,
  getCurrentInstance,
  onActivated,
  onDeactivated,
  onScopeDispose,
  shallowRef,
  toValue,
  watch,
  type ComputedRef,
  type MaybeRefOrGetter,
  type ShallowRef,
} from 'vue';
import { ClientStore, keyOf, type ClientState, type ComponentUrl } from './client-registry.js';
import { LiveValue, type Reducer, type ValueOptions } from './live-value.js';
import type { SseClient } from './client.js';
import type { Unsubscribe } from './listeners.js';
import type { EventName, MessageOf } from './message.js';
import type { OptionsArgument } from './options.js';

export type { ClientState, ComponentUrl } from './client-registry.js';
export type { Reducer, ValueOptions } from './live-value.js';

/** {@link ClientState}, a ref for each part. */
export type ClientRefs<Events extends object = Record<string, string>> = {
  readonly [Part in keyof ClientState<Events>]: ComputedRef<ClientState<Events>[Part]>;
};

/** Where options may be left out, they may be left out here, too. */
type MaybeOptions<Arguments extends readonly unknown[]> = {
  [I in keyof Arguments]: MaybeRefOrGetter<Arguments[I]>;
};

/**
 * The client of this URL and these options, and its state. However many components ask for the same, by value, there is one connection: it
 * begins with the first of them and is closed one macrotask after the last scope has gone. Works in `setup` and in any `effectScope`.
 *
 * When the URL changes, or an option, it connects anew. Functions and schemas among the options are no such change: the latest are called;
 * where several scopes share a connection, those of the one that has held it for longest. Objects such as a `signal`, a `storage` or a
 * `Blob` count by identity.
 *
 * In a `KeepAlive`, a deactivated component lets go of the connection. Activated again, it resumes after the last event ID. On a server nothing is
 * connected.
 *
 * @param url - `null` for no connection.
 * @throws TypeError for a URL or an option that cannot work, with the cure.
 *
 * @example
 * ```ts
 * const { client, status } = useSse<{ lol: string }>('/api/sse');
 * const text = useSseValue(client, 'lol', (text, event) => text + event.data, '');
 * ```
 */
export function useSse<Events extends object = Record<string, string>>(
  url: MaybeRefOrGetter<ComponentUrl>,
  ...options: MaybeOptions<OptionsArgument<Events>>
): ClientRefs<Events>;
export function useSse<Events extends object>(
  url: MaybeRefOrGetter<ComponentUrl>,
  options: MaybeRefOrGetter<object> = {},
): ClientRefs<Events> {
  const given = () => {
    const [at, how] = [toValue(url), toValue(options)];
    return { key: keyOf(at, how), at, how };
  };
  const { key, at, how } = given();
  let store = new ClientStore<Events>(key, at, how);
  const state = shallowRef(store.getInitial());
  let isActive = typeof document !== 'undefined';
  let leave: Unsubscribe | undefined;

  const show = () => {
    state.value = store.getSnapshot();
  };
  const exit = () => {
    leave?.();
    leave = undefined;
  };
  const enter = () => {
    if (!isActive) return;
    leave ??= store.subscribe(show);
    show();
  };
  enter();
  // Synchronous, as all that listens here: an attempt starts a microtask after it was asked for, and nobody may come late.
  watch(
    given,
    ({ key, at, how }) => {
      if (key === store.key) store.options = how;
      else {
        exit();
        store = new ClientStore(key, at, how);
        show();
        enter();
      }
    },
    { flush: 'sync' },
  );
  onScopeDispose(exit);
  if (getCurrentInstance()) {
    onDeactivated(() => {
      isActive = false;
      exit();
    });
    onActivated(() => {
      isActive = true;
      enter();
    });
  }

  const parts = Object.keys(state.value) as (keyof ClientState<Events>)[];
  return Object.fromEntries(
    parts.map((part) => [part, computed(() => state.value[part])]),
  ) as unknown as ClientRefs<Events>;
}

/**
 * Calls `handler` for every event of a type, in order, until the scope is disposed of. In a deactivated component, too: while others hold the
 * connection, it misses nothing.
 *
 * @param client - Of {@link useSse}, or one of your own (in a `shallowRef`, since it must not be made reactive); `null` for nothing yet.
 *
 * @example
 * ```ts
 * useSseEvent(client, 'alarm', (event) => toast(event.data));
 * ```
 */
export function useSseEvent<Events extends object, K extends EventName<Events>>(
  client: MaybeRefOrGetter<SseClient<Events> | null | undefined>,
  type: MaybeRefOrGetter<K>,
  handler: (event: MessageOf<Events, K>) => void,
): void {
  watch(
    () => ({ client: toValue(client), type: toValue(type) }),
    ({ client, type }, _, onCleanup) => {
      if (client) onCleanup(client.on(type, handler));
    },
    { immediate: true, flush: 'sync' },
  );
}

/**
 * The events of a type folded into one value, as a ref. With another client or another type the value begins anew at `initial`.
 *
 * @param client - Of {@link useSse}, or one of your own (in a `shallowRef`, since it must not be made reactive); `null` for nothing yet.
 * @param reducer - Must return a new value, not change the old one. One that throws is reported, and the value stays.
 *
 * @example
 * ```ts
 * const price = useSseValue(client, 'tick', (_, event) => event.data.price, 0, { throttle: 250 });
 * ```
 */
export function useSseValue<Events extends object, K extends EventName<Events>, T>(
  client: MaybeRefOrGetter<SseClient<Events> | null | undefined>,
  type: MaybeRefOrGetter<K>,
  reducer: Reducer<T, MessageOf<Events, K>>,
  initial: T,
  { throttle = 0 }: ValueOptions = {},
): ComputedRef<T> {
  const shown: ShallowRef<T> = shallowRef(initial);
  watch(
    () => ({ client: toValue(client), type: toValue(type) }),
    ({ client, type }, _, onCleanup) => {
      const value = new LiveValue(client, type, reducer, initial);
      value.throttle = throttle;
      const show = () => {
        shown.value = value.getSnapshot();
      };
      onCleanup(value.subscribe(show));
      show();
    },
    { immediate: true, flush: 'sync' },
  );
  return computed(() => shown.value);
}
