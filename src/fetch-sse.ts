import { devtools } from './connection/devtools-hook.js';
import { isUnauthorized, refresh } from './connection/refresh-auth.js';
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
import { hint } from './report.js';
import { openStream } from './stream/open-stream.js';
import { readMessages, type MessageIterator } from './stream/read-messages.js';
import type {
  FetchArgument,
  FetchOptions,
  JsonOrBody,
  StreamOptions,
  UrlSource,
} from './connection/request-options.js';
import { prepareRequest, refuseUnsafe, requestOptions } from './connection/request.js';
import { hintAtUnknown, validateRequest, validateDecode } from './validate.js';

/**
 * Options of {@link fetchSse}: the options of `SseClient` that apply to one request.
 *
 * @example
 * ```ts
 * const init: FetchSseInit = { json: { prompt: 'Hi' }, openTimeout: 10_000, until: '[DONE]' };
 * for await (const { data } of fetchSse('/api/chat', init)) output.append(data);
 * ```
 */
export type FetchSseInit = StreamOptions & FetchOptions;

/** {@link FetchSseInit} as an argument. */
export type FetchSseArgument = StreamOptions & FetchArgument;

/**
 * What the overloads take together. It stands last: past three, the compiler only says what's wrong
 * with the last one.
 */
export type AnyArgument = Omit<FetchSseInit, 'json' | 'body'> & JsonOrBody & DecodeSetting;

/** In ms, after which an iterator that nobody uses is a mistake. */
const UNUSED = 2000;
const LOOP =
  '`fetchSse` returns an iterator, and nobody uses it: it sends the request once you loop over it with `for await`.';

/** @hidden */
export function fetchSse<T>(...forgotten: WithoutDecode<T>): MessageIterator<T>;
/**
 * Sends one request and iterates over the events of its response: made for LLM APIs. Leaving the
 * loop, `return()` and the signal cancel the request. Nothing is sent twice, except after
 * `refreshAuth`. The request is sent at the first `next()`.
 *
 * Payloads are text, unless `decode` or `schema` says otherwise. A payload that can't be decoded
 * rejects the loop. The answer to a method other than GET may have any 2xx status except 204 and
 * 205. If a body ends normally, its last event is delivered even if the blank line after it is
 * missing.
 *
 * @returns An iterator that rejects with an {@link SseError}, or with the signal's reason.
 * @throws TypeError for an option that can't work; it says what to do.
 *
 * @example
 * ```ts
 * interface Chunk {
 *   choices: { delta: { content?: string } }[];
 * }
 * const chunks = fetchSse<Chunk>('/api/chat', {
 *   json: { prompt: 'Hi' },
 *   decode: 'json',
 *   until: '[DONE]',
 * });
 * for await (const { data } of chunks) {
 *   output.append(data.choices[0]?.delta.content ?? '');
 * }
 * ```
 */
export function fetchSse(url: UrlSource, init?: FetchSseArgument & AsText): MessageIterator;
export function fetchSse<Output, Raw>(
  url: UrlSource,
  init: FetchSseArgument & BySchema<Output, Raw>,
): MessageIterator<Output>;
export function fetchSse<T = unknown>(
  url: UrlSource,
  init: FetchSseArgument & AsValue<T>,
): MessageIterator<T>;
/** @hidden */
export function fetchSse(url: UrlSource, init: AnyArgument): MessageIterator<unknown>;
export function fetchSse(url: UrlSource, init: AnyArgument = {}): MessageIterator<unknown> {
  if (CHECKED) {
    needGlobals('TextDecoder');
    validateRequest(url, init);
    validateDecode(init);
    hintAtUnknown(init, 'fetch');
  }
  const options = requestOptions(url, init);
  // Read one by one, so inherited options and getters count.
  const { until, failOn, signal, lastEventId = '', maxEventSize, refreshAuth } = init;
  refuseUnsafe(options, lastEventId);
  let requested = '';
  const settings = {
    until,
    failOn,
    signal,
    lastEventId,
    maxEventSize,
    decode: createDecode(init, true),
    locate: (error: unknown) => {
      locate(error, requested);
    },
  };
  devtools()?.loop(options, settings);
  const forgotten = CHECKED ? setTimeout(hint, UNUSED, LOOP) : undefined;
  return readMessages(
    async (signal) => {
      clearTimeout(forgotten);
      const context = { failures: 0, lastEventId, error: undefined, signal };
      const request = async () => {
        const prepared = await prepareRequest(options, context, []);
        ({ url: requested } = prepared);
        // Where the query carries the ID, the header would only cause a CORS preflight.
        return openStream(options.lastEventIdParam ? { ...prepared, lastEventId: '' } : prepared);
      };
      try {
        return await request();
      } catch (error) {
        if (!refreshAuth || !isUnauthorized(error)) throw error;
        await refresh(refreshAuth, error, options.openTimeout, signal);
        return request();
      }
    },
    settings,
    () => {
      clearTimeout(forgotten);
    },
  );
}
