import type { Connection, ConnectionObserver } from './contract.js';
import type { RequestOptions } from './request.js';

/** Who holds a connection: an `SseClient`, or a `FetchEventSource`, which can only close it. */
export interface Face {
  readonly url: string;
  close(): void;
  connect?(): void;
  reconnect?(): void;
}

/** What a loop of `fetchSse` reports its end to; `undefined` if it ended without an error. */
export interface LoopEnd {
  locate: (error: unknown) => void;
}

/**
 * What `ssekit/devtools` puts on the global object while it's mounted. It replaces methods of the
 * observer and the `fetch` of the options, so nothing costs anything per event without it. That's why
 * everybody calls these by property and doesn't take them apart.
 */
export interface DevtoolsHook {
  /** Called at every change of the state. The first comes before the first attempt. */
  client(face: Face, connection: Connection, observer: ConnectionObserver, options: RequestOptions): void;
  /** Called once for each call of `fetchSse`. */
  loop(options: RequestOptions, end: LoopEnd): void;
}

/** A registered symbol, because the page may have several copies of ssekit, in both builds. */
export const DEVTOOLS = Symbol.for('ssekit.devtools');

/** The hook, if the devtools are mounted now. */
export function devtools(): DevtoolsHook | undefined {
  return (globalThis as { [DEVTOOLS]?: DevtoolsHook })[DEVTOOLS];
}

/** Where a client keeps the set of components that hold it. */
export const HOLDERS = Symbol.for('ssekit.holders');
