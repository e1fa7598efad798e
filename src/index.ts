export { SseClient, type EventsOptions } from './client.js';
export type { AsText, AsValue, BySchema, Decoder, SchemaResult, StandardSchema } from './decode.js';
export { FetchEventSource, type FetchEventSourceInit } from './fetch-event-source.js';
export { fetchSse, type FetchSseInit } from './fetch-sse.js';
export { parseSse, type ParseSseOptions, type SseSource } from './parse-sse.js';
export { sharedConnection } from './shared-connection.js';
export { SseError, type SseErrorCode, type SseErrorDetails } from './errors.js';
export type { MessageIterator } from './read-messages.js';
export { ReadyState, type AnyMessage, type EventName, type MessageOf, type SseMessage } from './message.js';
export type { ListenOptions, Unsubscribe } from './listeners.js';
export type { Resumed } from './gap.js';
export type { IdStorage } from './last-event-id.js';
export type { EventSourceClass } from './native-transport.js';
export type { ConnectionFactory } from './connection.js';
export type { DecodeOptions } from './decode-options.js';
export type {
  AutoOptions,
  CommonOptions,
  ConnectOptions,
  NativeOptions,
  OptionsArgument,
  ResumeOptions,
  SseClientOptions,
} from './options.js';
export type {
  BodySource,
  FetchOptions,
  HeadersSource,
  PerAttempt,
  RequestContext,
  StreamOptions,
  Until,
  UrlSource,
} from './request.js';
export type { RetryOptions } from './retry.js';
export type { Debug } from './trace.js';
export type {
  OpenInfo,
  SseState,
  Transport,
  TransportHandle,
  TransportRequest,
  TransportSink,
} from './transport.js';
