import type { Decode } from './decode.js';
import type { SseMessage } from './message.js';
import { createParser, type ParserOptions } from './parse.js';
import { cutShort, isLast, type Until } from './request.js';

/** Bytes to be pulled, and where they come from. */
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
  readonly signal?: AbortSignal | undefined;
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

type Taken = SseMessage<unknown> | undefined;

/**
 * The messages of one stream, pulled: the next bytes are asked for when all messages of those before have been taken, so a slow reader
 * slows the server and no queue grows. Written by hand, since `return()` of a generator waits for the `next()` before it, which a silent
 * server never settles.
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
  let failure: { readonly reason: unknown } | undefined;
  let read: ByteSource['read'] | undefined;
  let parse: ((chunk: Uint8Array) => void) | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  /** How many calls of `next()` wait. */
  let pulls = 0;
  /** Ends the wait for functions of the caller, which may never settle. */
  let leave: () => void = () => undefined;

  const stop = () => {
    if (isOver) return;
    isOver = true;
    controller.abort();
    cancel();
  };
  /** There are no more bytes. */
  const end = () => {
    if (!isOver && until !== undefined) failure = { reason: cutShort() };
    stop();
  };
  const refuse = (reason: unknown): Taken => {
    stop();
    drop({ reason });
    return undefined;
  };
  const abort = () => {
    refuse(signal?.reason);
  };
  /** What has come already goes to nobody any more. */
  const drop = (why: typeof failure) => {
    signal?.removeEventListener('abort', abort);
    failure = why;
    messages = [];
    leave();
  };
  const orLeft = <T>(promise: Promise<T>): Promise<T | undefined> =>
    new Promise((resolve, reject) => {
      leave = () => {
        resolve(undefined);
      };
      promise.then(resolve, reject);
    });

  async function begin(): Promise<void> {
    const source = await open(controller.signal);
    const { origin } = source;
    read = source.read;
    parse = createParser(
      {
        event(type, data, lastEventId) {
          if (isOver) return;
          const message = { type, data, lastEventId, origin, raw: data };
          if (isLast(until, message)) stop();
          else messages.push(message);
        },
      },
      options,
    );
  }

  /** Reads until there is a message, or none will come. */
  async function fill(): Promise<void> {
    messages = [];
    taken = 0;
    try {
      if (!read) await orLeft(begin());
      while (!isOver && messages.length === 0) {
        const bytes = await read?.();
        if (bytes) parse?.(bytes);
        else end();
      }
    } catch (error) {
      // What ended the reading by its own hand is not a failure.
      if (!isOver) failure = { reason: error };
      stop();
    }
  }

  /** The next message as it is typed. Nothing at the end, and where the loop is left meanwhile. */
  function take(): Taken | Promise<Taken> {
    const message = messages[taken];
    if (!message) return undefined;
    taken += 1;
    if (!decode) return message;
    try {
      const decoded = decode(message);
      return decoded instanceof Promise ? orLeft(decoded).catch(refuse) : decoded;
    } catch (error) {
      return refuse(error);
    }
  }

  async function pull(
    atHand: Taken | Promise<Taken>,
  ): Promise<IteratorResult<SseMessage<unknown>, undefined>> {
    const value = await (atHand ?? take() ?? (isOver ? undefined : fill().then(take)));
    pulls -= 1;
    if (value) return { done: false, value };
    const why = failure;
    drop(undefined);
    // As it is, even where it is no Error: a caller compares it with the reason of the signal.
    if (why) throw why.reason as Error;
    return { done: true, value: undefined };
  }

  if (signal?.aborted) abort();
  else signal?.addEventListener('abort', abort);
  return {
    next() {
      // What has come already needs no turn: eight promises for each event would cost more than the event.
      const atHand = pulls > 0 ? undefined : take();
      if (atHand && !(atHand instanceof Promise)) return Promise.resolve({ done: false, value: atHand });
      pulls += 1;
      const result = turn.then(() => pull(atHand));
      turn = result.catch(() => undefined);
      return result;
    },
    return() {
      stop();
      drop(undefined);
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
