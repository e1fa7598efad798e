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

/** No client: what a page can do by hand that knows its stream, and so the least that any client on fetch can take. */
export const FLOOR = 'fetch, by hand';

export const names = [NATIVE, FLOOR, ...own, ...peers] as const;

export type Name = (typeof names)[number];
