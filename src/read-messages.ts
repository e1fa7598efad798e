import { SseError } from './errors.js';
import type { SseMessage } from './message.js';
import { createParser, type ParserOptions } from './parse.js';
import { isLast, type Until } from './request.js';

/** Bytes to be pulled, and where they come from. */
export interface ByteSource {
  readonly origin: string;
  /** The next bytes, `undefined` at the end. */
  readonly read: () => Promise<Uint8Array | undefined>;
  readonly cancel: () => void;
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
 */
export function readMessages(
  open: (signal: AbortSignal) => Promise<ByteSource>,
  { until, signal, ...options }: ReadOptions,
): AsyncIterableIterator<SseMessage, undefined> {
  const controller = new AbortController();
  let messages: SseMessage[] = [];
  let taken = 0;
  let isOver = false;
  let failure: unknown;
  let read: ByteSource['read'] | undefined;
  let parse: ((chunk: Uint8Array) => void) | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const stop = () => {
    isOver = true;
    controller.abort();
    signal?.removeEventListener('abort', abort);
  };
  const abort = () => {
    failure ??= signal?.reason;
    messages = [];
    stop();
  };

  async function begin(): Promise<void> {
    const source = await open(controller.signal);
    const { origin } = source;
    read = source.read;
    controller.signal.addEventListener('abort', source.cancel);
    if (isOver) source.cancel();
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
      if (!read) await begin();
      while (!isOver && messages.length === 0) {
        const bytes = await read?.();
        if (bytes) parse?.(bytes);
        else stop();
      }
    } catch (error) {
      // What ended the reading by its own hand is not a failure.
      if (!isOver) failure = error;
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
    if (failure === undefined) return { done: true, value: undefined };
    const error = failure;
    failure = undefined;
    throw error instanceof Error ? error : new SseError('network', 'Reading was aborted.', { cause: error });
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
      stop();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
