import { SseError } from './errors.js';

/** A queue between events that arrive when they like and a loop that takes them when it can. */
export interface Inlet<T> {
  /** Hands over the next value. Past the limit, the loop gets an `overflow` error after all that is queued: nothing is lost in silence. */
  readonly push: (value: T) => void;
  /** The loop ends after what is queued; with an error, it throws it. */
  readonly end: (error?: unknown) => void;
}

export interface IterateOptions {
  /** The most values that wait. */
  readonly limit: number;
  /** Ends the loop: it throws the reason, and what is queued is dropped. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * An iterator over what is pushed. `return()`, which `break` calls, settles a pending `next()` at once.
 *
 * @param start - Called with the inlet; returns what stops the pushing, which is called once, however the iteration ends.
 */
export function iterate<T extends object>(
  start: (inlet: Inlet<T>) => () => void,
  { limit, signal }: IterateOptions,
): AsyncIterableIterator<T, undefined> {
  let queue: T[] = [];
  const waiting: {
    resolve: (result: IteratorResult<T, undefined>) => void;
    reject: (error: unknown) => void;
  }[] = [];
  let isOver = false;
  let failure: { readonly error: unknown } | undefined;
  let stop: () => void = () => undefined;

  const inlet: Inlet<T> = {
    push(value) {
      if (isOver) return;
      const reader = waiting.shift();
      if (reader) reader.resolve({ done: false, value });
      else if (queue.length < limit) queue.push(value);
      else inlet.end(new SseError('overflow', `The loop fell more than ${limit} events behind.`));
    },
    end(error) {
      if (isOver) return;
      isOver = true;
      signal?.removeEventListener('abort', abort);
      stop();
      if (error !== undefined) failure = { error };
      for (const reader of waiting.splice(0)) finish(reader);
    },
  };
  /** The error is for one `next()`; those after it find the end. */
  const finish = ({ resolve, reject }: (typeof waiting)[number]) => {
    if (failure) reject(failure.error);
    else resolve({ done: true, value: undefined });
    failure = undefined;
  };
  const abort = () => {
    queue = [];
    inlet.end(signal?.reason);
  };
  const isEnded = () => isOver;

  if (signal?.aborted) abort();
  else {
    signal?.addEventListener('abort', abort);
    const unsubscribe = start(inlet);
    if (isEnded()) unsubscribe();
    else stop = unsubscribe;
  }

  return {
    next: () =>
      new Promise((resolve, reject) => {
        const value = queue.shift();
        if (value !== undefined) resolve({ done: false, value });
        else if (isOver) finish({ resolve, reject });
        else waiting.push({ resolve, reject });
      }),
    return() {
      queue = [];
      inlet.end();
      failure = undefined;
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
