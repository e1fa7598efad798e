export { SseClient, type AnyMessage, type EventName, type MessageOf } from './client.js';
export { SseError, type SseErrorCode, type SseErrorDetails } from './errors.js';
export { ReadyState, type SseMessage } from './message.js';
export type { ListenOptions, Unsubscribe } from './listeners.js';
export type { EventSourceClass } from './native-transport.js';
export type { CommonOptions, FetchOptions, NativeOptions, SseClientOptions } from './options.js';
export type { BodySource, HeadersSource, PerAttempt, RequestContext, UrlSource } from './request.js';
export type { RetryOptions } from './retry.js';
export type {
  OpenInfo,
  SseState,
  Transport,
  TransportHandle,
  TransportRequest,
  TransportSink,
} from './transport.js';
