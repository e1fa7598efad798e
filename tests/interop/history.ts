/** What servers share: numbered events that are kept, so that a client which comes back gets what it missed. */

export interface HistoryEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

export class History {
  readonly #events: HistoryEvent[] = [];
  readonly #followers = new Set<(event: HistoryEvent) => void>();
  readonly #keep: number;
  #published = 0;

  /** @param keep - How many events are kept; older ones are gone for those who missed them. */
  constructor(keep = Infinity) {
    this.#keep = keep;
  }

  /** How many streams are open, as far as the server knows. */
  get open(): number {
    return this.#followers.size;
  }

  publish(event: string, data: string): void {
    const published = { id: String(++this.#published), event, data };
    this.#events.push(published);
    if (this.#events.length > this.#keep) this.#events.shift();
    for (const send of this.#followers) send(published);
  }

  /** Whether everything after this id is still there. */
  has(id: string): boolean {
    return Number(id) >= this.#published - this.#events.length;
  }

  /** Throws away what it has kept, as a restart does. */
  forget(): void {
    this.#events.length = 0;
  }

  /** What an answer says to who was to resume after this id. */
  sign(lastEventId: string | undefined): Record<string, string> {
    return lastEventId ? { 'X-History': this.has(lastEventId) ? 'whole' : 'lost' } : {};
  }

  /** Sends what came after this id, then what comes. Without an id only what comes. Call what it returns when the client has left. */
  follow(lastEventId: string | undefined, send: (event: HistoryEvent) => void): () => void {
    if (lastEventId) {
      for (const event of this.#events) if (Number(event.id) > Number(lastEventId)) send(event);
    }
    // Two streams may have the same `send`.
    const follower = (event: HistoryEvent) => {
      send(event);
    };
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }
}

/** An event on the wire, for servers that leave this to their user. */
export function wire({ id, event, data }: HistoryEvent): string {
  const lines = data.split('\n').map((line) => `data: ${line}\n`);
  return `id: ${id}\nevent: ${event}\n${lines.join('')}\n`;
}
