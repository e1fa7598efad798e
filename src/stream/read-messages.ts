import { reasonOf } from '../errors.js';
import { textMessage, type Decode, type SseMessage } from '../message.js';
import { failureIn, type FailOn } from './fail-on.js';
import { createParser } from './parser.js';
import type { ParserOptions } from './parser-handlers.js';
import { chunkReader } from './read-chunk.js';
import { cutShort, isLast, type Until } from './until.js';

/** Where bytes are pulled from. */
export interface ByteSource {
  readonly origin: string;
  /** The next bytes, `undefined` at the end. */
  readonly read: () => Promise<Uint8Array | undefined>;
}

/**
 * How {@link parseSse} reads.
 *
 * @inline
 */
export interface ReadOptions extends ParserOptions {
  readonly until?: Until | undefined;
  /** Knows an event that reports a failure: the loop rejects with the code `server`. */
  readonly failOn?: FailOn | undefined;
  readonly signal?: AbortSignal | null | undefined;
}

interface ReadSettings extends ReadOptions {
  readonly decode?: Decode | undefined;
  /** Says which URL an error is about. */
  readonly locate?: ((error: unknown) => void) | undefined;
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
 * The messages of one stream, pulled: the next bytes are read once all messages of the bytes before
 * have been taken. So a slow reader slows the server down, and no queue grows.
 *
 * @param open - Called at the first `next()`, with a signal that aborts when the loop is over.
 * @param cancel - Called when the loop is over, even if it never began.
 */
export function readMessages(
  open: (signal: AbortSignal) => Promise<ByteSource>,
  { until, failOn, signal, decode, locate, ...options }: ReadSettings,
  cancel: () => void = () => undefined,
): MessageIterator<unknown> {
  const controller = new AbortController();
  let messages: SseMessage[] = [];
  let taken = 0;
  let hasBegun = false;
  let isOver = false;
  let isLeft = false;
  let failure: { readonly reason: unknown } | undefined;
  /** How many calls of `next()` wait. */
  let pulls = 0;
  /** What `next()` took, and found still being decoded. */
  let early: ReturnType<typeof take>;
  /** Ends the wait for the caller's functions, which may never settle. */
  let endWait: () => void = () => undefined;

  /** Stops reading. Messages that have arrived are still delivered. */
  const stop = () => {
    if (isOver) return;
    isOver = true;
    controller.abort();
    cancel();
  };
  /** Stops reading, and drops the messages that have arrived. */
  const leave = () => {
    signal?.removeEventListener('abort', abort);
    isLeft = true;
    messages = [];
    stop();
    endWait();
  };
  const abort = () => {
    failure = { reason: signal && reasonOf(signal) };
    leave();
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
  const orLeft = <T>(promise: Promise<T>): Promise<T | undefined> =>
    new Promise((resolve, reject) => {
      endWait = () => {
        resolve(undefined);
      };
      promise.then(resolve, reject);
      if (isLeft) endWait();
    });
  /** The next message that has arrived, decoded. */
  const take = () => {
    for (let message; (message = messages[taken]);) {
      taken += 1;
      const result = decode ? decode(message) : message;
      if (result) return result;
    }
    return undefined;
  };

  async function* read(): AsyncGenerator<SseMessage<unknown>, undefined> {
    try {
      const source = isOver ? undefined : await orLeft(open(controller.signal));
      const { origin = '' } = source ?? {};
      const parse = createParser(
        {
          event(type, data, lastEventId) {
            if (isOver) return;
            const message = textMessage(type, data, lastEventId, origin);
            const failure = failureIn(failOn, message);
            if (failure) throw failure;
            if (isLast(until, message)) stop();
            else messages.push(message);
          },
        },
        options,
      );
      const readChunk = source && chunkReader(source.read, parse);
      do {
        try {
          if (!(await readChunk?.())) {
            const reason = isOver ? undefined : cutShort(until);
            if (reason) failure = { reason };
            stop();
          }
        } catch (error) {
          // Once `until` or the reader has ended the loop, an error means nothing.
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
    } catch (error) {
      locate?.(error);
      throw error;
    } finally {
      leave();
    }
    locate?.(failure?.reason);
    // Unchanged, even if it isn't an Error: the caller compares it with the signal's reason.
    if (failure) throw failure.reason as Error;
    return undefined;
  }

  if (signal?.aborted) abort();
  const reading = read();
  return {
    next() {
      if (!hasBegun) begin();
      try {
        if (pulls === 0) early = take();
      } catch (error) {
        return reading.throw(error);
      }
      if (!early || early instanceof Promise) {
        pulls += 1;
        return reading.next();
      }
      // A message that has arrived is handed over at once: a turn of the generator would cost more
      // than the event.
      const value = early;
      early = undefined;
      return Promise.resolve({ done: false, value });
    },
    return() {
      // The generator's own return() would wait for a pending next(), which a silent server never
      // settles.
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
