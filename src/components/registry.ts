import { SseClient } from '../client.js';
import { resolveUrl } from '../connection/url.js';
import { CLOSED, READY_STATE } from '../connection/state.js';
import type { Unsubscribe } from '../listeners.js';
import type { CommonOptions, SseClientOptions } from '../options.js';
import type { SseState } from '../connection/state.js';

/**
 * Where the stream of a component is. Not a function: another URL is another connection. Without one there is no connection.
 *
 * @example
 * ```ts
 * const url: ComponentUrl = token ? '/api/prices' : null; // nothing before the login
 * ```
 */
export type ComponentUrl = string | URL | null | undefined;

/**
 * A client and its state at one moment, as a component shows them.
 *
 * @example
 * ```ts
 * const isDown = ({ status, failures }: ClientState) => status === 'reconnecting' && failures > 3;
 * ```
 */
export interface ClientState<Events extends object = Record<string, string>> extends SseState {
  /** The client; `null` without a URL, while rendering on a server, and in React until the first effect has run. */
  readonly client: SseClient<Events> | null;
}

/** One connection, and the components that want it. */
interface Entry {
  readonly client: SseClient;
  readonly holders: Set<{ readonly options: CommonOptions }>;
  readonly snapshot: () => ClientState;
  /** Whether the next holder finds a client that must connect: one that was closed only because everybody had left. */
  rests: boolean;
  timer?: ReturnType<typeof setTimeout> | undefined;
}

const entries = new Map<string | undefined, Entry>();

/** What a component reads and subscribes to: the contract of `useSyncExternalStore`. Nothing happens before {@link subscribe}. */
export interface ClientStore<Events extends object> {
  /** As the component gave them last. Its functions are called from here, so that they are never stale. */
  options: CommonOptions;
  /** Stores with the same key share a connection. `undefined` without a URL. */
  readonly key: string | undefined;
  /** What is shown before anything is connected, as on a server. */
  readonly initial: ClientState<Events>;
  /** The client and its state; the same object until something changes. */
  readonly getSnapshot: () => ClientState<Events>;
  /**
   * Holds the connection, which begins with its first holder. It is closed one macrotask after the last holder has left: who comes in the same
   * task, as in StrictMode or with a change of routes, finds it open.
   *
   * @throws TypeError for an option that cannot work, with the cure.
   */
  readonly subscribe: (onChange: () => void) => Unsubscribe;
}

/** @throws TypeError for a URL that cannot be resolved. */
export function clientStore<Events extends object>(
  url: ComponentUrl,
  options: CommonOptions,
): ClientStore<Events> {
  const key = keyOf(url, options);
  const status = key === undefined || options.autoConnect === false ? 'closed' : 'connecting';
  /** What this component held last: when it comes back after all have left, it goes on where it was. */
  let held: Entry | undefined;
  const store: ClientStore<Events> = {
    options,
    key,
    initial: { ...CLOSED, status, readyState: READY_STATE[status], client: null },
    getSnapshot() {
      const shown = (entries.get(key) ?? held)?.snapshot();
      return (shown as unknown as ClientState<Events> | undefined) ?? store.initial;
    },
    subscribe(onChange) {
      if (url == null) return () => undefined;
      const open = entries.get(key);
      // A new component finds nothing in what is over, and that nobody holds any more.
      const isOver = open?.holders.size === 0 && open.client.status === 'closed';
      const entry = (held = (isOver ? undefined : open) ?? held ?? create(url, store));
      entries.set(key, entry);
      clearTimeout(entry.timer);
      entry.holders.add(store);
      if (entry.rests) entry.client.connect();
      entry.rests = false;
      const unsubscribe = entry.client.onStateChange(onChange);
      return () => {
        unsubscribe();
        entry.holders.delete(store);
        if (entry.holders.size > 0) return;
        entry.timer = setTimeout(() => {
          if (entries.get(key) === entry) entries.delete(key);
          entry.rests = entry.client.status !== 'closed';
          entry.client.close();
        });
      };
    },
  };
  return store;
}

function create(url: string | URL, first: { readonly options: CommonOptions }): Entry {
  const holders: Entry['holders'] = new Set();
  const options = live(first.options, () => {
    const [holder = first] = holders;
    return holder.options;
  });
  const client = new SseClient(url, options as SseClientOptions);
  let shown!: ClientState;
  let state: SseState | undefined;
  return {
    client,
    holders,
    rests: false,
    snapshot() {
      const now = client.getSnapshot();
      if (now !== state) shown = { ...(state = now), client };
      return shown;
    },
  };
}

/** A function, a class, or an object that a schema is. */
type Code = ((...args: unknown[]) => unknown) &
  (new (...args: unknown[]) => object) &
  Readonly<Record<PropertyKey, unknown>>;
type Fields = Readonly<Record<string, unknown>>;

/** Functions, and schemas, which do what functions do. */
function isCode(value: unknown): value is Code {
  return typeof value === 'function' || (isObject(value) && '~standard' in value);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** Made by an object literal, in whatever realm. A storage is not: it has a `this`, and is itself whatever it holds. */
function isPlain(value: unknown): value is Fields {
  if (!isObject(value) || 'getItem' in value) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return !prototype || !Object.getPrototypeOf(prototype);
}

/** Can be called, and constructed: what a proxy is allowed depends on what it stands for. */
const STAND_IN = function () {
  return undefined;
};

/** Stands in for code, at any depth, that is given anew with every rendering: the latest is called. */
function live(value: unknown, latest: () => unknown): unknown {
  if (isCode(value)) {
    return new Proxy(STAND_IN, {
      apply: (_, self, args) => (latest() as Code).apply(self, args),
      construct: (_, args) => new (latest() as Code)(...(args as unknown[])),
      get: (_, name) => (latest() as Code)[name],
    });
  }
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, live(part, () => (latest() as Fields)[name])]),
  );
}

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

/**
 * Connections are the same when URL and options are, by value. Functions are when they have the same name, as an inline one has with every
 * rendering; schemas always are, in the same place. What is
 * neither plain nor a list of some kind, such as a `signal`, a `storage` or a `Blob`, counts by identity.
 */
function keyOf(url: ComponentUrl, options: object): string | undefined {
  if (url === null || url === undefined) return undefined;
  // A server has nothing to resolve against, and nothing to connect.
  const resolved = typeof document === 'undefined' ? url : resolveUrl(url);
  return JSON.stringify([resolved, options], (_, value: unknown) => {
    if (isCode(value)) return { ƒ: value.name };
    if (!isObject(value)) return value;
    // Headers, query parameters, forms and bytes, too.
    if (Symbol.iterator in value) return [...(value as Iterable<unknown>)];
    if (isPlain(value)) return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (!identities.has(value)) identities.set(value, ++lastIdentity);
    return { ƒ: identities.get(value) };
  });
}
