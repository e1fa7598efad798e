import { reasonOf, SseError } from './errors.js';

/**
 * The writing end of a queue between events, which arrive at any time, and a loop, which takes them
 * when it can.
 */
export interface Feed<T> {
  /**
   * Adds a value. Past the limit, the loop gets an `overflow` error after everything that's queued:
   * nothing is lost in silence.
   */
  readonly push: (value: T) => void;
  /** Ends the loop after what's queued. With an error, the loop then throws it. */
  readonly end: (error?: unknown) => void;
}

export interface IterateOptions {
  /** The most values that wait. */
  readonly limit: number;
  /** Ends the loop: it throws the reason, and what's queued is dropped. */
  readonly signal?: AbortSignal | undefined;
}

interface Link<T> {
  readonly item: T;
  next?: Link<T>;
}

/**
 * A list whose first item can be taken without moving the others, as `shift()` of a long array
 * does.
 */
class Queue<T> {
  size = 0;
  #first: Link<T> | undefined;
  #last: Link<T> | undefined;

  push(item: T): void {
    const last = this.#last;
    this.#last = { item };
    if (last) last.next = this.#last;
    else this.#first = this.#last;
    this.size++;
  }

  shift(): T | undefined {
    const first = this.#first;
    if (!first) return undefined;
    this.#first = first.next;
    if (!first.next) this.#last = undefined;
    this.size--;
    return first.item;
  }
}

/**
 * An iterator over what's pushed. `return()`, which `break` calls, settles a pending `next()` at
 * once.
 *
 * @param start - Called with the feed, and with a signal that aborts when nothing more is accepted,
 * however the iteration ends.
 */
export function iterate<T extends object>(
  start: (feed: Feed<T>, over: AbortSignal) => void,
  { limit, signal }: IterateOptions,
): AsyncIterableIterator<T, undefined> {
  let queue = new Queue<T>();
  const readers = new Queue<{
    readonly resolve: (result: IteratorResult<T, undefined>) => void;
    readonly reject: (error: unknown) => void;
  }>();
  const controller = new AbortController();
  let hasBegun = false;
  /** The same as the controller's signal says, without calling into the browser for each event. */
  let isOver = false;
  let failure: { readonly error: unknown } | undefined;

  /** Settles pending calls of `next()`: a value each, then the failure, then the end. */
  const serve = () => {
    for (let reader; (queue.size > 0 || isOver) && (reader = readers.shift());) {
      const value = queue.shift();
      if (value !== undefined) reader.resolve({ done: false, value });
      else if (failure) {
        reader.reject(failure.error);
        failure = undefined;
      } else reader.resolve({ done: true, value: undefined });
    }
  };
  const feed: Feed<T> = {
    push(value) {
      if (isOver) return;
      if (queue.size < limit) {
        queue.push(value);
        serve();
      } else {
        const message = `The loop fell more than ${limit} events behind.`;
        feed.end(new SseError('overflow', message, { help: 'overflow-loop' }));
      }
    },
    end(error) {
      if (isOver) return;
      isOver = true;
      signal?.removeEventListener('abort', abort);
      controller.abort();
      if (error !== undefined) failure = { error };
      serve();
    },
  };
  const abort = () => {
    queue = new Queue();
    feed.end(signal && reasonOf(signal));
  };
  /**
   * Starts at the first `next()`: an iterator that nobody uses must leave no listener on a
   * long-lived signal.
   */
  const begin = () => {
    hasBegun = true;
    if (isOver) return;
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort);
  };

  if (signal?.aborted) abort();
  else start(feed, controller.signal);

  return {
    next() {
      if (!hasBegun) begin();
      return new Promise((resolve, reject) => {
        readers.push({ resolve, reject });
        serve();
      });
    },
    return() {
      queue = new Queue();
      feed.end();
      failure = undefined;
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
