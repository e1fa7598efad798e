import { deadline, type Deadline } from './deadline.js';
import { SseError } from './errors.js';
import { parseRetryAfter } from './retry.js';
import type { TransportRequest } from './transport.js';

/** How much of an error's body is kept, in bytes, and how long it is waited for, in ms: some servers never end it. */
const ERROR_BODY = 8 * 1024;
const ERROR_BODY_PATIENCE = 1000;

/** Fetch, "redirect status". */
const REDIRECTS = [301, 302, 303, 307, 308];

/** A response that is known to be an event stream. */
export interface OpenStream {
  readonly response: Response;
  /** The next bytes, `undefined` at the end of the stream. Rejects with an {@link SseError}, or with the signal's reason. */
  readonly read: () => Promise<Uint8Array | undefined>;
  /** Ends the request. Nothing of it is left. */
  readonly cancel: () => void;
}

/** Sends one request and checks the answer as the standard does (WHATWG HTML 9.2.3). Rejects as `read` does. */
export async function openStream(request: TransportRequest): Promise<OpenStream> {
  const { signal } = request;
  const controller = new AbortController();
  let timeout: SseError | undefined;
  let limit: Deadline | undefined;
  let isWaiting = false;

  const cancel = () => {
    limit?.cancel();
    signal.removeEventListener('abort', cancel);
    controller.abort();
  };
  const watch = (ms: number | undefined, what: string) => {
    limit =
      ms === undefined
        ? undefined
        : deadline(ms, () => {
            limit = undefined;
            // Time that a reader takes between two reads is not the server's.
            if (!isWaiting) return;
            timeout = new SseError('timeout', `No ${what} for ${ms} ms.`);
            cancel();
          });
  };
  /** Runs one step; whatever ends it ends the request. */
  const step = async <T>(promise: () => Promise<T>): Promise<T> => {
    try {
      isWaiting = true;
      const result = await promise();
      isWaiting = false;
      if (timeout) throw timeout;
      signal.throwIfAborted();
      return result;
    } catch (cause) {
      cancel();
      if (timeout) throw timeout;
      signal.throwIfAborted();
      if (cause instanceof SseError) throw cause;
      throw new SseError(
        'network',
        'The server could not be reached, refused by CORS, or dropped the connection.',
        {
          cause,
        },
      );
    }
  };

  signal.throwIfAborted();
  signal.addEventListener('abort', cancel);
  watch(request.openTimeout, 'response headers');
  const response = await step(async () => {
    const response = await orAborted(send(request, controller.signal), controller.signal);
    limit?.cancel();
    await checkResponse(response);
    return response;
  });
  watch(request.idleTimeout, 'bytes');
  const reader = response.body?.getReader();
  // Again for a `fetch` that does not heed its signal.
  controller.signal.addEventListener('abort', () => {
    reader?.cancel().catch(() => undefined);
  });
  return {
    response,
    async read() {
      if (limit) limit.beat();
      else watch(request.idleTimeout, 'bytes');
      const result = await step(async () => reader?.read());
      if (result?.value) return result.value;
      cancel();
      return undefined;
    },
    cancel,
  };
}

/** The response, unless the signal aborts first, which not every `fetch` of a caller heeds; one that comes later is cancelled unread. */
function orAborted(response: Promise<Response>, signal: AbortSignal): Promise<Response> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
    response.then((late) => {
      if (signal.aborted) late.body?.cancel().catch(() => undefined);
      resolve(late);
    }, reject);
  });
}

async function send(request: TransportRequest, signal: AbortSignal): Promise<Response> {
  // `fetch` by itself: as a method of the request, the browser's own would refuse to be called.
  const { fetch, url, method, body, lastEventId, withCredentials } = request;
  const headers = new Headers(request.headers);
  if (!headers.has('accept')) headers.set('Accept', 'text/event-stream');
  if (lastEventId) headers.set('Last-Event-ID', utf8ByteString(lastEventId));
  return fetch(url, {
    method,
    headers,
    signal,
    cache: 'no-store',
    credentials: withCredentials ? 'include' : 'same-origin',
    redirect: request.redirect === 'follow' ? 'follow' : 'manual',
    ...(body == null ? {} : { body }),
    // What fetch demands with a body that is a stream.
    ...(body instanceof Object && 'getReader' in body && { duplex: 'half' }),
  });
}

/** A header value is bytes, which fetch takes, and gives, as one character each. */
export function utf8ByteString(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

/** Rejects unless the response is an event stream; reads the beginning of what it is instead. */
export async function checkResponse(response: Response): Promise<void> {
  const { status, headers } = response;
  if (response.type === 'opaqueredirect' || REDIRECTS.includes(status)) {
    response.body?.cancel().catch(() => undefined);
    throw new SseError(
      'http',
      "The server redirects. A request with headers or a body does not go where it cannot see; pass redirect: 'follow' to allow it.",
      { status: status || undefined },
    );
  }
  if (status === 204) {
    throw new SseError('no-content', 'The server has no more to send (204).', { status, headers });
  }
  const details = { status, headers, retryAfter: parseRetryAfter(headers.get('retry-after'), Date.now()) };
  if (status !== 200) {
    throw new SseError('http', `The server answered ${status}.`, {
      ...details,
      body: await beginning(response),
    });
  }
  const type = (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type !== 'text/event-stream') {
    throw new SseError(
      'content-type',
      `The server sent ${type || 'no content type'} instead of text/event-stream.`,
      {
        ...details,
        body: await beginning(response),
      },
    );
  }
}

/** The first of a body, as text. The rest is cancelled unread. */
async function beginning({ body }: Response): Promise<string> {
  if (!body) return '';
  const reader = body.getReader();
  const cancel = () => {
    reader.cancel().catch(() => undefined);
  };
  const timer = setTimeout(cancel, ERROR_BODY_PATIENCE);
  const decoder = new TextDecoder();
  let text = '';
  let left = ERROR_BODY;
  try {
    while (left > 0) {
      const { value } = await reader.read();
      if (!value) break;
      text += decoder.decode(value.subarray(0, left), { stream: true });
      left -= value.length;
    }
  } catch {
    // What has come until the connection broke is still the best explanation there is.
  }
  clearTimeout(timer);
  cancel();
  return text;
}
