import type { SseMessage } from './message.js';
import { createParser, type ParserOptions } from './parse.js';
import { isLast, type Until } from './request.js';

/** Bytes to be pulled, and where they come from. */
export interface ByteSource {
  readonly origin: string;
  /** The next bytes, `undefined` at the end. */
  readonly read: () => Promise<Uint8Array | undefined>;
}

export interface ReadOptions extends ParserOptions {
  readonly until?: Until | undefined;
  readonly signal?: AbortSignal | undefined;
}

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
  { until, signal, ...options }: ReadOptions,
  cancel: () => void = () => undefined,
): AsyncIterableIterator<SseMessage, undefined> {
  const controller = new AbortController();
  let messages: SseMessage[] = [];
  let taken = 0;
  let isOver = false;
  let failure: { readonly reason: unknown } | undefined;
  let read: ByteSource['read'] | undefined;
  let parse: ((chunk: Uint8Array) => void) | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const ended = new Promise<void>((resolve) => {
    controller.signal.addEventListener('abort', () => {
      resolve();
    });
  });

  const stop = () => {
    if (isOver) return;
    isOver = true;
    signal?.removeEventListener('abort', abort);
    controller.abort();
    cancel();
  };
  const abort = () => {
    failure = { reason: signal?.reason };
    messages = [];
    stop();
  };

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
      // Raced once: functions of the caller may never settle.
      if (!read) await Promise.race([begin(), ended]);
      while (!isOver && messages.length === 0) {
        const bytes = await read?.();
        if (bytes) parse?.(bytes);
        else stop();
      }
    } catch (error) {
      // What ended the reading by its own hand is not a failure.
      if (!isOver) failure = { reason: error };
      stop();
    }
  }

  async function pull(): Promise<IteratorResult<SseMessage, undefined>> {
    if (taken === messages.length && !isOver) await fill();
    const message = messages[taken];
    if (message) {
      taken += 1;
      return { done: false, value: message };
    }
    if (!failure) return { done: true, value: undefined };
    const { reason } = failure;
    failure = undefined;
    // As it is, even where it is no Error: a caller compares it with the reason of the signal.
    throw reason as Error;
  }

  if (signal?.aborted) abort();
  else signal?.addEventListener('abort', abort);
  return {
    next() {
      const result = turn.then(pull);
      turn = result.catch(() => undefined);
      return result;
    },
    return() {
      messages = [];
      failure = undefined;
      stop();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
