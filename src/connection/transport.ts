import type { SseError } from '../errors.js';
import type { SseMessage } from '../message.js';
import type { StreamRequest } from '../stream/open-stream.js';

/**
 * What one attempt asks for, built anew before each. Functions for URL, headers and body have been called; nothing in it waits.
 *
 * @example
 * ```ts
 * const ask = ({ url, method, headers, signal }: TransportRequest) => fetch(url, { method, headers, signal });
 * ```
 */
export interface TransportRequest extends StreamRequest {
  /** The most characters of one event. Past it, the attempt fails with `overflow`. */
  readonly maxEventSize: number;
  /**
   * The event types that have listeners, for a source that delivers only these. The handle reports changes.
   */
  readonly types: Iterable<string>;
  /**
   * A last event ID that can't be sent. It still holds for events until the stream sets another, so a
   * parser starts with it instead of `lastEventId`.
   */
  readonly unsentId?: string | undefined;
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
  /**
   * Bytes arrived, whatever they mean. Call it if you see them: without it, only events show after a
   * sleep that the stream is alive.
   */
  readonly received?: (() => void) | undefined;
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
  /** Nobody listens to this event type any more. */
  unlisten?(type: string): void;
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
