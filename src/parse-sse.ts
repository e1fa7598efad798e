import {
  createDecode,
  type AsText,
  type AsValue,
  type BySchema,
  type DecodeSetting,
} from './decode/decode.js';
import { CHECKED } from './checked.js';
import { checkResponse } from './stream/open-stream.js';
import { readMessages, type MessageIterator, type ReadOptions } from './stream/read-messages.js';
import { validateDecode } from './validate.js';

/**
 * Options of {@link parseSse}.
 *
 * @example
 * ```ts
 * const options: ParseSseOptions = { until: '[DONE]', maxEventSize: 1_000_000 };
 * for await (const { data } of parseSse(response, options)) output.append(data);
 * ```
 */
export type ParseSseOptions = ReadOptions;

/**
 * What {@link parseSse} reads.
 *
 * @example
 * ```ts
 * const source: SseSource = new Blob(['data: 42\n\n']).stream();
 * for await (const { data } of parseSse(source)) log(data);
 * ```
 */
export type SseSource = Response | ReadableStream<Uint8Array>;

/**
 * Iterates over the events of a response, or of a stream of bytes, that you got in your own way. Leaving the loop cancels it. A response
 * must be 200 and `text/event-stream`; where a server breaks that rule, pass `response.body`. `decode` and `schema` as in `fetchSse`.
 *
 * @returns An iterator that rejects with an {@link SseError}, or with what the stream or the signal fails with.
 * @throws TypeError for a `decode` or `schema` that cannot work, with the cure.
 *
 * @example
 * ```ts
 * for await (const event of parseSse(await fetch('/api/sse'))) console.log(event.type, event.data);
 * ```
 */
export function parseSse(source: SseSource, options?: ParseSseOptions & AsText): MessageIterator;
export function parseSse<Output>(
  source: SseSource,
  options: ParseSseOptions & BySchema<Output>,
): MessageIterator<Output>;
export function parseSse<T = unknown>(
  source: SseSource,
  options: ParseSseOptions & AsValue<T>,
): MessageIterator<T>;
export function parseSse(
  source: SseSource,
  options: ParseSseOptions & DecodeSetting = {},
): MessageIterator<unknown> {
  if (CHECKED) validateDecode(options);
  // One by one, not spread: inherited options and getters count.
  const { lastEventId, maxEventSize, until, signal } = options;
  // Not `instanceof`: the Response of another fetch, or of a test's window, will do.
  const response = 'body' in source ? source : undefined;
  const body = 'body' in source ? source.body : source;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  return readMessages(
    async () => {
      reader = body?.getReader();
      if (response) await checkResponse(response, reader);
      return {
        origin: response?.url ? new URL(response.url).origin : '',
        read: async () => (await reader?.read())?.value,
      };
    },
    { lastEventId, maxEventSize, until, signal, decode: createDecode(options) },
    () => {
      (reader ?? body)?.cancel().catch(() => undefined);
      reader?.releaseLock();
    },
  );
}
