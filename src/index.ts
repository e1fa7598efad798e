export { SseClient, type EventsOptions } from './client.js';
export type { AsText, AsValue, BySchema, Decoder, SchemaResult, StandardSchema } from './decode/decode.js';
export { FetchEventSource, type FetchEventSourceInit } from './fetch-event-source.js';
export { fetchSse, type FetchSseInit } from './fetch-sse.js';
export { parseSse, type ParseSseOptions, type SseSource } from './parse-sse.js';
export {
  createSseParser,
  type SseParser,
  type SseParserHandlers,
  type SseParserOptions,
} from './stream/sse-parser.js';
export { sharedConnection } from './share/shared-connection.js';
export { SseError, type SseErrorCode, type SseErrorDetails } from './errors.js';
export type { MessageIterator } from './stream/read-messages.js';
export { ReadyState, type AnyMessage, type EventName, type MessageOf, type SseMessage } from './message.js';
export type { ListenOptions, Unsubscribe } from './listeners.js';
export type { Resumed } from './connection/last-event-id.js';
export type { IdStorage } from './connection/last-event-id.js';
export type { EventSourceClass } from './connection/native-transport.js';
export type { ConnectionFactory } from './connection/contract.js';
export type { DecodeOptions } from './decode/decode-options.js';
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
  UrlSource,
} from './connection/request-options.js';
export type { Until } from './stream/until.js';
export type { RefreshAuth } from './connection/refresh-auth.js';
export type { RetryOptions } from './connection/retry.js';
export type { FailOn } from './stream/fail-on.js';
export type { Debug } from './connection/debug.js';
export type {
  OpenInfo,
  Transport,
  TransportHandle,
  TransportRequest,
  TransportSink,
} from './connection/transport.js';
export type { SseState } from './connection/state.js';
