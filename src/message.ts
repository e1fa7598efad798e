/**
 * The state of a client, with the numbers of `EventSource.CONNECTING`, `OPEN` and `CLOSED`.
 *
 * @example
 * ```ts
 * if (client.readyState === ReadyState.Closed) client.connect();
 * ```
 */
export enum ReadyState {
  /** 0: connecting for the first time, or again after a loss. */
  Connecting = 0,
  /** 1: the server answered with an event stream. */
  Open = 1,
  /** 2: closed by {@link SseClient.close}, complete, or given up. */
  Closed = 2,
}

/**
 * One event of the stream.
 *
 * @typeParam T - The payload: the string that the server sent, or what `decode` or `schemas` made
 * of it.
 * @typeParam K - The event type; a union of these narrows by `type`.
 *
 * @example
 * ```ts
 * const last: SseMessage[] = [];
 * client.onMessage((message) => last.push(message));
 * ```
 */
export interface SseMessage<T = string, K extends string = string> {
  /** The event type: the `event:` field, or `'message'` if the server gave none. */
  readonly type: K;
  /** The payload, decoded. */
  readonly data: T;
  /** The last event ID when this event was dispatched; `''` if there never was one. */
  readonly lastEventId: string;
  /** The origin that served the stream, after redirects. */
  readonly origin: string;
  /** The data exactly as the server sent it, its lines joined with LF. */
  readonly raw: string;
}

/**
 * The event types that `Events` declares.
 *
 * @example
 * ```ts
 * const names: EventName<{ tick: string; alarm: string }>[] = ['tick', 'alarm'];
 * ```
 */
export type EventName<Events extends object> = Extract<keyof Events, string>;

/**
 * The message of an event type. For a union of types, it's a union that narrows by `type`.
 *
 * @example
 * ```ts
 * const onTick = (event: MessageOf<{ tick: { price: number } }, 'tick'>) =>
 *   show(event.data.price.toFixed(2));
 * ```
 */
export type MessageOf<Events extends object, K extends string> = K extends keyof Events
  ? SseMessage<Events[K], K>
  : SseMessage<string, K>;

/**
 * A message of any declared type; it narrows by `type`.
 *
 * @example
 * ```ts
 * const record = (event: AnyMessage<{ tick: { price: number }; news: string }>) => {
 *   if (event.type === 'tick') show(event.data.price.toFixed(2));
 *   else show(event.data);
 * };
 * ```
 */
export type AnyMessage<Events extends object> = {
  [K in EventName<Events>]: MessageOf<Events, K>;
}[EventName<Events>];

/**
 * Turns the raw message into the typed one. Returns `undefined` to skip the message. Throws, or
 * rejects with, a `decode` {@link SseError}.
 */
export type Decode = (message: SseMessage) => SseMessage<unknown> | Promise<SseMessage<unknown>> | undefined;

/** A message whose data is still the text that the server sent. */
export function textMessage(type: string, data: string, lastEventId: string, origin: string): SseMessage {
  return { type, data, lastEventId, origin, raw: data };
}
