import { useInsertionEffect, useState, useSyncExternalStore } from 'react';
import type { UrlSource } from '../connection/request-options.js';
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

/**
 * {@link RequestState} and {@link RequestActions} in one.
 *
 * @example
 * ```ts
 * const isBusy = ({ status }: RequestHook<string>) => ['sending', 'streaming'].includes(status);
 * ```
 */
export interface RequestHook<T> extends RequestState<T>, RequestActions<T> {}

/**
 * One request at a time over `fetchSse`, as state: for a chat, or any other answer that streams.
 * Nothing is sent until you call `send`, and nothing is sent twice.
 *
 * A new `send` stops the previous request, also at the server; so does unmounting. React runs the
 * same cleanup for a component that `Activity` hides, so hiding stops it too. The value stays after
 * the end, a stop and a failure. It renders when the status changes, and for values at most every
 * `throttle` ms.
 *
 * @param url - The URL and the options of the latest render count when you send.
 * @param options - The options of `fetchSse`, plus `reduce`, `initial` and `throttle`.
 *
 * @example
 * ```tsx
 * function Chat() {
 *   const { send, stop, value, status, error } = useFetchSse('/api/chat', {
 *     until: '[DONE]',
 *     initial: '',
 *     reduce: (text, { data }) => text + data,
 *   });
 *   const isBusy = status === 'sending' || status === 'streaming';
 *   return (
 *     <form action={(form) => void send({ json: { prompt: form.get('prompt') } })}>
 *       <p>{error ? error.message : value}</p>
 *       <input name="prompt" />
 *       {isBusy ? <button type="button" onClick={stop}>Stop</button> : <button>Send</button>}
 *     </form>
 *   );
 * }
 * ```
 */
export function useFetchSse<T>(
  url: UrlSource,
  options: FetchSseArgument & AsText & FoldOptions<T, string>,
): RequestHook<T>;
export function useFetchSse<T, Output>(
  url: UrlSource,
  options: FetchSseArgument & BySchema<Output> & FoldOptions<T, Output>,
): RequestHook<T>;
export function useFetchSse<T, Data>(
  url: UrlSource,
  options: FetchSseArgument & AsValue<Data> & FoldOptions<T, Data>,
): RequestHook<T>;
export function useFetchSse(
  url: UrlSource,
  options?: FetchSseArgument & AsText & LatestOptions,
): RequestHook<string | undefined>;
export function useFetchSse<Output>(
  url: UrlSource,
  options: FetchSseArgument & BySchema<Output> & LatestOptions,
): RequestHook<Output | undefined>;
/** @hidden Never matches. With four overloads, the compiler only says what's wrong with the last one. */
export function useFetchSse<T>(url: never, options: never): RequestHook<T>;
export function useFetchSse<Data = unknown>(
  url: UrlSource,
  options: FetchSseArgument & AsValue<Data> & LatestOptions,
): RequestHook<Data | undefined>;
/** @hidden */
export function useFetchSse<T, Returned>(
  url: UrlSource,
  options: AnyArgument & (AnyFold<T, Returned> | LatestOptions),
): never;
export function useFetchSse(url: UrlSource, options: object = {}): unknown {
  const given = () => ({ url, options: options as GivenRequest });
  const [store] = useState(() => new RequestStore(given));
  useInsertionEffect(() => {
    store.given = given;
  });
  const state = useSyncExternalStore(store.subscribe, store.getSnapshot, store.getSnapshot);
  const { send, stop, reset } = store;
  return { ...state, send, stop, reset };
}
