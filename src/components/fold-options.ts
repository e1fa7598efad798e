import type { SseMessage } from '../message.js';
import type { Initial, Reducer } from './folded-value.js';

/**
 * What `useFetchSse` takes beyond the options of `fetchSse`.
 *
 * @example
 * ```ts
 * const fold: FoldOptions<string, string> = { initial: '', reduce: (all, { data }) => all + data };
 * ```
 */
export interface FoldOptions<T, Data> {
  /**
   * Makes the next value from the current one and an event. If it throws, that's reported and the
   * value stays.
   */
  readonly reduce: Reducer<T, SseMessage<Data>>;
  /** Where each request starts. */
  readonly initial: T;
  /**
   * Shows a new value at most once in this many ms. Default `16`, about a frame. A timer does it,
   * because frames stop in hidden tabs.
   */
  readonly throttle?: number | undefined;
}

/** {@link FoldOptions} of an overload that stands last: see {@link Initial}. */
export interface AnyFold<T, Returned> {
  readonly reduce: (value: T, message: SseMessage<never>) => Returned;
  readonly initial: Initial<T, Returned>;
  readonly throttle?: number | undefined;
}

/**
 * Without `reduce`, the value is the payload of the latest event; `undefined` until the first.
 *
 * @example
 * ```ts
 * const options: LatestOptions = { throttle: 100 };
 * ```
 */
export interface LatestOptions {
  readonly reduce?: undefined;
  readonly initial?: undefined;
  /** Shows a new value at most once in this many ms. Default `16`. */
  readonly throttle?: number | undefined;
}
