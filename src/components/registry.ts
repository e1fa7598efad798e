import { CHECKED } from '../checked.js';
import { SseClient } from '../client.js';
import { HOLDERS } from '../connection/devtools-hook.js';
import { CLOSED, READY_STATE, type SseState } from '../connection/state.js';
import { SseError } from '../errors.js';
import { QUIETLY, type Unsubscribe } from '../listeners.js';
import type { SseClientOptions } from '../options.js';
import { complain, guard } from '../report.js';
import { validateComponent } from '../validate.js';
import type { GivenOptions, ComponentUrl } from './component-options.js';
import { hintAtKeptValues, hintAtTwoConnections } from './hint.js';
import { areSame, clientOptions, identify, type Identity } from './identity.js';

/**
 * A client and its state at one moment, as a component shows them.
 *
 * @example
 * ```ts
 * const isDown = ({ status, failures }: ClientState) => status === 'reconnecting' && failures > 3;
 * ```
 */
export interface ClientState<Events extends object = Record<string, string>> extends SseState {
  /**
   * The client; `null` without a URL, while rendering on a server, and in React until the first
   * effect has run.
   */
  readonly client: SseClient<Events> | null;
}

/** One connection, and the components that hold it. */
interface Entry {
  readonly client: SseClient;
  readonly holders: Set<ClientStore>;
  /** Whose functions the client calls. */
  identity: Identity;
  state: ClientState;
  /** The client was closed only because its last holder left: the next one connects it again. */
  rests?: boolean;
  timer?: ReturnType<typeof setTimeout>;
  /** The client that a component came back to after it was hidden. */
  successor?: unknown;
}

/** Connections that have holders, or had some a moment ago. */
const entries = new Set<Entry>();
/** By client, for as long as that exists. */
const entryOf = new WeakMap<object, Entry>();

/**
 * What one component reads and subscribes to: the contract of `useSyncExternalStore`. Nothing
 * happens before `subscribe`.
 */
export interface ClientStore {
  /** What it asks for now. */
  readonly identity: Identity;
  readonly options: GivenOptions;
  /** What is shown before anything is connected, as on a server. */
  readonly initial: ClientState;
  /** The client and its state; the same object until something changes. */
  readonly getSnapshot: () => ClientState;
  /**
   * Holds the connection, which starts with its first holder. It's closed one macrotask after the
   * last holder left: a component that comes in the same task, as in StrictMode or with a change of
   * routes, finds it open.
   *
   * @throws TypeError for an option that can't work, with the cure.
   */
  readonly subscribe: (onChange: () => void) => Unsubscribe;
  /** Takes what a later render gave, with the same text. */
  readonly record: (next: ClientStore) => void;
  /**
   * Call it once all components of a render have recorded their options. Where functions changed,
   * it decides who gets the connection: if no other component needs it unchanged, the client calls
   * the new functions. Otherwise this component leaves it.
   */
  readonly settle: () => void;
  /** Returns whether there's a function to call. */
  readonly report: (error: SseError) => boolean;
}

/** @throws TypeError for a URL that can't be resolved. */
export function createClientStore(url: ComponentUrl, first: GivenOptions): ClientStore {
  if (CHECKED) validateComponent(first);
  let identity = identify(url, first);
  let options = first;
  const status = url == null || options.autoConnect === false ? 'closed' : 'connecting';
  const initial = { ...CLOSED, status, readyState: READY_STATE[status], client: null } as const;
  /** The latest one that it held. When it comes back after all have left, it continues there. */
  let entry: Entry | undefined;
  /** What it asked for when it left. */
  let asked = identity;
  /** Set while it holds the entry. */
  let notify: (() => void) | undefined;
  let offs: (Unsubscribe | undefined)[] = [];

  const find = () =>
    [...entries].find(
      (other) =>
        areSame(other.identity, identity) &&
        // A new component has no use for a connection that has ended and has no holders.
        (other.holders.size > 0 || other.client.status !== 'closed'),
    );

  function join(onChange: () => void): void {
    if (url == null) return;
    // Its own one, unless others hold that for other functions now.
    const own = entry?.holders.size ? undefined : entry;
    entry = find() ?? own ?? create(url, first, identity);
    notify = onChange;
    entries.add(entry);
    clearTimeout(entry.timer);
    entry.holders.add(store);
    offs = [entry.client.onStateChange(onChange, QUIETLY)];
    settle();
    if (entry.rests) entry.client.connect();
    entry.rests = false;
  }

  function leave(): void {
    for (const off of offs) off?.();
    notify = undefined;
    asked = identity;
    if (!entry) return;
    const left = entry;
    const { client, holders } = entry;
    holders.delete(store);
    // From now on, the client calls the functions of the next holder.
    holders.values().next().value?.settle();
    if (holders.size > 0) return;
    left.timer = setTimeout(() => {
      entries.delete(left);
      left.rests = client.status !== 'closed';
      client.close();
    });
  }

  function settle(): void {
    const onChange = notify;
    if (!entry || !onChange) return;
    const current = entry.identity;
    const holders = [...entry.holders];
    const isUnchanged = areSame(current, identity);
    if (!isUnchanged && holders.some((holder) => areSame(current, holder.identity))) {
      leave();
      join(onChange);
      onChange();
      return;
    }
    if (!isUnchanged || holders[0] === store) entry.identity = identity;
    // Only where there's a function to call: an error without listeners goes to the console.
    if (options.onOpen) offs[1] ??= entry.client.onOpen((info) => options.onOpen?.(info));
    if (options.onError) offs[2] ??= entry.client.onError(report);
  }

  function report(error: SseError): boolean {
    const { onError } = options;
    guard(() => onError?.(error));
    return !!onError;
  }

  const store: ClientStore = {
    get identity() {
      return identity;
    },
    get options() {
      return options;
    },
    initial,
    getSnapshot: () => (entry ?? find())?.state ?? initial,
    subscribe(onChange) {
      const before = entry;
      join(onChange);
      if (before && areSame(asked, identity)) before.successor = entry?.client;
      return leave;
    },
    record(next) {
      if (CHECKED) hintAtKeptValues(next.identity, identity);
      const { kept } = identity;
      identity = { ...next.identity, kept, references: { ...next.identity.references, ...kept } };
      options = next.options;
    },
    settle,
    report,
  };
  return store;
}

function create(url: string | URL, options: GivenOptions, identity: Identity): Entry {
  if (CHECKED) {
    for (const other of entries) {
      if (other.holders.size > 0 && other.identity.text === identity.text)
        hintAtTwoConnections(identity, other.identity);
    }
  }
  const forClient = clientOptions(options, () => entry.identity.references);
  const client = new SseClient(url, forClient as SseClientOptions);
  const stateOf = () => ({ ...client.getSnapshot(), client });
  const entry: Entry = { client, identity, holders: new Set(), state: stateOf() };
  client.onStateChange(() => {
    entry.state = stateOf();
  }, QUIETLY);
  entryOf.set(client, entry);
  Object.assign(client, { [HOLDERS]: entry.holders });
  return entry;
}

/**
 * Whether a hidden component that had the other client came back to this one, for the same stream.
 */
export function isSuccessor(client: unknown, before: object | null | undefined): boolean {
  return !!before && entryOf.get(before)?.successor === client;
}

const reporting = new WeakSet();

/**
 * Reports once for all of them that hidden components missed events of a client: to its holders, or
 * in the console.
 */
export function reportMissed(client: object): void {
  if (reporting.has(client)) return;
  reporting.add(client);
  // Wait until all components are back: effects of children run before effects of parents.
  queueMicrotask(() => {
    reporting.delete(client);
    const error = new SseError('overflow', 'A hidden component missed events.', {
      help: 'overflow-hidden',
      willRetry: true,
    });
    const isHeard = [...(entryOf.get(client)?.holders ?? [])].filter((holder) => holder.report(error));
    if (isHeard.length === 0) complain(error);
  });
}
