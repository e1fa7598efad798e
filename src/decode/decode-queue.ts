import type { Decode } from '../message.js';
import { SseError } from '../errors.js';
import type { SseMessage } from '../message.js';
import { MAX_EVENT_SIZE } from '../stream/parser.js';

/**
 * The most that waits behind an event that an asynchronous schema is looking at, in characters. Not a number of events: a server that
 * replays what was missed sends thousands of small ones in one chunk, and none of them may be lost.
 */
const LIMIT = MAX_EVENT_SIZE;

/** What an event costs beside its texts, in characters or so. */
const OVERHEAD = 64;

const sizeOf = ({ type, raw, lastEventId }: SseMessage) =>
  OVERHEAD + type.length + raw.length + lastEventId.length;

/** What has its turn, in a list: an event that waits, a callback, or neither: what is being decoded, which is then the first. */
interface Waiting {
  readonly message?: SseMessage;
  readonly callback?: () => void;
  /** Of an event: the last event ID before it. */
  readonly idBefore?: string | undefined;
  next?: Waiting | undefined;
}

/** Takes events as they arrive, and hands them on decoded, in the order of their arrival. */
export interface InOrder {
  push(message: SseMessage, idBefore?: string): void;
  /** Calls back once all that was pushed before has been handed on, or forgotten: at once where nothing waits. */
  after(callback: () => void): void;
  /** The last event ID before what is being decoded, and what waits for that; `undefined` if nothing is. */
  idBefore(): string | undefined;
  /** Forgets all that. Returns the last event ID before it. */
  clear(): string | undefined;
}

/** Synchronous from end to end, but while a decoder answers with a promise: the events behind it wait. */
export function inOrder(
  decodeFor: (type: string) => Decode | undefined,
  deliver: (message: SseMessage<unknown>) => void,
  fail: (error: unknown) => void,
): InOrder {
  let first: Waiting | undefined;
  let last: Waiting | undefined;
  let size = 0;
  /** A decoder is called: what it makes arrive waits, too. */
  let isDecoding = false;

  function decode(message: SseMessage, idBefore: string | undefined): void {
    const decode = decodeFor(message.type);
    if (!decode) {
      deliver(message);
      return;
    }
    let result: ReturnType<Decode>;
    isDecoding = true;
    try {
      result = decode(message);
    } catch (error) {
      fail(error);
      return;
    } finally {
      isDecoding = false;
    }
    if (!result) return;
    if (!('then' in result)) {
      deliver(result);
      return;
    }
    const turn: Waiting = (first = { idBefore, next: first });
    last ??= turn;
    const settle = <T>(report: (value: T) => void) => {
      return (value: T) => {
        // Another, or none, once it is forgotten.
        if (first !== turn) return;
        goOnAt(turn.next);
        report(value);
        goOn();
      };
    };
    void result.then(settle(deliver), settle(fail));
  }

  function goOn(): void {
    while (first?.message || first?.callback) {
      const { message, callback, idBefore, next } = first;
      goOnAt(next);
      callback?.();
      if (message) {
        size -= sizeOf(message);
        decode(message, idBefore);
      }
    }
  }

  function goOnAt(next: Waiting | undefined): void {
    first = next;
    last = next && last;
  }

  function add(waiting: Waiting): void {
    if (last) last.next = waiting;
    else first = waiting;
    last = waiting;
  }

  function idBefore(): string | undefined {
    let event = first;
    while (event?.callback) event = event.next;
    return event?.idBefore;
  }

  return {
    push(message, idBefore) {
      // Something may wait though nothing is being decoded: a listener may make an event arrive.
      if (!first && !isDecoding) {
        decode(message, idBefore);
        goOn();
      } else if (size + sizeOf(message) <= LIMIT) {
        add({ message, idBefore });
        size += sizeOf(message);
      } else {
        fail(
          new SseError('overflow', `More than ${LIMIT} characters of events wait for a schema.`, {
            event: message.type,
            raw: message.raw,
          }),
        );
      }
    },
    after(callback) {
      if (first) add({ callback });
      else callback();
    },
    idBefore,
    clear() {
      const id = idBefore();
      let forgotten = first;
      first = last = undefined;
      size = 0;
      while (forgotten) {
        const { callback, next } = forgotten;
        // A promise that never settles holds the event it is for, but none behind it.
        forgotten.next = undefined;
        callback?.();
        forgotten = next;
      }
      return id;
    },
  };
}
