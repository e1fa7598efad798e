import type { SseMessage } from '../message.js';
import { createParser, type ParserHandlers, type ParserOptions } from './parser.js';

/** Bytes to pull, and where they come from. */
export interface ByteSource {
  readonly origin: string;
  /** The next bytes, `undefined` at the end. */
  readonly read: () => Promise<Uint8Array | undefined>;
}

/**
 * Reads and parses one chunk at each call. Resolves to `false` at the end of the stream.
 *
 * Await it in a loop instead of reading there: a function that waits for the next bytes keeps the
 * last, which may be a megabyte.
 */
export function chunkReader(
  { origin, read }: ByteSource,
  receive: (message: SseMessage) => void,
  options: ParserOptions,
  others?: Omit<ParserHandlers, 'event'>,
): () => Promise<boolean> {
  const parse = createParser(
    {
      event(type, data, lastEventId) {
        receive({ type, data, lastEventId, origin, raw: data });
      },
      ...others,
    },
    options,
  );
  return async () => {
    const bytes = await read();
    if (bytes) parse(bytes);
    return !!bytes;
  };
}
