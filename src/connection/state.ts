import type { SseError } from '../errors.js';
import type { ReadyState } from '../message.js';

/**
 * The state of a client at one moment. It's immutable: a new object replaces it when something
 * changes, and only then.
 *
 * @example
 * ```ts
 * client.subscribe(({ status, retryAt }: SseState) => {
 *   lamp.textContent = status;
 *   if (retryAt) countdown(retryAt - Date.now());
 * });
 * ```
 */
export interface SseState {
  /**
   * `'connecting'` during the first attempt after `connect()`; `'reconnecting'` after a failure,
   * while it waits or tries.
   */
  readonly status: 'connecting' | 'open' | 'reconnecting' | 'closed';
  /** The same with the numbers of `EventSource`, where `'reconnecting'` is `Connecting`. */
  readonly readyState: ReadyState;
  /**
   * Failures since the last event. Opening doesn't reset it: a server that accepts and drops hasn't
   * recovered.
   */
  readonly failures: number;
  /**
   * When the next attempt starts, in ms since the epoch, for a countdown. `undefined` if none is
   * scheduled, or if the browser decides.
   */
  readonly retryAt: number | undefined;
  /**
   * Why the stream isn't open. `undefined` while all is well, and after a close without a failure.
   */
  readonly error: SseError | undefined;
  /** The transport in use: `'native'`, `'fetch'`, or the name of a custom transport. */
  readonly transport: string | undefined;
}

/** Plain numbers, so a page that doesn't import the enum doesn't load it. */
const NUMBERS = { connecting: 0, open: 1, reconnecting: 0, closed: 2 };

export const READY_STATE = NUMBERS as unknown as Readonly<Record<SseState['status'], ReadyState>>;

/**
 * The state before the first `connect()`. After a close without a failure, only `transport`
 * differs.
 */
export const CLOSED: SseState = {
  status: 'closed',
  readyState: READY_STATE.closed,
  failures: 0,
  retryAt: undefined,
  error: undefined,
  transport: undefined,
};

/** Whether two states hold the same values. */
export function isSameState(a: SseState, b: SseState): boolean {
  return (Object.keys(a) as (keyof SseState)[]).every((key) => a[key] === b[key]);
}
