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
} from 'vue';
import type { ComponentOptions, ComponentUrl, GivenOptions } from './components/component-options.js';
import { createClientStore, type ClientState } from './components/registry.js';
import type { Decoded, DecodeOptions, Impossible } from './decode/decode-options.js';
import type { Unsubscribe } from './listeners.js';
import type { ConnectOptions, SseClientOptions } from './options.js';

export type { ComponentOptions, ComponentUrl } from './components/component-options.js';
export type { Reducer, ValueOptions } from './components/folded-value.js';
export type { ClientState } from './components/registry.js';
export { useFetchSse, type RequestRefs } from './components/vue-request.js';
export { useSecondsToRetry, useSseEvent, useSseValue } from './components/vue-values.js';
export type {
  FoldOptions,
  LatestOptions,
  RequestActions,
  RequestState,
  RequestStatus,
  SendInit,
} from './components/request-state.js';

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

/** Those of `SseClient`, and more, also as refs and getters. Not made from its own type: the compiler couldn't infer `Events`. */
type OptionsArgument<Events extends object> = [Decoded<Events>] extends [never]
  ? [
      options?: MaybeRefOrGetter<
        ConnectOptions &
          ComponentOptions &
          DecodeOptions<
            Events,
            Impossible<'say what the JSON holds: useSse<{ tick: Price }>(…), or give schemas'>
          >
      >,
    ]
  : [options: MaybeRefOrGetter<SseClientOptions<Events> & ComponentOptions>];

/**
 * The client of this URL and these options, and its state. All components that ask for the same share one connection: it begins with the first
 * of them, and is closed one macrotask after the last scope has gone. Works in `setup` and in any `effectScope`.
 *
 * The same means: URL and plain options by value; functions, schemas, `signal` and `storage` by reference. Define them outside of your
 * components if several share a connection, or give a `key` that replaces them. When the URL, a plain option or the `key` changes, it connects
 * anew. When a function changes (options may be a getter), the latest one is called; if others hold the connection, too, this scope leaves for
 * one of its own. Of a `signal`, a `storage` or a schema, the first value is kept until the URL, a plain option or the `key` changes.
 *
 * In a `KeepAlive`, a deactivated component lets go of the connection. Activated again, it resumes after the last event ID; while others hold
 * the connection, it misses nothing. If another component has opened a new connection meanwhile, it goes on with that one, and an `overflow`
 * goes to `onError`, or to the console. On a server nothing connects.
 *
 * @param url - `null` for no connection.
 * @param options - Those of `SseClient`, and {@link ComponentOptions}.
 * @throws TypeError for a URL or an option that can't work, with the cure. If a ref becomes one, the connection is closed.
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
export function useSse(
  url: MaybeRefOrGetter<ComponentUrl>,
  options: MaybeRefOrGetter<GivenOptions> = {},
): unknown {
  const read = () => createClientStore(toValue(url), toValue(options));
  let store = read();
  const state = shallowRef(store.initial);
  let isActive: boolean;
  let leave: Unsubscribe | undefined;

  const show = () => {
    state.value = store.getSnapshot();
  };
  const hold = (wanted: boolean) => {
    isActive = wanted;
    leave?.();
    // First, since bad options throw: a scope that has left must not leave again.
    leave = undefined;
    if (wanted) leave = store.subscribe(show);
    show();
  };
  hold(typeof document !== 'undefined');
  // Synchronous, like all watchers here: an attempt starts one microtask after it was asked for, and listeners must be there by then.
  watch(
    () => {
      try {
        return read();
      } catch (error) {
        return { error };
      }
    },
    (next) => {
      if (!('error' in next) && next.identity.text === store.identity.text) {
        store.record(next);
        // Once the scopes that depend on the same refs have read their options, too.
        const recorded = store;
        queueMicrotask(() => {
          recorded.settle();
        });
        return;
      }
      // What can't be read is no URL.
      store = 'error' in next ? createClientStore(null, {}) : next;
      hold(isActive);
      if ('error' in next) throw next.error;
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
  return refs;
}
