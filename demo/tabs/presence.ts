/** What a tab tells the others of itself. */
export interface Tab {
  readonly id: string;
  /** ms since the epoch; the order of the list. */
  readonly since: number;
  readonly leads: boolean;
  readonly status: string;
  readonly number: number;
}

/** A tab that says nothing for so long is gone, or asleep. */
const patience = 3000;

/** The tabs of this browser that show the same stream, as they tell each other. */
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

  tell(tab: Tab): void {
    this.#channel.postMessage(tab);
  }

  /** The others. */
  others(): Tab[] {
    const now = Date.now();
    for (const [id, { at }] of this.#seen) if (now - at > patience) this.#seen.delete(id);
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
