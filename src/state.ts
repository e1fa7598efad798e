import type { ReadyState } from './message.js';
import type { SseState } from './transport.js';

/** As numbers, so that a page that does not import the enumeration does not load it either. */
const NUMBERS = { connecting: 0, open: 1, reconnecting: 0, closed: 2 };

export const READY_STATE = NUMBERS as unknown as Readonly<Record<SseState['status'], ReadyState>>;

/** Before the first `connect()`, and after an orderly close. */
export const CLOSED: SseState = {
  status: 'closed',
  readyState: READY_STATE.closed,
  attempt: 0,
  retryAt: undefined,
  error: undefined,
  transport: undefined,
};
