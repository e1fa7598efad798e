/** Who is measured. */

/** Against which all others are measured. */
export const NATIVE = 'EventSource';

export const own = ['SseClient, native', 'SseClient, fetch', 'FetchEventSource', 'fetchSse'] as const;

/** By package. */
export const peers = [
  'eventsource',
  '@microsoft/fetch-event-source',
  'eventsource-client',
  'sse.js',
  'event-source-polyfill',
] as const;

export const names = [NATIVE, ...own, ...peers] as const;

export type Name = (typeof names)[number];
