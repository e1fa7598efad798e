import type { IdStorage, Position, StoredIn } from '../connection/last-event-id.js';
import type { SseMessage } from '../message.js';
import { isSequence, type EventNotice } from './channel.js';

/** A journal keeps this much: a tab that is further behind can't be brought up to date. */
const MOST_EVENTS = 1000;
const MOST_CHARACTERS = 2 ** 20;

/**
 * The first number of a new stream. It's random, because two streams must not be compared. A clock
 * may be set back, and gives two tabs the same time.
 */
const firstNumber = () => Math.floor(2 ** 50 * (1 + Math.random()));

/** A leader starts anew at a number above this one, which was forged: too few may be left. */
const MOST_PLAUSIBLE = 2 ** 51 + 2 ** 45;

const sizeOf = ({ type, data, lastEventId }: EventNotice) => type.length + data.length + lastEventId.length;
const sum = (size: number, event: EventNotice) => size + sizeOf(event);

/**
 * The position of one tab among the numbered events of a shared stream, and the latest of them.
 * Each event is delivered once, in the order of the numbers.
 */
export class Journal {
  /** The number of the last event; `undefined` if this tab has never heard from a leader. */
  sequence: number | undefined;
  /** Without gaps, up to `sequence`. */
  #events: EventNotice[] = [];
  #characters = 0;
  /**
   * Delivered already, but not yet sent by the current leader, who started before them. `undefined`
   * stands for an event from before a reload.
   */
  #ahead: (EventNotice | undefined)[] = [];
  /** Events from this number on that aren't kept were delivered before a reload. */
  #restoredFrom = Infinity;

  /** The number of the oldest event that is kept, or else of the next one. */
  get oldest(): number {
    return this.#events[0]?.sequence ?? (this.sequence ?? 0) + 1;
  }

  /** Numbers an event of this tab's own connection, and keeps it. */
  append({ type, data, lastEventId, origin }: SseMessage): EventNotice {
    const sequence = (this.sequence ?? 0) + 1;
    const event: EventNotice = { kind: 'event', sequence, type, data, lastEventId, origin };
    this.#add(event);
    return event;
  }

  #add(event: EventNotice): void {
    this.sequence = event.sequence;
    this.#events.push(event);
    this.#characters += sizeOf(event);
    while (this.#events.length > MOST_EVENTS || this.#characters > MOST_CHARACTERS) {
      const dropped = this.#events.shift();
      this.#characters -= dropped ? sizeOf(dropped) : 0;
      this.#restoredFrom = Infinity;
    }
  }

  /**
   * Takes an event from the leader. Returns whether it's new to this tab, which then delivers it.
   */
  accept(event: EventNotice): boolean {
    if (event.sequence !== (this.sequence ?? NaN) + 1) return false;
    this.#add(event);
    if (this.#ahead.length > 0) {
      const had = this.#ahead.shift();
      if (!had || (had.lastEventId !== '' && had.lastEventId === event.lastEventId)) return false;
    }
    // The server didn't send the same event again: everything from here on is new.
    this.#ahead = [];
    return true;
  }

  /**
   * Compares with the leader's position. A tab that is `behind` asks for the rest. One that is too
   * far away has `missed` it, and continues from the leader's position. One that is `ahead`
   * compares the events that the leader sends next with those it has.
   */
  meet(sequence: number, oldest: number): 'even' | 'ahead' | 'behind' | 'missed' {
    const own = (this.sequence ??= sequence);
    if (own < sequence && own + 1 >= oldest) return 'behind';
    // Too far apart to compare: the numbers may even be those of another stream.
    if (own < sequence || Math.min(this.oldest, this.#restoredFrom) > sequence + 1) {
      this.#startAfter(sequence);
      return 'missed';
    }
    if (own > sequence) {
      const kept = this.since(sequence);
      const before = Array.from({ length: own - sequence - kept.length }, () => undefined);
      this.#ahead = [...before, ...kept, ...this.#ahead];
      this.#cut(sequence);
    }
    return this.#ahead.length > 0 ? 'ahead' : 'even';
  }

  /** Goes back to this number: this tab's client dropped the events after it. */
  rewind(sequence: number): void {
    this.lead();
    this.#cut(sequence);
  }

  #cut(sequence: number): void {
    this.#events = this.#events.filter((event) => event.sequence <= sequence);
    this.#characters = this.#events.reduce(sum, 0);
    this.sequence = sequence;
  }

  /** The events after `sequence`. */
  since(sequence: number): readonly EventNotice[] {
    return this.#events.filter((event) => event.sequence > sequence);
  }

  /** The number of the last event with this ID, if it's kept. */
  lastWith(lastEventId: string): number | undefined {
    return this.#events.findLast((event) => event.lastEventId === lastEventId)?.sequence;
  }

  /**
   * This tab leads: the numbers continue from its own position. A stream that is new to all tabs
   * gets numbers far away from those of other streams.
   */
  lead(): void {
    if (this.sequence === undefined || this.sequence > MOST_PLAUSIBLE) this.#startAfter(firstNumber());
    const ahead = this.#ahead;
    this.#ahead = [];
    for (const event of ahead) {
      if (event) this.#add(event);
      else this.#startAfter((this.sequence ?? 0) + 1);
    }
  }

  /**
   * Keeps the number beside the ID, so that this tab knows its place among the others after a
   * reload.
   */
  storedIn({ storage, key }: StoredIn, name: string, position: () => Position): StoredIn {
    const numberKey = `${key} ${name}`;
    return {
      key,
      storage: (): IdStorage => {
        const kept = typeof storage === 'function' ? storage() : storage;
        return {
          getItem: () => {
            const id = kept.getItem(key);
            const text = kept.getItem(numberKey) ?? '';
            const number = parseInt(text, 10);
            // Without an ID, old numbers mean other events. With another ID, a client that didn't
            // share the connection, or another tab, stored it since.
            if (id && text === `${number} ${id}`) this.#restore(number);
            return id;
          },
          setItem: (_, id) => {
            kept.setItem(key, id);
            kept.setItem(numberKey, `${position().number ?? ''} ${id}`);
          },
        };
      },
    };
  }

  /** Ignores impossible numbers: any script on this origin could have written them. */
  #restore(sequence: number): void {
    if (!isSequence(sequence)) return;
    this.sequence = sequence;
    this.#restoredFrom = sequence - MOST_EVENTS;
  }

  /** Forgets all events: the next one has the number after this one. */
  #startAfter(sequence: number): void {
    this.sequence = sequence;
    this.#events = [];
    this.#characters = 0;
    this.#ahead = [];
    this.#restoredFrom = Infinity;
  }
}
