import type { SseError } from './errors.js';
import type { TransportRequest } from './transport.js';

/** What functions for URL, headers and body are told before each attempt. */
export interface RequestContext {
  /** Failures since the last proof of health; 0 on the first attempt. */
  readonly attempt: number;
  /** The id the attempt will resume after; `''` for none. */
  readonly lastEventId: string;
  /** Why the attempt before failed: a 401 here is the moment to refresh a token. */
  readonly error: SseError | undefined;
  /** Aborts when the attempt is no longer wanted. */
  readonly signal: AbortSignal;
}

/** A value, or a function that is called for it before every attempt. */
export type PerAttempt<T> = T | ((context: RequestContext) => T | Promise<T>);

/** Where the stream is: resolved as in `EventSource`, or a function called before every attempt. */
export type UrlSource = PerAttempt<string | URL>;

/** The request of every attempt, before its functions are called. */
export interface RequestOptions {
  readonly url: UrlSource;
  readonly withCredentials: boolean;
  readonly lastEventIdParam: string | undefined;
}

/** Resolves against the page, or the worker's script, as `EventSource` does. Throws `TypeError` where that is not possible. */
export function resolveUrl(input: unknown): string {
  if (typeof input !== 'string' && !(input instanceof URL)) {
    throw new TypeError('The URL must be a string, a URL, or a function that returns one.');
  }
  const { document, location } = globalThis as Partial<typeof globalThis>;
  let url: URL;
  try {
    url = new URL(input, document?.baseURI ?? location?.href);
  } catch {
    // Without the input in the message: it may hold a token.
    throw new TypeError(
      'The URL cannot be resolved. Without a page (in Node, say) it must be absolute: https://host/path.',
    );
  }
  if (url.username || url.password) {
    throw new TypeError(
      'The URL holds a user name or password, which fetch refuses. Send an Authorization header instead.',
    );
  }
  return url.href;
}

/** Calls what must be called, and puts one attempt's request together. */
export async function prepareRequest(
  { url: source, withCredentials, lastEventIdParam }: RequestOptions,
  context: RequestContext,
  types: Iterable<string>,
): Promise<TransportRequest> {
  const { lastEventId, signal } = context;
  let url = resolveUrl(typeof source === 'function' ? await source(context) : source);
  if (lastEventIdParam && lastEventId) {
    const withId = new URL(url);
    withId.searchParams.set(lastEventIdParam, lastEventId);
    url = withId.href;
  }
  return { url, lastEventId, withCredentials, signal, types };
}
