import type { SseError } from '../errors.js';
import type { ReadyState } from '../message.js';

/**
 * The state of a client at one moment. Immutable: a new object replaces it when something changed, and only then.
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
  /** `'connecting'` for the first time since `connect()`; `'reconnecting'` after a loss, waiting or trying. */
  readonly status: 'connecting' | 'open' | 'reconnecting' | 'closed';
  /** The same with the numbers of `EventSource`; `'reconnecting'` is `Connecting` there. */
  readonly readyState: ReadyState;
  /** Failures since the last proof of health, which is an event: a server that accepts and drops has not recovered. */
  readonly failures: number;
  /** When the next attempt starts, in ms since the epoch, for a countdown. `undefined` when none is scheduled, or the browser decides. */
  readonly retryAt: number | undefined;
  /** Why it is not open. `undefined` while all is well, and after an orderly close. */
  readonly error: SseError | undefined;
  /** What carries the stream or tries to: `'native'`, `'fetch'`, or the name of a custom transport. */
  readonly transport: string | undefined;
}

/** As numbers, so that a page that does not import the enumeration does not load it either. */
const NUMBERS = { connecting: 0, open: 1, reconnecting: 0, closed: 2 };

export const READY_STATE = NUMBERS as unknown as Readonly<Record<SseState['status'], ReadyState>>;

/** Before the first `connect()`, and after an orderly close. */
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
