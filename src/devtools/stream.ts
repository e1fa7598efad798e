import type { Face } from '../connection/devtools-hook.js';
import { HOLDERS } from '../connection/devtools-hook.js';
import type { Connection } from '../connection/contract.js';
import { CLOSED, type SseState } from '../connection/state.js';
import { Activity } from './activity.js';
import type { NewRow } from './row.js';

/** What a stream was made with. */
export type StreamKind = 'SseClient' | 'FetchEventSource' | 'fetchSse';

/** The client behind a stream. A loop of `fetchSse` has none. */
export interface Source {
  readonly face: Face;
  readonly connection: Connection;
}

/** One stream as the panel shows it: a client, a `FetchEventSource`, or a loop of `fetchSse`. */
export class Stream {
  readonly number: number;
  readonly kind: StreamKind;
  readonly method: string;
  readonly activity = new Activity();
  /** Called when the list drops it: whoever watches the client stops. */
  onDrop: () => void = () => undefined;
  /** Writes a row of this stream. */
  readonly add: (row: NewRow, at?: number) => void;
  readonly #source: Source | undefined;
  /** Of a loop, which has no client to ask. */
  #url = '';
  #state: SseState = CLOSED;
  events = 0;
  /** Of response bodies, as far as devtools can see them; otherwise, the characters of events. */
  bytes = 0;
  attempts = 0;
  /** The ID of the latest event. */
  lastEventId = '';

  constructor(
    number: number,
    kind: StreamKind,
    method: string,
    add: (stream: Stream, row: NewRow, at: number) => void,
    source?: Source,
  ) {
    this.number = number;
    this.kind = kind;
    this.method = method;
    this.#source = source;
    this.add = (row, at = Date.now()) => {
      if (row.kind === 'event') {
        this.events++;
        this.lastEventId = row.id ?? '';
        this.activity.count('events', at);
      } else if (row.kind !== 'state') this.activity.count(row.kind === 'error' ? 'errors' : 'requests', at);
      add(this, row, at);
    };
  }

  /** With its query, which only the reader may reveal. */
  get url(): string {
    return this.#source?.face.url ?? this.#url;
  }
  set url(url: string) {
    this.#url = url;
  }

  /** Of the connection itself, so it's never out of date. */
  get state(): SseState {
    return this.#source?.connection.state ?? this.#state;
  }
  set state(state: SseState) {
    this.#state = state;
  }

  /** Whether tabs share it, and which part this tab has. */
  get shared(): Connection['shared'] {
    return this.#source?.connection.shared;
  }

  /** How many components hold it; `undefined` if it isn't one of a hook. */
  get components(): number | undefined {
    const { [HOLDERS]: holders } = (this.#source?.face ?? {}) as { [HOLDERS]?: ReadonlySet<unknown> };
    return holders?.size;
  }

  /** What the page can do with it now. */
  get actions(): readonly Action[] {
    const { face } = this.#source ?? {};
    if (!face) return [];
    if (this.state.status === 'closed') return face.connect ? ['connect'] : [];
    return face.reconnect ? ['reconnect', 'close'] : ['close'];
  }

  act(action: Action): void {
    this.#source?.face[action]?.();
  }

  received(bytes: number, at = Date.now()): void {
    this.bytes += bytes;
    this.activity.count('bytes', at, bytes);
  }
}

export type Action = 'connect' | 'reconnect' | 'close';
