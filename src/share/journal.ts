import type { IdStorage, StoredIn } from '../connection/last-event-id.js';
import type { EventNotice } from './channel.js';

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
  /** Delivered already, but not yet by the leader of now, who started before them. `undefined`: before this page was reloaded. */
  #ahead: (EventNotice | undefined)[] = [];
  /** What is not kept from this number on was delivered before this page was reloaded. */
  #restoredFrom = Infinity;

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
      this.#restoredFrom = Infinity;
    }
  }

  /** Takes an event from the leader. Whether it is new here, and so to be delivered. */
  accept(event: EventNotice): boolean {
    if (event.sequence !== (this.sequence ?? NaN) + 1) return false;
    this.add(event);
    if (this.#ahead.length > 0) {
      const had = this.#ahead.shift();
      if (!had || (had.lastEventId !== '' && had.lastEventId === event.lastEventId)) return false;
    }
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
    if (own < sequence || Math.min(this.oldest, this.#restoredFrom) > sequence + 1) {
      this.#forget();
      this.#ahead = [];
      this.sequence = sequence;
      return 'missed';
    }
    if (own > sequence) {
      const kept = this.since(sequence);
      const before = Array.from({ length: own - sequence - kept.length }, () => undefined);
      this.#ahead = [...before, ...kept, ...this.#ahead];
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
    for (const event of this.#ahead) {
      if (event) this.add(event);
      else {
        this.#forget();
        this.sequence += 1;
      }
    }
    this.#ahead = [];
  }

  /** Keeps the number beside the id, so that over a reload this tab knows its place among the others. */
  storedIn({ storage, key }: StoredIn, name: string): StoredIn {
    const numberKey = `${key} ${name}`;
    return {
      key,
      storage: (): IdStorage => {
        const kept = typeof storage === 'function' ? storage() : storage;
        return {
          getItem: () => {
            const id = kept.getItem(key);
            // Without ids the server resumes nowhere, and numbers of the next connection mean other events.
            if (id) this.#restore(Number(kept.getItem(numberKey) ?? NaN));
            return id;
          },
          setItem: (_, id) => {
            kept.setItem(key, id);
            kept.setItem(numberKey, String(this.#numberAt(id)));
          },
        };
      },
    };
  }

  /** One that cannot be is left: anybody of the origin may have written it. */
  #restore(sequence: number): void {
    if (!Number.isInteger(sequence) || sequence <= 0 || sequence >= 2 ** 52) return;
    this.sequence = sequence;
    this.#restoredFrom = sequence - MOST_EVENTS;
  }

  #numberAt(lastEventId: string): number | undefined {
    return this.#events.findLast((event) => event.lastEventId === lastEventId)?.sequence ?? this.sequence;
  }

  #forget(): void {
    this.#events = [];
    this.#characters = 0;
    this.#restoredFrom = Infinity;
  }
}
