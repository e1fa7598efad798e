import { ReadyState } from './message.js';
import type { SseState } from './transport.js';

/** Before the first `connect()`, and after an orderly close. */
export const CLOSED: SseState = {
  status: 'closed',
  readyState: ReadyState.Closed,
  attempt: 0,
  retryAt: undefined,
  error: undefined,
  transport: undefined,
};

export const READY_STATE = {
  connecting: ReadyState.Connecting,
  open: ReadyState.Open,
  reconnecting: ReadyState.Connecting,
  closed: ReadyState.Closed,
} as const;
