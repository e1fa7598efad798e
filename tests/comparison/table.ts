import type { PeerName } from './peers.ts';
import type { RowName, Verdict } from './rows.ts';

/**
 * The results that the comparison shows. Tests check every cell: tests/browser/comparison.test.ts,
 * tests/docs/comparison.test.ts.
 */

export type Cells = Readonly<Record<PeerName, Verdict>>;

export const names = [
  'ssekit',
  'EventSource',
  'fetch-event-source',
  'eventsource',
  'eventsource-client',
  'sse.js',
  'event-source-polyfill',
  'reconnecting-eventsource',
] as const satisfies readonly PeerName[];

/** One word per library, in the order of the names. */
const row = (text: string) => {
  const verdicts = text.split(' ');
  return Object.fromEntries(names.map((name, i) => [name, verdicts[i]])) as Cells;
};

export const table = {
  header: row('yes no yes yes yes yes yes no'),
  post: row('yes no yes yes yes yes no no'),
  unavailable: row('yes no yes no yes yes no yes'),
  retryAfter: row('yes no no no no no no no'),
  unauthorized: row('yes yes no yes no no yes no'),
  status: row('yes no yes yes no yes yes no'),
  resume: row('header header header header header header query header'),
  named: row('yes no yes no yes no no no'),
  once: row('yes none no no no yes none none'),
  silence: row('yes no no no no no yes no'),
  loop: row('yes no no no yes no no no'),
  typed: row('yes no no no no no no no'),
  schemas: row('yes no no no no no no no'),
  tabs: row('yes no no no no no no no'),
  bindings: row('yes no no no no no no no'),
  node: row('yes no no yes yes no yes no'),
} satisfies Record<RowName, Cells> & Record<string, Cells>;

/** Cells where a yes depends on a condition, which docs/comparison.md explains. */
export const notes: Partial<Record<keyof typeof table, readonly PeerName[]>> = {
  header: ['eventsource'],
  post: ['eventsource'],
  unavailable: ['sse.js'],
  resume: ['sse.js'],
  retryAfter: ['ssekit'],
};

/** The date of the versions below and of their results. */
export const seenOn = '2026-11-26';

/**
 * What was compared: the version, what a page imports, and its size in bytes, minified by esbuild
 * and compressed with brotli.
 */
export const sizes: Partial<
  Record<PeerName, { package: string; version: string; import: string; bytes: number }>
> = {
  'fetch-event-source': {
    package: '@microsoft/fetch-event-source',
    version: '2.0.1',
    import: 'fetchEventSource',
    bytes: 1122,
  },
  eventsource: { package: 'eventsource', version: '5.1.5', import: 'EventSource', bytes: 3345 },
  'eventsource-client': {
    package: 'eventsource-client',
    version: '1.2.0',
    import: 'createEventSource',
    bytes: 2435,
  },
  'sse.js': { package: 'sse.js', version: '2.8.0', import: 'SSE', bytes: 1577 },
  'event-source-polyfill': {
    package: 'event-source-polyfill',
    version: '1.0.31',
    import: 'EventSourcePolyfill',
    bytes: 4565,
  },
  'reconnecting-eventsource': {
    package: 'reconnecting-eventsource',
    version: '1.6.5',
    import: 'default',
    bytes: 1461,
  },
};

/** The lines that make the request without `fetch`. */
export const xhr = {
  'sse.js': {
    file: 'sse.js/lib/sse.js',
    line: 372,
    code: 'this.xhr = new XMLHttpRequest();',
    url: 'https://app.unpkg.com/sse.js@2.8.0/files/lib/sse.js#L372',
  },
  'event-source-polyfill': {
    file: 'event-source-polyfill/src/eventsource.js',
    line: 734,
    code: 'var isFetchSupported = fetch != undefined',
    url: 'https://app.unpkg.com/event-source-polyfill@1.0.31/files/src/eventsource.js#L734',
  },
} as const;
