import { reasonOf, SseError, throwIfAborted } from '../errors.js';
import type { BodyArgument } from '../globals.js';
import { bytesOf, cannotStream, readerOf, type BodyReader } from './body-reader.js';
import { checkResponse } from './check-response.js';
import { timeLimit } from './time-limit.js';

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

/** Adds the headers that the protocol needs to the caller's. */
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

/**
 * The text as a header value: one character for each byte of its UTF-8, as fetch reads and writes
 * them. ASCII is that already, where there is no TextEncoder, too.
 */
export function utf8ByteString(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}
