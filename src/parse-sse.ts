import type { SseMessage } from './message.js';
import { checkResponse } from './open-stream.js';
import { readMessages, type ReadOptions } from './read-messages.js';

/** Options of {@link parseSse}. */
export type ParseSseOptions = ReadOptions;

/**
 * Iterates over the events of a response, or of a stream of bytes, that you got in your own way. Leaving the loop cancels it. A response
 * must be 200 and `text/event-stream`; where a server breaks that rule, pass `response.body`.
 *
 * @returns An iterator that rejects with an {@link SseError}, or with what the stream or the signal fails with.
 *
 * @example
 * ```ts
 * for await (const event of parseSse(await fetch('/api/sse'))) console.log(event.type, event.data);
 * ```
 */
export function parseSse(
  source: Response | ReadableStream<Uint8Array>,
  options: ParseSseOptions = {},
): AsyncIterableIterator<SseMessage, undefined> {
  // Not `instanceof`: the Response of another fetch, or of a test's window, will do.
  const response = 'body' in source ? source : undefined;
  const body = 'body' in source ? source.body : source;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  return readMessages(
    async () => {
      if (response) await checkResponse(response);
      reader = body?.getReader();
      return {
        origin: response?.url ? new URL(response.url).origin : '',
        read: async () => (await reader?.read())?.value,
      };
    },
    options,
    () => {
      (reader ?? body)?.cancel().catch(() => undefined);
      reader?.releaseLock();
    },
  );
}
