import { CHECKED } from '../checked.js';
import { SseClient } from '../client.js';
import { CLOSED, READY_STATE, type SseState } from '../connection/state.js';
import { SseError } from '../errors.js';
import type { Unsubscribe } from '../listeners.js';
import type { SseClientOptions } from '../options.js';
import { guard } from '../report.js';
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
  /** The client; `null` without a URL, while rendering on a server, and in React until the first effect has run. */
  readonly client: SseClient<Events> | null;
}

/** One connection, and the components that hold it. */
interface Entry {
  readonly client: SseClient;
  readonly holders: Set<ClientStore>;
  /** Whose functions the client calls. */
  identity: Identity;
  state: ClientState;
  /** Whether the next holder must connect: the client was closed only because everybody had left. */
  rests?: boolean;
  timer?: ReturnType<typeof setTimeout>;
  /** The client that a component came back to after it was hidden. */
  successor?: unknown;
}

/** Connections that somebody holds, or held a moment ago. */
const entries = new Set<Entry>();
/** By client, for as long as that lives. */
const entryOf = new WeakMap<object, Entry>();

/** What one component reads and subscribes to: the contract of `useSyncExternalStore`. Nothing happens before {@link subscribe}. */
export class ClientStore {
  /** What it asks for now. */
  identity: Identity;
  /** What is shown before anything is connected, as on a server. */
  readonly initial: ClientState;
  readonly #url: ComponentUrl;
  readonly #first: GivenOptions;
  #options: GivenOptions;
  /** The latest one that this component held. When it comes back after all have left, it continues there. */
  #entry: Entry | undefined;
  /** What it asked for when it left. */
  #asked: Identity;
  /** While it holds the entry. */
  #onChange: (() => void) | undefined;
  #offs: (Unsubscribe | undefined)[] = [];

  /** @throws TypeError for a URL that can't be resolved. */
  constructor(url: ComponentUrl, options: GivenOptions) {
    this.#url = url;
    this.#first = this.#options = options;
    this.identity = this.#asked = identify(url, options);
    const status = url == null || options.autoConnect === false ? 'closed' : 'connecting';
    this.initial = { ...CLOSED, status, readyState: READY_STATE[status], client: null };
  }

  /** The client and its state; the same object until something changes. */
  readonly getSnapshot = (): ClientState => (this.#entry ?? this.#find())?.state ?? this.initial;

  /**
   * Holds the connection, which begins with its first holder. It's closed one macrotask after the last holder left: a
   * component that comes in the same task, as in StrictMode or with a change of routes, finds it open.
   *
   * @throws TypeError for an option that can't work, with the cure.
   */
  readonly subscribe = (onChange: () => void): Unsubscribe => {
    const before = this.#entry;
    this.#join(onChange);
    if (before && areSame(this.#asked, this.identity)) before.successor = this.#entry?.client;
    return () => {
      this.#leave();
    };
  };

  /** Takes what a later rendering gave, with the same text. */
  record(next: ClientStore): void {
    const { identity } = next;
    if (CHECKED) hintAtKeptValues(identity, this.identity);
    const { kept } = this.identity;
    this.identity = { ...identity, kept, references: { ...identity.references, ...kept } };
    this.#options = next.#options;
  }

  /**
   * Call it once all components of a rendering have recorded their options. Where functions changed, it decides whose they
   * are: if nobody else needs the connection unchanged, it calls the new ones; otherwise this component leaves it.
   */
  settle(): void {
    const entry = this.#entry;
    const onChange = this.#onChange;
    if (!entry || !onChange) return;
    const holders = [...entry.holders];
    const isUnchanged = areSame(entry.identity, this.identity);
    if (!isUnchanged && holders.some(({ identity }) => areSame(entry.identity, identity))) {
      this.#leave();
      this.#join(onChange);
      onChange();
      return;
    }
    if (!isUnchanged || holders[0] === this) entry.identity = this.identity;
    this.#listen(entry);
  }

  /** Whether there is a function to call. */
  report(error: SseError): boolean {
    const { onError } = this.#options;
    guard(() => onError?.(error));
    return !!onError;
  }

  #find(): Entry | undefined {
    return [...entries].find(
      ({ identity, holders, client }) =>
        areSame(identity, this.identity) &&
        // A new component has no use for a connection that has ended and that nobody holds.
        (holders.size > 0 || client.status !== 'closed'),
    );
  }

  #join(onChange: () => void): void {
    if (this.#url == null) return;
    // Its own one, if others don't hold that for other functions now.
    const own = this.#entry?.holders.size ? undefined : this.#entry;
    const entry = (this.#entry = this.#find() ?? own ?? this.#create(this.#url));
    const { client, holders } = entry;
    this.#onChange = onChange;
    entries.add(entry);
    clearTimeout(entry.timer);
    holders.add(this);
    this.#offs = [client.onStateChange(onChange)];
    this.settle();
    if (entry.rests) client.connect();
    entry.rests = false;
  }

  #create(url: string | URL): Entry {
    const { identity } = this;
    if (CHECKED) {
      for (const other of entries) {
        if (other.holders.size > 0 && other.identity.text === identity.text) {
          hintAtTwoConnections(identity, other.identity);
        }
      }
    }
    const options = clientOptions(this.#first, () => entry.identity.references);
    const client = new SseClient(url, options as SseClientOptions);
    const stateOf = () => ({ ...client.getSnapshot(), client });
    const entry: Entry = { client, identity, holders: new Set(), state: stateOf() };
    client.onStateChange(() => {
      entry.state = stateOf();
    });
    entryOf.set(client, entry);
    return entry;
  }

  /** Only where there's a function to call: an error that nobody listens to goes to the console. */
  #listen({ client }: Entry): void {
    const { onOpen, onError } = this.#options;
    if (onOpen) this.#offs[1] ??= client.onOpen((info) => this.#options.onOpen?.(info));
    if (onError) this.#offs[2] ??= client.onError((error) => this.report(error));
  }

  #leave(): void {
    for (const off of this.#offs) off?.();
    this.#onChange = undefined;
    this.#asked = this.identity;
    const entry = this.#entry;
    if (!entry) return;
    const { client, holders } = entry;
    holders.delete(this);
    // From now on its functions are called.
    holders.values().next().value?.settle();
    if (holders.size > 0) return;
    entry.timer = setTimeout(() => {
      entries.delete(entry);
      entry.rests = client.status !== 'closed';
      client.close();
    });
  }
}

/** Whether a component that was hidden came back to this client after that one, for the same stream. */
export function isSuccessor(client: unknown, before: object | null | undefined): boolean {
  return !!before && entryOf.get(before)?.successor === client;
}

const reporting = new Set<object>();

/** Reports, once for all of them, that hidden components missed events of a client: to those that hold it, or in the console. */
export function reportMissed(client: object): void {
  if (reporting.has(client)) return;
  reporting.add(client);
  // Once all of them are back: the effects of children run before those of their parents.
  queueMicrotask(() => {
    reporting.delete(client);
    const error = new SseError('overflow', 'A hidden component missed events.', { willRetry: true });
    const isHeard = [...(entryOf.get(client)?.holders ?? [])].filter((holder) => holder.report(error));
    if (isHeard.length === 0) console.error(error);
  });
}
