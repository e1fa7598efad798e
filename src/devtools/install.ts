import { DEVTOOLS, type DevtoolsHook } from '../connection/devtools-hook.js';
import type { Recorder } from './recorder.js';
import { watchClient, type WatchedClient } from './watch-client.js';
import { watchLoop } from './watch-loop.js';

/**
 * Puts the hook on the global object, where every copy of ssekit finds it.
 *
 * @param panel - What mounting again returns.
 * @returns A function that removes it, and leaves every client as it was.
 */
export function install(recorder: Recorder, panel?: unknown): () => void {
  const watched = new Map<object, WatchedClient>();
  const hook: DevtoolsHook & { readonly panel: unknown } = {
    panel,
    client(face, connection, observer, options) {
      let client = watched.get(observer);
      if (!client) {
        client = watchClient(recorder, face, connection, observer, options);
        watched.set(observer, client);
        client.stream.onDrop = () => {
          watched.get(observer)?.unwatch();
          watched.delete(observer);
        };
      }
      client.state(connection.state);
    },
    loop(options, end) {
      watchLoop(recorder, options, end);
    },
  };
  Object.assign(globalThis, { [DEVTOOLS]: hook });
  return () => {
    Reflect.deleteProperty(globalThis, DEVTOOLS);
    for (const client of watched.values()) client.unwatch();
    watched.clear();
  };
}
