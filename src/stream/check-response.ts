import { CHECKED } from '../checked.js';
import { SseError } from '../errors.js';
import type { BodyReader } from './body-reader.js';
import { extractMimeType } from './content-type.js';
import { parseRetryAfter, serverTime } from './retry-after.js';

/**
 * How much of an error's body is kept, in bytes, and how long to wait for it, in ms: some servers
 * never end it.
 */
export const ERROR_BODY = 8 * 1024;
export const ERROR_BODY_PATIENCE = 1000;

/** Fetch, "redirect status". */
const REDIRECTS = [301, 302, 303, 307, 308];

/** The error for a redirect. It has neither the target, which may hold a secret, nor a body. */
export function redirectError(status?: number): SseError {
  return new SseError(
    'http',
    `The server redirects.${CHECKED ? " Give redirect: 'follow' if headers and body may go there." : ''}`,
    { status, help: 'http-redirect' },
  );
}

/**
 * Why a response isn't an event stream; `undefined` if it is one. The error lacks the beginning of
 * the body, which hasn't been read yet.
 *
 * @param method - With one other than GET, a response may have any status of success that allows a
 * body: LLM servers answer a POST with 201, too.
 */
export function refusalOf(
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  method: string,
): SseError | undefined {
  const type = extractMimeType(headers.get('content-type'));
  const isSuccess = status === 200 || (method !== 'GET' && status > 200 && status < 300 && status !== 205);
  const refuse = (code: SseError['code'], message: string) =>
    new SseError(code, message, {
      status,
      headers,
      retryAfter: parseRetryAfter(headers.get('retry-after'), serverTime(headers)),
    });
  if (status === 204) return refuse('no-content', "The server answered 204: don't reconnect.");
  if (!isSuccess) return refuse('http', `The server answered ${status}.`);
  if (type === 'text/event-stream') return undefined;
  return refuse('content-type', `The server sent ${type ?? 'no content type'} instead of text/event-stream.`);
}

/**
 * Rejects unless the response is an event stream, with the beginning of its body. It doesn't cancel
 * the rest: that's up to the caller.
 */
export async function checkResponse(
  response: Response,
  reader: BodyReader | undefined,
  method: string,
): Promise<void> {
  const { status, type } = response;
  if (type === 'opaqueredirect' || REDIRECTS.includes(status)) throw redirectError(status || undefined);
  const refusal = refusalOf(response, method);
  if (refusal) throw Object.assign(refusal, { body: await beginning(reader) });
}

/** The beginning of a body, as text. */
async function beginning(reader: BodyReader | undefined): Promise<string> {
  const timer = setTimeout(() => {
    reader?.cancel().catch(() => undefined);
  }, ERROR_BODY_PATIENCE);
  const decoder = new TextDecoder();
  let text = '';
  let left = ERROR_BODY;
  try {
    while (left > 0) {
      const result = await reader?.read();
      if (!result?.value) break;
      text += decoder.decode(result.value.subarray(0, left), { stream: true });
      left -= result.value.length;
    }
  } catch {
    // What came before the connection broke is still the best explanation.
  }
  clearTimeout(timer);
  return text;
}
