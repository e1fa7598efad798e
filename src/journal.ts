import type { EventNotice } from './tab-channel.js';

/** What is kept at most: so far back can a tab be brought up to date. */
const MOST_EVENTS = 1000;
const MOST_CHARACTERS = 2 ** 20;

const sizeOf = ({ type, data, lastEventId }: EventNotice) => type.length + data.length + lastEventId.length;
const sum = (size: number, event: EventNotice) => size + sizeOf(event);

/**
 * Where one tab stands among the numbered events of a shared stream, and the last of them. Events are delivered in the order of their
 * numbers, each once.
 */
export class Journal {
  /** The number of the last event; `undefined` for a tab that has heard of no leader yet. */
  sequence: number | undefined;
  /** Without gaps, up to `sequence`. */
  #events: EventNotice[] = [];
  #characters = 0;
  /** Delivered already, but not yet by the leader of now, who started before them. */
  #ahead: EventNotice[] = [];

  /** The number of the oldest event that is kept, or else of the next one. */
  get oldest(): number {
    return this.#events[0]?.sequence ?? (this.sequence ?? 0) + 1;
  }

  /** Keeps an event that follows the last one. */
  add(event: EventNotice): void {
    this.sequence = event.sequence;
    this.#events.push(event);
    this.#characters += sizeOf(event);
    while (this.#events.length > MOST_EVENTS || this.#characters > MOST_CHARACTERS) {
      const dropped = this.#events.shift();
      this.#characters -= dropped ? sizeOf(dropped) : 0;
    }
  }

  /** Takes an event from the leader. Whether it is new here, and so to be delivered. */
  accept(event: EventNotice): boolean {
    if (event.sequence !== (this.sequence ?? NaN) + 1) return false;
    this.add(event);
    const had = this.#ahead.shift();
    if (had && had.lastEventId !== '' && had.lastEventId === event.lastEventId) return false;
    // The server did not send the same again: what follows is new.
    this.#ahead = [];
    return true;
  }

  /**
   * Compares with where the leader stands. Who is behind must ask for the rest; who is too far away has missed it, and goes on from there.
   * Who is ahead will be sent again what it has, and compares.
   */
  meet(sequence: number, oldest: number): 'even' | 'ahead' | 'behind' | 'missed' {
    const own = (this.sequence ??= sequence);
    if (own < sequence && own + 1 >= oldest) return 'behind';
    // Too far apart to compare: the numbers may even be those of another stream.
    if (own < sequence || this.oldest > sequence + 1) {
      this.#events = [];
      this.#ahead = [];
      this.#characters = 0;
      this.sequence = sequence;
      return 'missed';
    }
    if (own > sequence) {
      this.#ahead = [...this.since(sequence), ...this.#ahead];
      this.#events = this.#events.filter((event) => event.sequence <= sequence);
      this.#characters = this.#events.reduce(sum, 0);
      this.sequence = sequence;
    }
    return this.#ahead.length > 0 ? 'ahead' : 'even';
  }

  /** Goes back to where the last event ID was this: what came after it was not handed on, and the others send it again. */
  rewind(lastEventId: string): void {
    const kept = this.#events.findLastIndex((event) => event.lastEventId === lastEventId) + 1;
    this.sequence = this.oldest + kept - 1;
    this.#events = this.#events.slice(0, kept);
    this.#characters = this.#events.reduce(sum, 0);
    this.#ahead = [];
  }

  /** What others lack who have the events up to `sequence`. */
  since(sequence: number): readonly EventNotice[] {
    return this.#events.filter((event) => event.sequence > sequence);
  }

  /** This tab leads: the numbers go on from where it stands. Those of a stream that nobody has seen before are above all earlier ones. */
  lead(): void {
    this.sequence ??= Date.now() * 1000;
    for (const event of this.#ahead) this.add(event);
    this.#ahead = [];
  }
}
