import { computed, onScopeDispose, toValue, type ComputedRef, type MaybeRefOrGetter } from 'vue';
import type { AsText, AsValue, BySchema } from '../decode/decode.js';
import type { AnyArgument, FetchSseArgument } from '../fetch-sse.js';
import {
  RequestStore,
  type AnyFold,
  type FoldOptions,
  type GivenRequest,
  type LatestOptions,
  type RequestActions,
  type RequestState,
} from './request-state.js';
import { useStore } from './vue-store.js';

/**
 * {@link RequestState}, a ref for each part, and {@link RequestActions}.
 *
 * @example
 * ```ts
 * const isBusy = ({ status }: RequestRefs<string>) => ['sending', 'streaming'].includes(status.value);
 * ```
 */
export type RequestRefs<T> = RequestActions<T> & {
  readonly [Part in keyof RequestState<T>]: ComputedRef<RequestState<T>[Part]>;
};

/**
 * One request at a time over `fetchSse`, as refs: for a chat, or any other answer that streams.
 * Nothing is sent until you call `send`, and nothing is sent twice. Works in `setup` and in any
 * `effectScope`.
 *
 * A new `send` stops the previous request, also at the server; so does the end of the scope. A
 * deactivated component in a `KeepAlive` keeps receiving. The value stays after the end, a stop and
 * a failure. It changes at most every `throttle` ms.
 *
 * @param url - It and the options are read when you send.
 * @param options - The options of `fetchSse`, plus `reduce`, `initial` and `throttle`.
 *
 * @example
 * ```ts
 * const { send, stop, value, status, error } = useFetchSse('/api/chat', {
 *   until: '[DONE]',
 *   initial: '',
 *   reduce: (text, { data }) => text + data,
 * });
 * const ask = (prompt: string) => send({ json: { prompt } });
 * ```
 */
export function useFetchSse<T>(
  url: MaybeRefOrGetter<string | URL>,
  options: MaybeRefOrGetter<FetchSseArgument & AsText & FoldOptions<T, string>>,
): RequestRefs<T>;
export function useFetchSse<T, Output>(
  url: MaybeRefOrGetter<string | URL>,
  options: MaybeRefOrGetter<FetchSseArgument & BySchema<Output> & FoldOptions<T, Output>>,
): RequestRefs<T>;
export function useFetchSse<T, Data>(
  url: MaybeRefOrGetter<string | URL>,
  options: MaybeRefOrGetter<FetchSseArgument & AsValue<Data> & FoldOptions<T, Data>>,
): RequestRefs<T>;
export function useFetchSse(
  url: MaybeRefOrGetter<string | URL>,
  options?: MaybeRefOrGetter<FetchSseArgument & AsText & LatestOptions>,
): RequestRefs<string | undefined>;
export function useFetchSse<Output>(
  url: MaybeRefOrGetter<string | URL>,
  options: MaybeRefOrGetter<FetchSseArgument & BySchema<Output> & LatestOptions>,
): RequestRefs<Output | undefined>;
/** @hidden Never matches. With four overloads, the compiler only says what's wrong with the last one. */
export function useFetchSse<T>(url: never, options: never): RequestRefs<T>;
export function useFetchSse<Data = unknown>(
  url: MaybeRefOrGetter<string | URL>,
  options: MaybeRefOrGetter<FetchSseArgument & AsValue<Data> & LatestOptions>,
): RequestRefs<Data | undefined>;
/** @hidden */
export function useFetchSse<T, Returned>(
  url: MaybeRefOrGetter<string | URL>,
  options: AnyArgument & (AnyFold<T, Returned> | LatestOptions),
): never;
export function useFetchSse(
  url: MaybeRefOrGetter<string | URL>,
  options: MaybeRefOrGetter<object> = {},
): unknown {
  const given = () => ({ url: toValue(url), options: toValue(options) as GivenRequest });
  const store = new RequestStore(given);
  const state = useStore([], () => store);
  const { send, stop, reset } = store;
  onScopeDispose(stop);
  return {
    send,
    stop,
    reset,
    status: computed(() => state.value.status),
    value: computed(() => state.value.value),
    error: computed(() => state.value.error),
  };
}
