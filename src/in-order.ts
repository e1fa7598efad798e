import type { Decode } from './decode.js';
import { SseError } from './errors.js';
import type { SseMessage } from './message.js';
import { MAX_EVENT_SIZE } from './parse.js';

/**
 * The most that waits behind an event that an asynchronous schema is looking at, in characters. Not a number of events: a server that
 * replays what was missed sends thousands of small ones in one chunk, and none of them may be lost.
 */
const LIMIT = MAX_EVENT_SIZE;

/** What an event costs beside its texts, in characters or so. */
const OVERHEAD = 64;

const sizeOf = ({ type, raw, lastEventId }: SseMessage) =>
  OVERHEAD + type.length + raw.length + lastEventId.length;

/** An event, and the last event ID before it. */
interface Waiting {
  readonly message: SseMessage;
  readonly idBefore: string | undefined;
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
  let waiting: (Waiting | (() => void))[] = [];
  /** How many of these have had their turn: to shift a long list for each event would take a time that is quadratic. */
  let taken = 0;
  let size = 0;
  /** What is being decoded; another object, or none, once it is forgotten. */
  let busy: Pick<Waiting, 'idBefore'> | undefined;

  function decode(message: SseMessage, idBefore: string | undefined): void {
    const decode = decodeFor(message.type);
    if (!decode) {
      deliver(message);
      return;
    }
    let result: ReturnType<Decode>;
    try {
      result = decode(message);
    } catch (error) {
      fail(error);
      return;
    }
    if (!('then' in result)) {
      deliver(result);
      return;
    }
    const turn = (busy = { idBefore });
    const settle = <T>(report: (value: T) => void) => {
      return (value: T) => {
        if (busy !== turn) return;
        busy = undefined;
        report(value);
        goOn();
      };
    };
    void result.then(settle(deliver), settle(fail));
  }

  function goOn(): void {
    for (let next; !busy && (next = waiting[taken]);) {
      taken++;
      if (taken * 2 >= waiting.length) dropTaken();
      if (typeof next === 'function') next();
      else {
        size -= sizeOf(next.message);
        decode(next.message, next.idBefore);
      }
    }
  }

  function dropTaken(): void {
    waiting = waiting.slice(taken);
    taken = 0;
  }

  function idBefore(): string | undefined {
    const isEvent = (entry: (typeof waiting)[number]) => typeof entry === 'object';
    return (busy ?? waiting.slice(taken).find(isEvent))?.idBefore;
  }

  /** A listener may make an event arrive while others still wait. */
  const isFree = () => !busy && waiting.length === 0;

  return {
    push(message, idBefore) {
      if (isFree()) decode(message, idBefore);
      else if (size + sizeOf(message) <= LIMIT) {
        waiting.push({ message, idBefore });
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
      if (isFree()) callback();
      else waiting.push(callback);
    },
    idBefore,
    clear() {
      const id = idBefore();
      dropTaken();
      const forgotten = waiting;
      waiting = [];
      busy = undefined;
      size = 0;
      for (const callback of forgotten) if (typeof callback === 'function') callback();
      return id;
    },
  };
}
