import { openStream } from './open-stream.js';
import { readMessages } from './read-messages.js';
import {
  prepareRequest,
  requestOptions,
  type FetchOptions,
  type StreamOptions,
  type UrlSource,
} from './request.js';
import { validate } from './validate.js';
import type { SseMessage } from './message.js';

/** Options of {@link fetchSse}: those of `SseClient` that concern one request. */
export type FetchSseInit = StreamOptions & FetchOptions;

/**
 * Sends one request and iterates over the events of its answer: the verb for LLM APIs. Leaving the loop, `return()` and the signal cancel
 * the request; nothing is ever sent twice. The request goes out with the first `next()`.
 *
 * @returns An iterator that rejects with an {@link SseError}, or with the reason of the signal.
 * @throws TypeError for an option that cannot work, with the cure.
 *
 * @example
 * ```ts
 * for await (const { data } of fetchSse('/api/chat', { json: { prompt }, until: '[DONE]' })) {
 *   output.append(JSON.parse(data).choices[0].delta.content ?? '');
 * }
 * ```
 */
export function fetchSse(
  url: UrlSource,
  init: FetchSseInit = {},
): AsyncIterableIterator<SseMessage, undefined> {
  validate(url, { ...init, transport: 'fetch' });
  const options = requestOptions(url, init);
  const { lastEventId = '' } = init;
  return readMessages(async (signal) => {
    const context = { attempt: 0, lastEventId, error: undefined, signal };
    const request = await prepareRequest(options, context, []);
    const { response, read } = await openStream(request);
    return { origin: new URL(response.url || request.url).origin, read };
  }, init);
}
