import {
  computed,
  getCurrentInstance,
  getCurrentScope,
  onActivated,
  onDeactivated,
  onScopeDispose,
  shallowRef,
  toValue,
  watch,
  type ComputedRef,
  type MaybeRefOrGetter,
} from 'vue';
import type { ComponentOptions, ComponentUrl } from './components/component-options.js';
import { createClientStore, type ClientState } from './components/registry.js';
import type { Decoded } from './decode/decode-options.js';
import type { Impossible } from './impossible.js';
import type { Unsubscribe } from './listeners.js';
import type { ClientArgument, WithoutOptions } from './options.js';

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
 * const { client, status }: ClientRefs<{ tick: string }> = useSse<{ tick: string }>('/api/prices');
 * ```
 */
export type ClientRefs<Events extends object = Record<string, string>> = {
  readonly [Part in keyof ClientState<Events>]: ComputedRef<ClientState<Events>[Part]>;
};

/**
 * The options of `SseClient`, and more, also as refs and getters. They aren't derived from its
 * type, because the compiler couldn't infer `Events`.
 */
type OptionsArgument<Events extends object> = [Decoded<Events>] extends [never]
  ? [options?: MaybeRefOrGetter<ClientArgument<Events> & ComponentOptions>]
  : [options: MaybeRefOrGetter<ClientArgument<Events> & ComponentOptions>];

/** @hidden */
export function useSse<Events extends object>(...forgotten: WithoutOptions<Events>): ClientRefs<Events>;
/**
 * Returns the client of this URL and these options, and its state. All components that ask for the
 * same share one connection. It starts with the first of them, and closes one macrotask after the
 * last scope has ended, so that route changes don't reconnect. Works in `setup` and in any
 * `effectScope`.
 *
 * URL and plain options are compared by value; functions, schemas, `signal` and `storage` by
 * reference. If several components share a connection, define those outside of them, or give a
 * `key` that replaces them. When the URL, a plain option or the `key` changes, it reconnects. When
 * a function changes (options may be a getter), the latest one is called; if others hold the
 * connection too, this scope moves to one of its own. A `signal`, a `storage` and schemas keep
 * their first value until the URL, a plain option or the `key` changes.
 *
 * In a `KeepAlive`, a deactivated component leaves the connection. Activated again, it resumes
 * after the last event ID; while others hold the connection, it misses nothing. If another
 * component has opened a new connection meanwhile, it continues with that one, and an `overflow`
 * goes to `onError`, or to the console. On a server nothing connects.
 *
 * @param url - `null` for no connection.
 * @param options - The options of `SseClient`, and {@link ComponentOptions}.
 * @throws TypeError for a URL or an option that can't work, with the cure. If a ref becomes one,
 * the connection is closed.
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
  given: MaybeRefOrGetter<ComponentUrl> | Impossible<string>,
  options: MaybeRefOrGetter<object> = {},
): unknown {
  const url = given as MaybeRefOrGetter<ComponentUrl>;
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
    // First, because bad options throw: a scope must not leave twice.
    leave = undefined;
    if (wanted) leave = store.subscribe(show);
    show();
  };
  hold(typeof document !== 'undefined');
  // Synchronous, like all watchers here: an attempt starts after one microtask, and needs its
  // listeners by then.
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
        // Later, when all scopes that depend on the same refs have read their options.
        const recorded = store;
        queueMicrotask(() => {
          recorded.settle();
        });
        return;
      }
      // Options that throw count as no URL.
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
  // Not in a store of Pinia or another scope of its own: that outlives the component that is set up.
  const component = getCurrentInstance() as { readonly scope?: unknown } | null;
  if (component?.scope === getCurrentScope()) {
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
