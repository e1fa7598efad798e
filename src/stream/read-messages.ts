import type { Decode } from '../message.js';
import type { SseMessage } from '../message.js';
import type { ParserOptions } from './parser.js';
import { chunkReader, type ByteSource } from './read-chunk.js';
import { cutShort, isLast, type Until } from './until.js';

/**
 * How {@link parseSse} reads.
 *
 * @inline
 */
export interface ReadOptions extends ParserOptions {
  readonly until?: Until | undefined;
  readonly signal?: AbortSignal | null | undefined;
}

/**
 * The messages of one stream, for a `for await` loop. Leaving it cancels the stream.
 *
 * @example
 * ```ts
 * const messages: MessageIterator = fetchSse('/api/sse');
 * const first = await messages.next();
 * await messages.return?.(); // cancels the request
 * ```
 */
export interface MessageIterator<T = string> extends AsyncIterator<SseMessage<T>, undefined> {
  [Symbol.asyncIterator](): MessageIterator<T>;
}

/**
 * The messages of one stream, pulled: the next bytes are asked for when all messages of those before have been taken, so a slow reader
 * slows the server and no queue grows.
 *
 * @param open - Called at the first `next()`, with a signal that aborts when nobody reads any more.
 * @param cancel - Called when nobody reads any more, even if nobody ever began.
 */
export function readMessages(
  open: (signal: AbortSignal) => Promise<ByteSource>,
  { until, signal, decode, ...options }: ReadOptions & { readonly decode?: Decode | undefined },
  cancel: () => void = () => undefined,
): MessageIterator<unknown> {
  const controller = new AbortController();
  let messages: SseMessage[] = [];
  let taken = 0;
  let isOver = false;
  let isLeft = false;
  let failure: { readonly reason: unknown } | undefined;
  /** How many calls of `next()` wait. */
  let pulls = 0;
  /** What `next()` took, and found to be not decoded yet. */
  let early: ReturnType<typeof take>;
  /** Ends the wait for functions of the caller, which may never settle. */
  let endWait: () => void = () => undefined;

  /** No more is read. What has come already is still due. */
  const stop = () => {
    if (isOver) return;
    isOver = true;
    controller.abort();
    cancel();
  };
  /** Nobody wants what has come, either. */
  const leave = () => {
    signal?.removeEventListener('abort', abort);
    isLeft = true;
    messages = [];
    stop();
    endWait();
  };
  const abort = () => {
    failure = { reason: signal?.reason };
    leave();
  };
  const orLeft = <T>(promise: Promise<T>): Promise<T | undefined> =>
    new Promise((resolve, reject) => {
      endWait = () => {
        resolve(undefined);
      };
      promise.then(resolve, reject);
      if (isLeft) endWait();
    });
  /** The next of what has come, as it is typed. */
  const take = () => {
    const message = messages[taken];
    if (!message) return undefined;
    taken += 1;
    return decode ? decode(message) : message;
  };

  async function* read(): AsyncGenerator<SseMessage<unknown>, undefined> {
    try {
      const source = isOver ? undefined : await orLeft(open(controller.signal));
      const readChunk =
        source &&
        chunkReader(
          source,
          (message) => {
            if (isOver) return;
            if (isLast(until, message)) stop();
            else messages.push(message);
          },
          options,
        );
      do {
        try {
          if (!(await readChunk?.())) {
            const reason = isOver ? undefined : cutShort(until);
            if (reason) failure = { reason };
            stop();
          }
        } catch (error) {
          // Where `until` or the reader has ended it, what breaks then is no failure.
          if (!isOver) failure = { reason: error };
          stop();
        }
        for (let next; (next = early ?? take());) {
          early = undefined;
          if (next instanceof Promise) next = await orLeft(next);
          pulls -= 1;
          if (next) yield next;
        }
        messages = [];
        taken = 0;
      } while (!isOver);
    } finally {
      leave();
    }
    // As it is, even where it is no Error: a caller compares it with the reason of the signal.
    if (failure) throw failure.reason as Error;
    return undefined;
  }

  if (signal?.aborted) abort();
  else signal?.addEventListener('abort', abort);
  const reading = read();
  return {
    next() {
      try {
        if (pulls === 0) early = take();
      } catch (error) {
        return reading.throw(error);
      }
      if (!early || early instanceof Promise) {
        pulls += 1;
        return reading.next();
      }
      // What has come already needs no turn: that would cost more than the event.
      const value = early;
      early = undefined;
      return Promise.resolve({ done: false, value });
    },
    return() {
      // A generator by itself would wait for the `next()` before it, which a silent server never settles.
      failure = undefined;
      leave();
      reading.return(undefined).catch(() => undefined);
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
