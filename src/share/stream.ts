import type { OpenInfo } from '../connection/transport.js';
import type { SseState } from '../connection/state.js';
import type { SseError } from '../errors.js';
import type { EventNotice } from './channel.js';

/** A tab's view of the shared stream: its own connection (the leader), or what the leader posts. */
export interface SharedStream {
  readonly url: string;
  listen(type: string): void;
  listenToAll(): void;
  reconnect(): void;
  stop(): void;
}

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
