/** The clients that are measured. */

/** All others are compared with this one. */
export const NATIVE = 'EventSource';

export const own = ['SseClient, native', 'SseClient, fetch', 'FetchEventSource', 'fetchSse'] as const;

/** By package name. */
export const peers = [
  'eventsource',
  '@microsoft/fetch-event-source',
  'eventsource-client',
  'sse.js',
  'event-source-polyfill',
] as const;

/**
 * Not a client. A page that knows its stream can do this by hand, so no client on fetch can need
 * less.
 */
export const FLOOR = 'fetch, by hand';

export const names = [NATIVE, FLOOR, ...own, ...peers] as const;

export type Name = (typeof names)[number];
