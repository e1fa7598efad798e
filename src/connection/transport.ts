import type { SseError } from '../errors.js';
import type { SseMessage } from '../message.js';
import type { StreamRequest } from '../stream/open-stream.js';

/**
 * The request of one attempt, built again for each. Your functions for URL, headers and body have
 * already been called.
 *
 * @example
 * ```ts
 * const send = ({ url, method, headers, signal }: TransportRequest) =>
 *   fetch(url, { method, headers, signal });
 * ```
 */
export interface TransportRequest extends StreamRequest {
  /** The most characters that one event may have. Past that, the attempt fails with `overflow`. */
  readonly maxEventSize: number;
  /**
   * The event types that have listeners, for a source that delivers only these. Changes go to the
   * handle that you return.
   */
  readonly types: Iterable<string>;
  /**
   * The last event ID, if it can't be sent. It still applies to events until the stream sets
   * another, so a parser starts with it instead of `lastEventId`.
   */
  readonly unsentId?: string | undefined;
  /** The query parameter that carries the last event ID. The URL has it already. */
  readonly lastEventIdParam?: string | undefined;
}

/**
 * What is known when a stream opens.
 *
 * @example
 * ```ts
 * client.onOpen(({ transport, status, lastEventId }: OpenInfo) => {
 *   log(transport, status, lastEventId);
 * });
 * ```
 */
export interface OpenInfo {
  /** The URL that answered, after redirects if the transport can see them. */
  readonly url: string;
  /** `'native'`, `'fetch'`, or the name of a custom transport. */
  readonly transport: string;
  /** HTTP status, unless the transport hides it, as native `EventSource` does. */
  readonly status?: number | undefined;
  /** Response headers, as far as CORS exposes them. Native `EventSource` hides them. */
  readonly headers?: Headers | undefined;
  /** The ID that the stream should resume after; `''` for none. */
  readonly lastEventId: string;
}

/**
 * Where one attempt reports. After `fail` or `end`, or once the request's signal has aborted, it
 * ignores every call.
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
  /** An event, with its data as the server sent it. */
  readonly message: (message: SseMessage) => void;
  /**
   * Bytes arrived, whatever they mean. Call it if you see them. Without it, only events can show
   * after a sleep that the stream is alive.
   */
  readonly received?: (() => void) | undefined;
  /** A block without data set the last event ID. */
  readonly id: (lastEventId: string) => void;
  /** The server set the reconnection time, in ms. */
  readonly reconnectionTime: (ms: number) => void;
  /** The stream broke, and the transport reestablishes it by itself. */
  readonly reestablishing: (error: SseError) => void;
  /** The attempt failed and is over. */
  readonly fail: (error: SseError) => void;
  /** The server ended the stream normally. */
  readonly end: () => void;
}

/**
 * Passes changes to a running attempt.
 *
 * @example
 * ```ts
 * const handle: TransportHandle = { listen: (type) => log('has a listener now:', type) };
 * ```
 */
export interface TransportHandle {
  /** This event type has a listener now. */
  listen(type: string): void;
  /** This event type has no listeners left. */
  unlisten?(type: string): void;
}

/**
 * Makes one attempt at a stream: starts at once, reports to the sink, and stops when
 * `request.signal` aborts. It knows nothing about retries.
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
