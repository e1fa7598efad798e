import { SseError } from '../errors.js';
import { parseRetryAfter } from './retry-after.js';
import { throwIfAborted } from './throw-if-aborted.js';
import { timeLimit } from './time-limit.js';

/** How much of an error's body is kept, in bytes, and how long it is waited for, in ms: some servers never end it. */
const ERROR_BODY = 8 * 1024;
const ERROR_BODY_PATIENCE = 1000;

/** Fetch, "redirect status". */
const REDIRECTS = [301, 302, 303, 307, 308];

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** What one HTTP request for an event stream needs. Nothing in it is a function of the caller's, except `fetch`. */
export interface StreamRequest {
  /** Absolute, including the last event ID if a query parameter carries it. */
  readonly url: string;
  /** The ID to resume after; `''` for none. Sent as `Last-Event-ID` by every transport that can send headers. */
  readonly lastEventId: string;
  readonly withCredentials: boolean;
  /** Aborts when the attempt is over for the client: closed, superseded or given up. Stop, release everything, report nothing more. */
  readonly signal: AbortSignal;
  readonly method: string;
  /** The caller's headers. The transport adds those of the protocol. */
  readonly headers: Headers;
  readonly body: BodyInit | null | undefined;
  /** `'manual'`: a redirect is an error, because the request carries secrets. */
  readonly redirect: 'follow' | 'manual';
  /** Time limits in ms: for the response headers, and between two chunks. Past one, the attempt fails with `timeout`. */
  readonly openTimeout?: number | undefined;
  readonly idleTimeout?: number | undefined;
  readonly fetch: typeof fetch;
}

/** A response that is known to be an event stream. */
export interface OpenStream {
  readonly response: Response;
  /** What answered, after redirects. */
  readonly url: string;
  readonly origin: string;
  /** The next bytes, `undefined` at the end of the stream. Rejects with an {@link SseError}. */
  readonly read: () => Promise<Uint8Array | undefined>;
}

/**
 * Sends one request and checks the answer as the standard does (WHATWG HTML 9.2.3). Its signal is all that ends it: the caller must abort
 * it, whether the stream has ended, failed, or is no longer wanted. Rejects with an {@link SseError}.
 */
export function openStream(request: StreamRequest): Promise<OpenStream> {
  return open(request).catch((cause: unknown) => {
    throw networkError(cause);
  });
}

/** What is wrong with a stream where nothing better is known. */
export function networkError(cause: unknown): SseError {
  if (cause instanceof SseError) return cause;
  return new SseError('network', 'The connection failed, was cut, or refused by CORS.', { cause });
}

async function open(request: StreamRequest): Promise<OpenStream> {
  const { signal, openTimeout, idleTimeout } = request;
  const opening = timeLimit(openTimeout, 'response headers', signal);
  const { response, reader } = await opening.wait(send(request)).finally(opening.cancel);
  await checkResponse(response, reader);
  const url = response.url || request.url;
  const idling = timeLimit(idleTimeout, 'bytes', signal);
  const read = async () => {
    let value: Uint8Array | undefined;
    try {
      if (reader) ({ value } = await idling.wait(reader.read()));
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

async function send(request: StreamRequest): Promise<{ response: Response; reader: Reader | undefined }> {
  // `fetch` by itself: as a method of the request, the browser's own would refuse to be called.
  const { fetch, url, method, body, redirect, signal, lastEventId, withCredentials } = request;
  throwIfAborted(signal);
  const headers = new Headers(request.headers);
  if (!headers.has('accept')) headers.set('Accept', 'text/event-stream');
  if (lastEventId) headers.set('Last-Event-ID', utf8ByteString(lastEventId));
  const response = await fetch(url, {
    method,
    headers,
    body: body ?? null,
    redirect,
    signal,
    cache: 'no-store',
    credentials: withCredentials ? 'include' : 'same-origin',
    // What fetch demands with a body that is a stream, and nothing to any other.
    ...{ duplex: 'half' },
  });
  const reader = response.body?.getReader();
  // For a `fetch` that does not heed its signal. Its answer may come late.
  const cancel = () => {
    reader?.cancel().catch(() => undefined);
  };
  if (signal.aborted) cancel();
  throwIfAborted(signal);
  signal.addEventListener('abort', cancel);
  return { response, reader };
}

/** A header value is bytes, which fetch takes, and gives, as one character each. */
export function utf8ByteString(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

/** Rejects unless the response is an event stream; reads the beginning of what it is instead. To cancel the rest is left to the caller. */
export async function checkResponse(response: Response, reader: Reader | undefined): Promise<void> {
  const { status, headers } = response;
  const type = headers.get('content-type')?.split(';', 1)[0]?.trim() ?? '';
  const refuse = async (code: SseError['code'], message: string): Promise<never> => {
    throw new SseError(code, message, {
      status,
      headers,
      retryAfter: parseRetryAfter(headers.get('retry-after'), Date.now()),
      body: await beginning(reader),
    });
  };
  if (response.type === 'opaqueredirect' || REDIRECTS.includes(status)) {
    // Neither where it leads, which may hold a secret, nor its body.
    throw new SseError(
      'http',
      "The server redirects. Give redirect: 'follow' if headers and body may go there.",
      { status: status || undefined },
    );
  }
  if (status === 204) await refuse('no-content', 'The server has no more to send (204).');
  if (status !== 200) await refuse('http', `The server answered ${status}.`);
  if (type.toLowerCase() !== 'text/event-stream') {
    await refuse(
      'content-type',
      `The server sent ${type === '' ? 'no content type' : type} instead of text/event-stream.`,
    );
  }
}

/** The first of a body, as text. */
async function beginning(reader: Reader | undefined): Promise<string> {
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
    // What has come until the connection broke is still the best explanation there is.
  }
  clearTimeout(timer);
  return text;
}
