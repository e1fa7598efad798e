import type { Decode } from '../message.js';
import { SseError } from '../errors.js';
import type { SseMessage } from '../message.js';
import { MAX_EVENT_SIZE } from '../stream/parser.js';

/**
 * The most characters that may wait behind an asynchronous schema. It isn't a number of events: a
 * replay may bring thousands of small ones in one chunk, and none of them may be lost.
 */
const LIMIT = MAX_EVENT_SIZE;

/** Roughly what an event costs besides its texts, in characters. */
const OVERHEAD = 64;

const sizeOf = ({ type, raw, lastEventId }: SseMessage) =>
  OVERHEAD + type.length + raw.length + lastEventId.length;

/** An entry of the list: an event, or a callback that waits for the events before it. */
interface Entry {
  readonly message?: SseMessage;
  readonly callback?: () => void;
  /** Called when the event leaves the queue. */
  readonly release?: (() => void) | undefined;
  /** Its decoder was called. */
  isDecoding?: boolean;
  next?: Entry | undefined;
}

/** Takes events as they arrive, and delivers them decoded, in the same order. */
export interface DecodeQueue {
  push(message: SseMessage): void;
  /** Calls back once earlier events are delivered or dropped; at once if nothing waits. */
  after(callback: () => void): void;
  /** Drops the event that's being decoded, and the events that wait. */
  clear(): void;
}

/**
 * Synchronous from end to end, unless a decoder returns a promise: then the events behind it wait.
 *
 * @param hold - Called when an event enters the queue. The function it returns is called just
 * before that event is delivered or reported, but never if `clear()` drops it.
 */
export function createDecodeQueue(
  decodeFor: (type: string) => Decode | undefined,
  deliver: (message: SseMessage<unknown>) => void,
  fail: (error: unknown) => void,
  hold?: () => () => void,
): DecodeQueue {
  let first: Entry | undefined;
  let last: Entry | undefined;
  /** The size of the events whose decoder hasn't been called yet. */
  let size = 0;

  function add(entry: Entry): void {
    if (last) last.next = entry;
    else first = entry;
    last = entry;
  }

  function remove({ next, release }: Entry): void {
    first = next;
    last = next && last;
    release?.();
  }

  /** Decodes one entry after another. Stops at one that's already being decoded. */
  function run(): void {
    for (let entry; (entry = first) && !entry.isDecoding;) {
      entry.isDecoding = true;
      if (entry.message) decode(entry, entry.message);
      else {
        remove(entry);
        entry.callback?.();
      }
    }
  }

  function decode(entry: Entry, message: SseMessage): void {
    size -= sizeOf(message);
    let result: ReturnType<Decode>;
    try {
      const decodeMessage = decodeFor(message.type);
      result = decodeMessage ? decodeMessage(message) : message;
    } catch (error) {
      settle(entry, fail, error);
      return;
    }
    if (!result) settle(entry, () => undefined, undefined);
    else if (!('then' in result)) settle(entry, deliver, result);
    else {
      const resume =
        <T>(report: (value: T) => void) =>
        (value: T) => {
          settle(entry, report, value);
          run();
        };
      void result.then(resume(deliver), resume(fail));
    }
  }

  function settle<T>(entry: Entry, report: (value: T) => void, value: T): void {
    // If this entry was dropped, another one is first, or none.
    if (first !== entry) return;
    remove(entry);
    report(value);
  }

  return {
    push(message) {
      // A first event may be larger than the limit; it doesn't wait.
      if (first && size + sizeOf(message) > LIMIT) {
        fail(
          new SseError('overflow', `More than ${LIMIT} characters of events wait for a schema.`, {
            help: 'overflow-schema',
            event: message.type,
            raw: message.raw,
          }),
        );
        return;
      }
      size += sizeOf(message);
      const isAlone = !first;
      add({ message, release: hold?.() });
      // Otherwise a decoder is at work, or `run` is delivering and comes to this event next.
      if (isAlone) run();
    },
    after(callback) {
      if (first) add({ callback });
      else callback();
    },
    clear() {
      let entry = first;
      first = last = undefined;
      size = 0;
      while (entry) {
        const { callback, next } = entry;
        // A promise that never settles keeps its own event in memory, but not the events behind it.
        entry.next = undefined;
        callback?.();
        entry = next;
      }
    },
  };
}
