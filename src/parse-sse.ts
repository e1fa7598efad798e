import {
  createDecode,
  type AsText,
  type AsValue,
  type BySchema,
  type DecodeSetting,
  type WithoutDecode,
} from './decode/decode.js';
import { CHECKED } from './checked.js';
import { locate, needGlobals } from './errors.js';
import { bytesOf, cannotStream, type BodyReader, type ReadableBody } from './stream/body-reader.js';
import { checkResponse } from './stream/check-response.js';
import { readMessages, type MessageIterator, type ReadOptions } from './stream/read-messages.js';
import { hintAtUnknown, validateDecode, validateSource } from './validate.js';

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
 * What {@link parseSse} reads: a response, a stream of bytes, or anything else that iterates over
 * bytes, such as a Node stream or the `data` of an axios response.
 *
 * @example
 * ```ts
 * const source: SseSource = new Blob(['data: 42\n\n']).stream();
 * for await (const { data } of parseSse(source)) log(data);
 * ```
 */
export type SseSource = Response | ReadableBody | AsyncIterable<Uint8Array>;

/** What ssekit uses of a Node stream, besides iterating over it. */
interface NodeStream {
  on(event: 'error', listener: () => void): unknown;
  destroy(): unknown;
}

/** @hidden */
export function parseSse<T>(...forgotten: WithoutDecode<T>): MessageIterator<T>;
/**
 * Iterates over the events of a response or a stream of bytes that you already have. Leaving the
 * loop cancels it. So does the signal, once the loop has begun.
 *
 * A response must be `text/event-stream` with a status from 200 to 299, but not 204 or 205; if a
 * server breaks that rule, pass `response.body`. `decode` and `schema` work as in {@link fetchSse}.
 * As there, the last event is delivered even if the blank line after it is missing.
 *
 * @returns An iterator that rejects with an {@link SseError}, the stream's own error, or the
 * signal's reason.
 * @throws TypeError for a `decode` or `schema` that can't work, or if a global is missing; it says
 * what to do.
 *
 * @example
 * ```ts
 * for await (const event of parseSse(await fetch('/api/sse'))) console.log(event.type, event.data);
 * ```
 */
export function parseSse(source: SseSource, options?: ParseSseOptions & AsText): MessageIterator;
export function parseSse<Output, Raw>(
  source: SseSource,
  options: ParseSseOptions & BySchema<Output, Raw>,
): MessageIterator<Output>;
export function parseSse<T = unknown>(
  source: SseSource,
  options: ParseSseOptions & AsValue<T>,
): MessageIterator<T>;
export function parseSse(
  source: SseSource,
  options: ParseSseOptions & DecodeSetting = {},
): MessageIterator<unknown> {
  if (CHECKED) {
    needGlobals('TextDecoder');
    validateSource(source);
    validateDecode(options);
    hintAtUnknown(options, 'parse');
  }
  // Read one by one, so inherited options and getters count.
  const { until, failOn, signal, lastEventId, maxEventSize } = options;
  // Not `instanceof`: a Response from another fetch, or from a test's window, works, too.
  const isBody = 'getReader' in source || Symbol.asyncIterator in source;
  const response = isBody ? undefined : source;
  const body = isBody ? source : source.body;
  let reader: BodyReader | undefined;
  return readMessages(
    async () => {
      reader = readerOf(body);
      // The method is unknown here.
      if (response) await checkResponse(response, reader, '');
      if (response && !reader && body !== null) throw cannotStream(response);
      return {
        origin: response?.url ? new URL(response.url).origin : '',
        read: async () => bytesOf((await reader?.read()) ?? {}),
      };
    },
    {
      until,
      failOn,
      signal,
      lastEventId,
      maxEventSize,
      decode: createDecode(options, true),
      locate: (error) => {
        locate(error, response?.url ?? '');
      },
    },
    () => {
      try {
        reader ??= readerOf(body);
      } catch {
        // Somebody else is reading it.
      }
      reader?.cancel().catch(() => undefined);
      reader?.releaseLock();
    },
  );
}

function readerOf(body: ReadableBody | AsyncIterable<Uint8Array> | null | undefined) {
  if (!body) return undefined;
  if ('getReader' in body) return body.getReader();
  return Symbol.asyncIterator in body ? iteratorReader(body) : undefined;
}

function iteratorReader(body: AsyncIterable<Uint8Array> & Partial<NodeStream>): BodyReader {
  const iterator = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
  return {
    read: () => iterator.next(),
    async cancel() {
      // A Node stream's iterator stops only when the next bytes arrive. `destroy()` doesn't wait.
      // Ignore the error that some streams emit then.
      body.on?.('error', () => undefined);
      body.destroy?.();
      await iterator.return?.();
    },
    releaseLock: () => undefined,
  };
}
