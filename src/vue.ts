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
import { clientStore, type ClientState, type ComponentUrl } from './components/registry.js';
import { liveValue, type Reducer, type ValueOptions } from './components/folded-value.js';
import type { SseClient } from './client.js';
import type { Decoded, DecodeOptions, Impossible } from './decode/decode-options.js';
import type { Unsubscribe } from './listeners.js';
import type { EventName, MessageOf } from './message.js';
import type { ConnectOptions, SseClientOptions } from './options.js';

export type { ClientState, ComponentUrl } from './components/registry.js';
export type { Reducer, ValueOptions } from './components/folded-value.js';

/**
 * {@link ClientState}, a ref for each part.
 *
 * @example
 * ```ts
 * const { client, status, error }: ClientRefs<{ tick: string }> = useSse<{ tick: string }>('/api/prices');
 * ```
 */
export type ClientRefs<Events extends object = Record<string, string>> = {
  readonly [Part in keyof ClientState<Events>]: ComputedRef<ClientState<Events>[Part]>;
};

/** As those of `SseClient`, but for refs and getters. Not made from them: the compiler could not infer `Events`. */
type OptionsArgument<Events extends object> = [Decoded<Events>] extends [never]
  ? [
      options?: MaybeRefOrGetter<
        ConnectOptions &
          DecodeOptions<
            Events,
            Impossible<'say what the JSON holds: useSse<{ tick: Price }>(…), or give schemas'>
          >
      >,
    ]
  : [options: MaybeRefOrGetter<SseClientOptions<Events>>];

/**
 * The client of this URL and these options, and its state. However many components ask for the same, by value, there is one connection: it
 * begins with the first of them and is closed one macrotask after the last scope has gone. Works in `setup` and in any `effectScope`.
 *
 * When the URL changes, or an option, it connects anew. Inline functions and schemas among the options are no such change: the latest are
 * called; where several scopes share a connection, those of the one that has held it for longest. (A function with another name is another
 * option.) Objects such as a `signal`, a `storage` or a `Blob` count by identity.
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
  ...options: OptionsArgument<Events>
): ClientRefs<Events>;
export function useSse<Events extends object>(
  url: MaybeRefOrGetter<ComponentUrl>,
  options: MaybeRefOrGetter<object> = {},
): ClientRefs<Events> {
  const fresh = () => clientStore<Events>(toValue(url), toValue(options));
  let store = fresh();
  const state = shallowRef(store.initial);
  let isActive: boolean;
  let leave: Unsubscribe | undefined;

  const show = () => {
    state.value = store.getSnapshot();
  };
  const hold = (wanted: boolean) => {
    isActive = wanted;
    leave?.();
    // First, since bad options throw: who has left must not leave again.
    leave = undefined;
    if (wanted) leave = store.subscribe(show);
    show();
  };
  hold(typeof document !== 'undefined');
  // Synchronous, as all that listens here: an attempt starts a microtask after it was asked for, and nobody may come late.
  watch(
    fresh,
    (next) => {
      if (next.key === store.key) store.options = next.options;
      else {
        store = next;
        hold(isActive);
      }
    },
    { flush: 'sync' },
  );
  const release = () => {
    hold(false);
  };
  onScopeDispose(release);
  if (getCurrentInstance()) {
    onDeactivated(release);
    onActivated(() => {
      hold(true);
    });
  }

  const refs: Record<string, unknown> = {};
  for (const part in store.initial) {
    refs[part] = computed(() => state.value[part as keyof ClientState]);
  }
  return refs as unknown as ClientRefs<Events>;
}

/**
 * Calls `handler` for every event of a type, in order, until the scope is disposed of. In a deactivated component, too: while others hold the
 * connection, it misses nothing.
 *
 * @param client - Of {@link useSse}, or one of your own (in a `shallowRef`, since it must not be made reactive); `null` for nothing yet.
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
  follow(client, type, (client, type) => client?.on(type, handler));
}

/**
 * The events of a type folded into one value, as a ref. With another client or another type the value begins anew at `initial`.
 *
 * @param client - Of {@link useSse}, or one of your own (in a `shallowRef`, since it must not be made reactive); `null` for nothing yet.
 * @param reducer - Must return a new value, not change the old one. One that throws is reported, and the value stays.
 *
 * @example
 * ```ts
 * const price = useSseValue(client, 'tick', (_, event) => Number(event.data), 0, { throttle: 250 });
 * ```
 */
export function useSseValue<Events extends object, K extends EventName<Events>, T>(
  client: MaybeRefOrGetter<SseClient<Events> | null | undefined>,
  type: MaybeRefOrGetter<K>,
  reducer: Reducer<T, MessageOf<Events, K>>,
  initial: T,
  { throttle = 0 }: ValueOptions = {},
): Readonly<ShallowRef<T>> {
  const shown: ShallowRef<T> = shallowRef(initial);
  follow(client, type, (client, type) => {
    const value = liveValue(client, type, reducer, initial, throttle);
    const show = () => {
      shown.value = value.getSnapshot();
    };
    show();
    return value.subscribe(show);
  });
  return shown;
}

/** Subscribes to this client for as long as it is the one, and to the next then. */
function follow<Events extends object, K>(
  client: MaybeRefOrGetter<SseClient<Events> | null | undefined>,
  type: MaybeRefOrGetter<K>,
  subscribe: (client: SseClient<Events> | null | undefined, type: K) => Unsubscribe | undefined,
): void {
  watch(
    () => [toValue(client), toValue(type)] as const,
    (now, _, onCleanup) => {
      const unsubscribe = subscribe(...now);
      if (unsubscribe) onCleanup(unsubscribe);
    },
    { immediate: true, flush: 'sync' },
  );
}
