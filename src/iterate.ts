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
 * @param start - Called with the inlet, and with a signal that aborts once nothing more is taken in, however the iteration ends.
 */
export function iterate<T extends object>(
  start: (inlet: Inlet<T>, over: AbortSignal) => void,
  { limit, signal }: IterateOptions,
): AsyncIterableIterator<T, undefined> {
  let queue: T[] = [];
  const readers: {
    readonly resolve: (result: IteratorResult<T, undefined>) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  const controller = new AbortController();
  /** As the controller's signal says, without a call into the browser for each event. */
  let isOver = false;
  let failure: { readonly error: unknown } | undefined;

  /** Gives those who wait what there is: a value each, then the failure, then the end. */
  const serve = () => {
    for (let reader; (queue.length > 0 || isOver) && (reader = readers.shift());) {
      const value = queue.shift();
      if (value !== undefined) reader.resolve({ done: false, value });
      else if (failure) {
        reader.reject(failure.error);
        failure = undefined;
      } else reader.resolve({ done: true, value: undefined });
    }
  };
  const inlet: Inlet<T> = {
    push(value) {
      if (isOver) return;
      if (queue.length < limit) {
        queue.push(value);
        serve();
      } else inlet.end(new SseError('overflow', `The loop fell more than ${limit} events behind.`));
    },
    end(error) {
      if (isOver) return;
      isOver = true;
      controller.abort();
      if (error !== undefined) failure = { error };
      serve();
    },
  };
  const abort = () => {
    queue = [];
    inlet.end(signal?.reason);
  };

  if (signal?.aborted) abort();
  else {
    signal?.addEventListener('abort', abort, { signal: controller.signal });
    start(inlet, controller.signal);
  }

  return {
    next: () =>
      new Promise((resolve, reject) => {
        readers.push({ resolve, reject });
        serve();
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
