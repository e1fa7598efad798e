import type { Decode } from './decode.js';
import { SseError } from './errors.js';
import type { SseMessage } from './message.js';

/** The most events that wait behind one that an asynchronous schema is looking at. */
const LIMIT = 1000;

/** Takes events as they arrive, and hands them on decoded, in the order of their arrival. */
export interface InOrder {
  push(message: SseMessage): void;
  /** Calls back once all that was pushed before has been handed on, or forgotten: at once where nothing waits. */
  after(callback: () => void): void;
  /** Forgets what is waiting, and what is being decoded. */
  clear(): void;
}

/** Synchronous from end to end, but while a decoder answers with a promise: the events behind it wait. */
export function inOrder(
  decodeFor: (type: string) => Decode | undefined,
  deliver: (message: SseMessage<unknown>) => void,
  fail: (error: unknown) => void,
): InOrder {
  let waiting: (SseMessage | (() => void))[] = [];
  /** What is being decoded; another object, or none, once it is forgotten. */
  let busy: object | undefined;

  function decode(message: SseMessage): void {
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
    if (!(result instanceof Promise)) {
      deliver(result);
      return;
    }
    const turn = (busy = {});
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
    for (let next; !busy && (next = waiting.shift());) {
      if (typeof next === 'function') next();
      else decode(next);
    }
  }

  /** A listener may make an event arrive while others still wait. */
  const isFree = () => !busy && waiting.length === 0;

  return {
    push(message) {
      if (isFree()) decode(message);
      else if (waiting.length < LIMIT) waiting.push(message);
      else {
        fail(
          new SseError('overflow', `More than ${LIMIT} events wait for a schema.`, {
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
    clear() {
      const forgotten = waiting;
      waiting = [];
      busy = undefined;
      for (const callback of forgotten) if (typeof callback === 'function') callback();
    },
  };
}
