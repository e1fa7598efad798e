import type { SseError } from '../errors.js';
import type { SseMessage } from '../message.js';
import type { FailOn } from '../stream/fail-on.js';
import type { Until } from '../stream/until.js';
import type { NamedTransport } from './choose-transport.js';
import type { StoredIn } from './last-event-id.js';
import type { RefreshAuth } from './refresh-auth.js';
import type { RequestOptions } from './request.js';
import type { RetryOptions } from './retry.js';
import type { SseState } from './state.js';
import type { OpenInfo, TransportRequest } from './transport.js';

/** Everything a connection needs, with defaults filled in and conflicts ruled out. */
export interface ConnectionOptions extends RequestOptions {
  readonly lastEventId: string;
  /** Where the last event ID is kept across reloads. */
  readonly stored?: StoredIn | undefined;
  /** The reconnection time until the server sets another, in ms. */
  readonly retryInterval: number;
  readonly policy: RetryOptions;
  /** The caller's value. With it, the policy also ends what a transport reestablishes by itself. */
  readonly retry?: unknown;
  readonly until?: Until | undefined;
  /** Recognises events that report a failure. */
  readonly failOn?: FailOn | undefined;
  readonly refreshAuth?: RefreshAuth | undefined;
  /** The caller's value. `auto` leaves native if that can't deliver every type. */
  readonly transport?: unknown;
  /** Finds out from the response whether the server could resume. Not every stream needs it. */
  readonly findGap?: ((info: OpenInfo) => SseError | undefined) | undefined;
  /**
   * Chooses for one attempt. `beyondNative`: native gave up, or there's a listener for every type.
   */
  readonly chooseTransport: (request: TransportRequest, beyondNative: boolean) => NamedTransport;
}

/**
 * What a connection reports. Call its methods as its properties: the devtools may replace them at any
 * time.
 */
export interface ConnectionObserver {
  /** Returns `false` if `close()` was called meanwhile: nothing else is reported then. */
  readonly state: (now: SseState) => boolean | undefined;
  readonly open: (info: OpenInfo) => void;
  readonly message: (message: SseMessage) => void;
  /** A block without data set the last event ID. */
  readonly id?: (lastEventId: string) => void;
  readonly error: (error: SseError) => void;
  /** Bytes arrived, whatever they mean. Only builds with checks report it. */
  readonly received?: () => void;
  /** Takes a debug line. Missing unless debugging is on. */
  readonly debug?: ((line: string) => void) | undefined;
}

/** The event types that have listeners. */
export interface Listened {
  readonly types: Set<string>;
  /** There's a listener for every type, whatever its name. */
  all: boolean;
}

/** One URL over time: attempts, and the waits between them. */
export interface Connection {
  readonly state: SseState;
  readonly url: string;
  readonly lastEventId: string;
  /**
   * While it waits, the earliest time for an early attempt, in ms since the epoch: the server made
   * clients wait (`Retry-After`, `retry:`).
   */
  readonly notBefore?: number | undefined;
  /** The lock that the tabs of a shared connection compete for, and whether this tab holds it. */
  readonly shared?: { readonly name: string; readonly leads: boolean } | undefined;
  listen(type: string): void;
  /** This type has no listeners left. */
  unlisten?(type: string): void;
  listenToAll(): void;
  /**
   * Holds the event that's being reported, because it isn't delivered yet: a reload, or `close()`,
   * goes back to before it.
   *
   * @returns A function that releases it, once it's delivered or reported as an error.
   */
  hold(): () => void;
  connect(): void;
  reconnect(): void;
  /** Closes, and forgets the held events: `connect()` requests them again. */
  close(): void;
}

/**
 * Makes the connection of a client: its own, or one that {@link sharedConnection} returns.
 *
 * @example
 * ```ts
 * const share: ConnectionFactory = sharedConnection('prices:user42');
 * const client = new SseClient('/api/prices', { share });
 * ```
 */
export type ConnectionFactory = (options: ConnectionOptions, observer: ConnectionObserver) => Connection;
