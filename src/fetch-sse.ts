import {
  createDecode,
  type AsText,
  type AsValue,
  type BySchema,
  type DecodeSetting,
} from './decode/decode.js';
import { CHECKED } from './checked.js';
import { openStream } from './stream/open-stream.js';
import { readMessages, type MessageIterator } from './stream/read-messages.js';
import {
  prepareRequest,
  refuseUnsafe,
  requestOptions,
  type FetchOptions,
  type StreamOptions,
  type UrlSource,
} from './connection/request.js';
import { validateRequest, validateDecode } from './validate.js';

/**
 * Options of {@link fetchSse}: those of `SseClient` that concern one request.
 *
 * @example
 * ```ts
 * const init: FetchSseInit = { json: { prompt: 'Hi' }, openTimeout: 10_000, until: '[DONE]' };
 * for await (const { data } of fetchSse('/api/chat', init)) output.append(data);
 * ```
 */
export type FetchSseInit = StreamOptions & FetchOptions;

/**
 * Sends one request and iterates over the events of its answer: the verb for LLM APIs. Leaving the loop, `return()` and the signal cancel
 * the request; nothing is ever sent twice. The request goes out with the first `next()`.
 *
 * Payloads are text, unless `decode` or `schema` makes them something else; one that cannot be made so rejects the loop.
 *
 * @returns An iterator that rejects with an {@link SseError}, or with the reason of the signal.
 * @throws TypeError for an option that cannot work, with the cure.
 *
 * @example
 * ```ts
 * interface Chunk {
 *   choices: { delta: { content?: string } }[];
 * }
 * for await (const { data } of fetchSse<Chunk>('/api/chat', { json: { prompt: 'Hi' }, decode: 'json', until: '[DONE]' })) {
 *   output.append(data.choices[0]?.delta.content ?? '');
 * }
 * ```
 */
export function fetchSse(url: UrlSource, init?: FetchSseInit & AsText): MessageIterator;
export function fetchSse<Output>(
  url: UrlSource,
  init: FetchSseInit & BySchema<Output>,
): MessageIterator<Output>;
export function fetchSse<T = unknown>(url: UrlSource, init: FetchSseInit & AsValue<T>): MessageIterator<T>;
export function fetchSse(url: UrlSource, init: FetchSseInit & DecodeSetting = {}): MessageIterator<unknown> {
  if (CHECKED) {
    validateRequest(url, init);
    validateDecode(init);
  }
  const options = requestOptions(url, init);
  // One by one, not spread: inherited options and getters count.
  const { lastEventId = '', maxEventSize, until, signal } = init;
  refuseUnsafe(options, lastEventId);
  return readMessages(
    async (signal) => {
      const context = { failures: 0, lastEventId, error: undefined, signal };
      const request = await prepareRequest(options, context, []);
      return openStream(request);
    },
    { lastEventId, maxEventSize, until, signal, decode: createDecode(init) },
  );
}
