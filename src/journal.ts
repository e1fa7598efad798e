import type { IdStorage, StoredIn } from './last-event-id.js';
import type { EventNotice } from './tab-channel.js';

/** What is kept at most: so far back can a tab be brought up to date. */
const MOST_EVENTS = 1000;
const MOST_CHARACTERS = 2 ** 20;

const sizeOf = ({ type, data, lastEventId }: EventNotice) => type.length + data.length + lastEventId.length;

/**
 * Where one tab stands among the numbered events of a shared stream, and the last of them. Events are delivered in the order of their
 * numbers, each once.
 */
export class Journal {
  /** The number of the last event of the leader of now; `undefined` for a tab that has heard of no leader yet. */
  sequence: number | undefined;
  /** Without gaps. Those above `sequence` were delivered already, but not yet by the leader of now, who started before them. */
  #events: EventNotice[] = [];
  #characters = 0;
  /** The number of the last event that was delivered, by whatever leader, and be it before this page was reloaded. */
  #last = 0;

  /** The number of the oldest event that is kept, or else of the next one. */
  get oldest(): number {
    return this.#events[0]?.sequence ?? (this.sequence ?? 0) + 1;
  }

  /** Takes an event from the leader. Whether it is new here, and so to be delivered. */
  accept(event: EventNotice): boolean {
    const { sequence, lastEventId } = event;
    if (sequence !== (this.sequence ?? NaN) + 1) return false;
    const index = sequence - this.oldest;
    const had = this.#events[index];
    this.sequence = sequence;
    // What is not kept any more cannot be compared, and counts as the same.
    if (had ? lastEventId !== '' && had.lastEventId === lastEventId : sequence <= this.#last) return false;
    // The server did not send the same again: what follows is new.
    if (had) this.#drop(index);
    this.#last = sequence;
    this.#events.push(event);
    this.#characters += sizeOf(event);
    while (this.#events.length > MOST_EVENTS || this.#characters > MOST_CHARACTERS) this.#drop(0, 1);
    return true;
  }

  /**
   * Compares with where the leader stands. Who is behind must ask for the rest; who is too far away has missed it, and goes on from there.
   * Who is ahead will be sent again what it has, and compares.
   */
  meet(sequence: number, oldest: number): 'even' | 'ahead' | 'behind' | 'missed' {
    const own = (this.sequence ??= this.#last = sequence);
    if (own < sequence && own + 1 >= oldest) return 'behind';
    this.sequence = sequence;
    if (own >= sequence && sequence >= this.#last - MOST_EVENTS)
      return sequence < this.#last ? 'ahead' : 'even';
    // Too far apart to compare: the numbers may even be those of another stream.
    this.#last = sequence;
    this.#drop(0);
    return 'missed';
  }

  /** Goes back to where the last event ID was this: what came after it was not handed on, and the others send it again. */
  rewind(lastEventId: string): void {
    const sequence = this.#numberAt(lastEventId);
    this.#drop(sequence + 1 - this.oldest);
    this.sequence = this.#last = sequence;
  }

  /** What others lack who have the events up to `sequence`. */
  since(sequence: number): readonly EventNotice[] {
    return this.#events.filter((event) => event.sequence > sequence);
  }

  /** This tab leads: the numbers go on from where it stands. Those of a stream that nobody has seen before are above all earlier ones. */
  lead(): void {
    this.sequence = this.#last ||= Date.now() * 1000;
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
            const number = Number(kept.getItem(numberKey));
            // Without ids the server resumes nowhere, and numbers of the next connection mean other events. And one that cannot be is left:
            // anybody of the origin may have written it.
            if (id && Number.isInteger(number) && number > 0 && number < 2 ** 52)
              this.sequence = this.#last = number;
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

  #numberAt(lastEventId: string): number {
    return this.#events.findLast((event) => event.lastEventId === lastEventId)?.sequence ?? this.oldest - 1;
  }

  /** Forgets events from this index on. */
  #drop(from: number, count = Infinity): void {
    for (const event of this.#events.splice(from, count)) this.#characters -= sizeOf(event);
  }
}
