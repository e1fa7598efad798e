import { createConnection, type ConnectionFactory } from './connection.js';
import { shareConnection } from './shared-tab.js';

/**
 * One connection for all tabs of this origin. Clients that give the same name share it, in whatever tab, and also within one. One of them has
 * the connection, the others hear from it over a `BroadcastChannel`; when it goes, another takes over and resumes after the last event ID.
 * Without Web Locks or `BroadcastChannel` (an insecure origin, Node before 24) each client connects for itself, and says so in `debug`.
 *
 * @param name - The identity of the stream. Whatever makes two streams different must be in it, and that is the login above all.
 * @throws TypeError if there is no name.
 *
 * @example
 * ```ts
 * const client = new SseClient('/api/prices', { share: sharedConnection(`prices:${user.id}`) });
 * ```
 */
export function sharedConnection(name: string): ConnectionFactory {
  if (typeof name !== 'string' || !name) {
    throw new TypeError("Give the shared connection a name: sharedConnection('prices:user42').");
  }
  const factory: ConnectionFactory = (options, observer) => {
    const { navigator, BroadcastChannel } = globalThis as Partial<typeof globalThis>;
    // Not on insecure origins, whatever its type says.
    const locks: LockManager | undefined = navigator?.locks;
    // The version of what the tabs say to each other: those of another one have locks and channels of their own.
    if (locks && BroadcastChannel) return shareConnection(`ssekit1:${name}`, locks, options, observer);
    observer.note?.('not shared: this page has no Web Lock or no BroadcastChannel');
    return createConnection(options, observer);
  };
  // By the names of functions, components tell apart what they ask for: another login must be another connection.
  return Object.defineProperty(factory, 'name', { value: name });
}
