/** What a tab tells the others about itself. */
export interface Tab {
  readonly id: string;
  /** Milliseconds since the epoch. Sorts the list. */
  readonly since: number;
  readonly leads: boolean;
  readonly status: string;
  readonly number: number;
}

/** A tab that is silent for this long has closed or is asleep. */
const silenceLimit = 3000;

/** The other tabs of this browser that show the same stream. */
export class Presence {
  readonly #channel: BroadcastChannel;
  readonly #seen = new Map<string, { tab: Tab; at: number }>();

  constructor(name: string, changed: () => void) {
    this.#channel = new BroadcastChannel(name);
    this.#channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (!isTab(data)) return;
      if (data.status === 'gone') this.#seen.delete(data.id);
      else this.#seen.set(data.id, { tab: data, at: Date.now() });
      changed();
    });
  }

  send(tab: Tab): void {
    this.#channel.postMessage(tab);
  }

  /** The other tabs. */
  others(): Tab[] {
    const now = Date.now();
    for (const [id, { at }] of this.#seen) if (now - at > silenceLimit) this.#seen.delete(id);
    return [...this.#seen.values()].map(({ tab }) => tab);
  }
}

/** Any script of this origin can write to a channel. */
function isTab(data: unknown): data is Tab {
  return (
    typeof data === 'object' &&
    data !== null &&
    'id' in data &&
    typeof data.id === 'string' &&
    'since' in data &&
    typeof data.since === 'number' &&
    'leads' in data &&
    typeof data.leads === 'boolean' &&
    'status' in data &&
    typeof data.status === 'string' &&
    'number' in data &&
    typeof data.number === 'number'
  );
}
