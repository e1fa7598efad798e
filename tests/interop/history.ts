/** Shared by servers: stores numbered events, so that a returning client gets what it missed. */

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

  /** @param keep - How many events are kept. Older ones are lost. */
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

  /** Whether everything after this ID is still stored. */
  has(id: string): boolean {
    return Number(id) >= this.#published - this.#events.length;
  }

  /** Discards the stored events, as a restart does. */
  forget(): void {
    this.#events.length = 0;
  }

  /** The response headers for a client that wants to resume after this ID. */
  sign(lastEventId: string | undefined): Record<string, string> {
    return lastEventId ? { 'X-History': this.has(lastEventId) ? 'whole' : 'lost' } : {};
  }

  /**
   * Sends the events after this ID, then new ones. Without an ID, only new ones. Call the result
   * when the client has left.
   */
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

/** An event in wire format, for servers that leave this to their user. */
export function wire({ id, event, data }: HistoryEvent): string {
  const lines = data.split('\n').map((line) => `data: ${line}\n`);
  return `id: ${id}\nevent: ${event}\n${lines.join('')}\n`;
}
