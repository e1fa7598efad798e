import type { OpenInfo } from '../connection/transport.js';
import type { SseState } from '../connection/state.js';
import type { SseError } from '../errors.js';
import type { EventNotice } from './channel.js';

/** What a shared stream reports to its tab. */
export interface StreamObserver {
  /** @param hasFailed - The error in the state is new. */
  readonly state: (now: SseState, hasFailed: boolean) => void;
  readonly open: (info: OpenInfo) => void;
  readonly message: (event: EventNotice) => void;
  /** The last event ID changed, without an event for this tab. */
  readonly id: (lastEventId: string) => void;
  /** An error that isn't part of the state. */
  readonly error: (error: SseError) => void;
}
