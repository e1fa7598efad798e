import { CHECKED } from '../checked.js';
import { misuse, reasonOf, SseError, throwIfAborted } from '../errors.js';
import type { BodyArgument } from '../globals.js';
import { extractMimeType } from './content-type.js';
import { parseRetryAfter, serverTime } from './retry-after.js';
import { timeLimit } from './time-limit.js';

/**
 * How much of an error's body is kept, in bytes, and how long to wait for it, in ms: some servers
 * never end it.
 */
export const ERROR_BODY = 8 * 1024;
export const ERROR_BODY_PATIENCE = 1000;

/** Fetch, "redirect status". */
const REDIRECTS = [301, 302, 303, 307, 308];

/** What reads a body, whatever kind of stream that is. */
export interface BodyReader {
  read(): Promise<{ readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<unknown>;
  releaseLock(): void;
}

/** A stream that has a reader. */
export interface ReadableBody {
  getReader(): BodyReader;
}

/**
 * What one HTTP request for an event stream needs. Its only function from the caller is `fetch`.
 */
export interface StreamRequest {
  /** Absolute, including the last event ID if a query parameter carries it. */
  readonly url: string;
  /**
   * The ID to resume after; `''` for none. Sent as `Last-Event-ID` by every transport that can send
   * headers.
   */
  readonly lastEventId: string;
  readonly withCredentials: boolean;
  /**
   * Aborts when the client no longer needs the attempt. Stop, release everything, and report
   * nothing more.
   */
  readonly signal: AbortSignal;
  readonly method: string;
  /** The caller's headers. The transport adds the protocol's headers. */
  readonly headers: Headers;
  readonly body: BodyArgument | null | undefined;
  /** `'manual'`: a redirect is an error, because the request carries secrets. */
  readonly redirect: 'follow' | 'manual';
  /**
   * Time limits in ms: for the response headers, and between two chunks. Past one, the attempt
   * fails with `timeout`.
   */
  readonly openTimeout?: number | undefined;
  readonly idleTimeout?: number | undefined;
  readonly fetch: typeof fetch;
}

/** A response that has been checked: it's an event stream. */
export interface OpenStream {
  readonly response: Response;
  /** The URL that answered, after redirects. */
  readonly url: string;
  readonly origin: string;
  /** The next bytes, `undefined` at the end of the stream. Rejects with an {@link SseError}. */
  readonly read: () => Promise<Uint8Array | undefined>;
}

/** The error for what `fetch` or its body rejected with. */
export function networkError(cause?: unknown): SseError {
  if (cause instanceof SseError) return cause;
  return new SseError('network', 'The connection failed, was cut, or refused by CORS.', { cause });
}

/** The error for a response whose body can't be read piece by piece. */
export function cannotStream({ status }: Response): SseError {
  return new SseError('failed', "This `fetch` can't stream: its response has no readable body.", {
    status,
    help: 'failed-body',
  });
}

/**
 * Sends one request and checks the response as the standard does (WHATWG HTML 9.2.3). Only its
 * signal ends it: abort that in any case, whether the stream has ended, failed, or is no longer
 * needed.
 *
 * Rejects with an {@link SseError}. Anything else it rejects with is a bug, or a missing global,
 * and not the network.
 */
export async function openStream(request: StreamRequest): Promise<OpenStream> {
  const { signal, openTimeout, idleTimeout, method } = request;
  const opening = timeLimit(openTimeout, 'response headers', signal);
  const { response, reader } = await opening.wait(send(request)).finally(opening.cancel);
  await checkResponse(response, reader, method);
  if (!reader && response.body !== null) throw cannotStream(response);
  const url = response.url || request.url;
  const idling = timeLimit(idleTimeout, 'bytes', signal);
  const read = async () => {
    let value: Uint8Array | undefined;
    try {
      if (reader) value = bytesOf(await idling.wait(reader.read()));
      // For a `fetch` that ends the body when its signal aborts.
      throwIfAborted(signal);
      return value;
    } catch (cause) {
      throw networkError(cause);
    } finally {
      if (!value) idling.cancel();
    }
  };
  return { response, url, origin: new URL(url).origin, read };
}

/** The caller's headers, and those of the protocol. */
export function headersToSend(request: StreamRequest, lastEventId = request.lastEventId): Headers {
  const headers = new Headers(request.headers);
  if (!headers.has('accept')) headers.set('Accept', 'text/event-stream');
  if (lastEventId) headers.set('Last-Event-ID', utf8ByteString(lastEventId));
  return headers;
}

async function send(request: StreamRequest): Promise<{ response: Response; reader: BodyReader | undefined }> {
  // On its own: the browser's fetch refuses to be called as a method of the request.
  const { fetch, url, method, body, redirect, signal, withCredentials } = request;
  const headers = headersToSend(request);
  let response: Response;
  let reader: BodyReader | undefined;
  try {
    throwIfAborted(signal);
    response = await fetch(url, {
      method,
      headers,
      body: body ?? null,
      redirect,
      signal,
      cache: 'no-store',
      credentials: withCredentials ? 'include' : 'same-origin',
      // Fetch requires it when the body is a stream, and ignores it otherwise.
      ...{ duplex: 'half' },
    });
    reader = readerOf(response);
  } catch (cause) {
    throw networkError(cause);
  }
  // For a `fetch` that ignores its signal. Its response may come late.
  const cancel = () => {
    reader?.cancel().catch(() => undefined);
  };
  if (signal.aborted) {
    cancel();
    throw networkError(reasonOf(signal));
  }
  signal.addEventListener('abort', cancel);
  return { response, reader };
}

/** `undefined` without a body, and where it isn't a stream, as in React Native's own `fetch`. */
function readerOf(response: Response): BodyReader | undefined {
  const body = response.body as Partial<ReadableStream<Uint8Array>> | null | undefined;
  return body?.getReader?.();
}

/** What a reader has read; `undefined` at the end. Throws a `TypeError` if it isn't bytes. */
export function bytesOf({ value }: { readonly value?: unknown }): Uint8Array | undefined {
  if (value === undefined || ArrayBuffer.isView(value)) return value as Uint8Array | undefined;
  throw misuse('The body must be bytes: leave setEncoding() and TextDecoderStream out.', CHECKED && 'bytes');
}

/**
 * The text as a header value: one character for each byte of its UTF-8, as fetch reads and writes
 * them. ASCII is that already, where there is no TextEncoder, too.
 */
export function utf8ByteString(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

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
  if (status === 204) return refuse('no-content', 'The server has no more to send (204).');
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
