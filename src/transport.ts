import type { SseError } from './errors.js';
import type { ReadyState, SseMessage } from './message.js';

/**
 * What one attempt asks for, built anew before each. Functions for URL, headers and body have been called; nothing in it waits.
 *
 * @example
 * ```ts
 * const ask = ({ url, method, headers, signal }: TransportRequest) => fetch(url, { method, headers, signal });
 * ```
 */
export interface TransportRequest {
  /** Absolute, with the last event ID in it where a query parameter carries it. */
  readonly url: string;
  /** The id to resume after, `''` for none. A transport that can send `Last-Event-ID` sends it. */
  readonly lastEventId: string;
  readonly withCredentials: boolean;
  /** Aborts when the attempt is over for the client: closed, superseded or given up. Stop, release everything, report nothing more. */
  readonly signal: AbortSignal;
  readonly method: string;
  /** The caller's headers; those of the protocol are the transport's to add. */
  readonly headers: Headers;
  readonly body: BodyInit | null | undefined;
  /** `'manual'`: a redirect is an error, since the request carries what must not go elsewhere. */
  readonly redirect: 'follow' | 'manual';
  /** ms without response headers, and without a single byte, after which the attempt fails with `timeout`. */
  readonly openTimeout?: number | undefined;
  readonly idleTimeout?: number | undefined;
  /** Characters after which an event fails the attempt with `overflow`. */
  readonly maxEventSize: number;
  readonly fetch: typeof fetch;
  /** The event types that somebody listens to, for a source that must be asked for each. More may follow through the handle. */
  readonly types: Iterable<string>;
}

/**
 * What is known when a stream opens.
 *
 * @example
 * ```ts
 * client.onOpen(({ transport, status, lastEventId }: OpenInfo) => log(transport, status, lastEventId));
 * ```
 */
export interface OpenInfo {
  /** The URL that answered, after redirects where the transport can see them. */
  readonly url: string;
  /** `'native'`, `'fetch'`, or the name of a custom transport. */
  readonly transport: string;
  /** HTTP status. Fetch only: native `EventSource` does not tell. */
  readonly status?: number | undefined;
  /** Response headers, as far as CORS shows them. Fetch only. */
  readonly headers?: Headers | undefined;
  /** The id that the stream was to resume after; `''` for none. */
  readonly lastEventId: string;
}

/**
 * Where one attempt reports to. After `fail` or `end`, or once the request's signal has aborted, it is deaf.
 *
 * @example
 * ```ts
 * function replay(saved: readonly SseMessage[], sink: TransportSink): void {
 *   for (const message of saved) sink.message(message);
 *   sink.end();
 * }
 * ```
 */
export interface TransportSink {
  /** The server answered with an event stream. */
  readonly open: (info: Omit<OpenInfo, 'transport' | 'lastEventId'>) => void;
  /** An event, with its data as it came. */
  readonly message: (message: SseMessage) => void;
  /** The last event ID was set by a block without data. */
  readonly id: (lastEventId: string) => void;
  /** The server set the reconnection time, in ms. */
  readonly reconnectionTime: (ms: number) => void;
  /** The stream broke, and the transport reestablishes it by itself. */
  readonly reestablishing: (error: SseError) => void;
  /** The attempt failed and is over. */
  readonly fail: (error: SseError) => void;
  /** The server ended the stream in order. */
  readonly end: () => void;
}

/**
 * What a running attempt can still be told.
 *
 * @example
 * ```ts
 * const handle: TransportHandle = { listen: (type) => log('somebody wants', type) };
 * ```
 */
export interface TransportHandle {
  /** Somebody began to listen to this event type. */
  listen(type: string): void;
}

/**
 * One attempt at a stream: starts at once, reports to the sink, stops when `request.signal` aborts. It knows nothing of retries.
 *
 * @example
 * ```ts
 * const everySecond: Transport = ({ url, signal }, sink) => {
 *   sink.open({ url });
 *   const timer = setInterval(() => {
 *     sink.message({ type: 'tick', data: '42', lastEventId: '', origin: '', raw: '42' });
 *   }, 1000);
 *   signal.addEventListener('abort', () => clearInterval(timer));
 *   return undefined;
 * };
 * const client = new SseClient<{ tick: string }>('/api/prices', { transport: everySecond });
 * ```
 */
export type Transport = (request: TransportRequest, sink: TransportSink) => TransportHandle | undefined;

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
  readonly attempt: number;
  /** When the next attempt starts, in ms since the epoch, for a countdown. `undefined` when none is scheduled, or the browser decides. */
  readonly retryAt: number | undefined;
  /** Why it is not open. `undefined` while all is well, and after an orderly close. */
  readonly error: SseError | undefined;
  /** What carries the stream or tries to: `'native'`, `'fetch'`, or the name of a custom transport. */
  readonly transport: string | undefined;
}

/** Who is told of what happens on a connection. */
export interface ConnectionObserver {
  readonly state: (now: SseState) => void;
  readonly open: (info: OpenInfo) => void;
  /** `idBefore`: the last event ID before it, to go back to if the event is never handed on. */
  readonly message: (message: SseMessage, idBefore?: string) => void;
  /** The last event ID was set by a block without data. */
  readonly id?: () => void;
  readonly error: (error: SseError) => void;
  /** The last event ID before the first message that an asynchronous schema still keeps from being handed on; `undefined` if all are. */
  readonly undelivered?: (() => string | undefined) | undefined;
  /** Takes a line for those who debug, where somebody does. */
  readonly note?: ((line: string) => void) | undefined;
}

/** One URL over time: attempts, and the waits between them. */
export interface Connection {
  readonly state: SseState;
  readonly url: string;
  readonly lastEventId: string;
  listen(type: string): void;
  /** Somebody wants every event, of whatever type. */
  listenToAll(): void;
  connect(): void;
  reconnect(): void;
  /** `resumeAfter`: what came after this id was not handed on, and is to be asked for again. */
  close(resumeAfter?: string): void;
}
