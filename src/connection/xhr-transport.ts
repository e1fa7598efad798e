import { CHECKED } from '../checked.js';
import { misuse, SseError } from '../errors.js';
import { redirectError } from '../stream/check-response.js';
import { headersToSend, networkError } from '../stream/open-stream.js';
import { failure } from './fetch-transport.js';
import { receive } from './pushed-response.js';
import type { Transport, TransportRequest, TransportSink } from './transport.js';
import { withParam } from './url.js';

/**
 * In characters. `responseText` grows until its request ends, so past the first number the request
 * is made again, at the next event that sets an ID. A stream that can't be resumed ends at the
 * second.
 */
const RENEW = 2 * 1024 * 1024;
const MOST = 8 * 1024 * 1024;

const LOADING = 3;

/**
 * A transport over `XMLHttpRequest`, for webviews and React Native, where `fetch` can't stream. It's
 * one entry, `ssekit/xhr`, and takes the options that `fetch` takes, except for `fetch` itself and
 * streams as bodies.
 *
 * `XMLHttpRequest` holds the whole response. So a GET whose events have IDs is requested again,
 * after the latest ID, once it holds 2 Mi characters; nobody sees that. A stream without IDs, or the
 * answer to another method, fails with `overflow` at 8 Mi characters, which is at most 16 MiB.
 *
 * It always follows redirects. A request with `headers` or a body then fails, unless you set
 * `redirect: 'follow'`, but the other server has seen them.
 *
 * @example
 * ```ts
 * const client = new SseClient<{ tick: string }>('/api/prices', { transport: xhrTransport() });
 * ```
 */
export function xhrTransport(...none: never[]): Transport {
  // As in `transport: xhrTransport`, which would wait for an answer without a request.
  if (CHECKED && none.length > 0)
    throw misuse('Call it, without arguments: `xhrTransport()`.', 'transport-call');
  // The property gives the function its name, which minifiers leave alone: `state.transport`.
  return {
    xhr: (request: TransportRequest, sink: TransportSink) => {
      const { body } = request;
      if (!('XMLHttpRequest' in globalThis)) sink.fail(failure('there is no XMLHttpRequest here.'));
      else if (Object(body) === body && 'getReader' in (body as object))
        sink.fail(failure("XMLHttpRequest can't send a stream as `body`."));
      else send(request, sink);
      return undefined;
    },
  }.xhr;
}

/** @param isRenewal - The stream is open already, and continues with this request. */
function send(request: TransportRequest, sink: TransportSink, isRenewal = false): void {
  const { url, method, body, redirect, withCredentials, lastEventIdParam } = request;
  const xhr = new XMLHttpRequest();
  let lastId = request.lastEventId;
  let hasHead = false;
  /** Another request continues the stream. What this one still brings comes again. */
  let isRenewed = false;
  let isOpen = !isRenewal;
  /** Characters read so far. */
  let read = 0;

  const renewAfter = (id: string) => {
    if (isRenewed || id === lastId) return;
    lastId = id;
    if (read < RENEW || !id || method !== 'GET') return;
    isRenewed = true;
    response.stop();
    const again = lastEventIdParam ? withParam(url, lastEventIdParam, id) : url;
    send({ ...request, url: again, lastEventId: id, unsentId: undefined }, sink, true);
  };
  const response = receive(
    request,
    {
      ...sink,
      open(info) {
        if (!isRenewal) sink.open(info);
        isOpen = true;
      },
      message(message) {
        if (!isRenewed) sink.message(message);
        renewAfter(message.lastEventId);
      },
      id(id) {
        if (!isRenewed) sink.id(id);
        renewAfter(id);
      },
      // A token or ticket may be too old for a second request: the next attempt has a new one.
      fail(error) {
        sink.fail(isOpen ? error : networkError());
      },
    },
    () => {
      xhr.abort();
    },
    (text: string) => text,
  );

  const advance = () => {
    if (!hasHead && xhr.status) {
      hasHead = true;
      const { responseURL } = xhr;
      if (redirect === 'manual' && responseURL && responseURL !== url.split('#')[0]) {
        response.fail(redirectError());
        return;
      }
      response.head(xhr.status, headersOf(xhr), responseURL || url);
    }
    if (xhr.readyState < LOADING) return;
    const text = xhr.responseText;
    // A slice would keep the whole text in memory, as long as you keep one event. This copies it.
    const chunk = ` ${text.slice(read)}`.slice(1);
    read = text.length;
    if (chunk) response.push(chunk);
    if (read > MOST) {
      response.fail(
        new SseError('overflow', `The response grew past ${MOST} characters.`, { help: 'overflow-response' }),
      );
    }
  };
  // React Native delivers the text piece by piece only if these properties are set. After an error,
  // its text is the error's message, so the end is left to `onload`.
  xhr.onreadystatechange = xhr.onprogress = () => {
    if (xhr.readyState <= LOADING) advance();
  };
  xhr.onload = () => {
    advance();
    response.end();
  };
  xhr.onerror =
    xhr.onabort =
    xhr.ontimeout =
      () => {
        response.fail();
      };

  xhr.open(method, url);
  xhr.withCredentials = withCredentials;
  xhr.responseType = 'text';
  headersToSend(request, lastEventIdParam && '').forEach((value, name) => {
    xhr.setRequestHeader(name, value);
  });
  // Event streams are always UTF-8. React Native's class lacks the method, and decodes UTF-8.
  (xhr as Partial<XMLHttpRequest>).overrideMimeType?.('text/plain; charset=utf-8');
  xhr.send(body as XMLHttpRequestBodyInit | null | undefined);
}

function headersOf(xhr: XMLHttpRequest): Headers {
  const headers = new Headers();
  for (const line of xhr.getAllResponseHeaders().split('\r\n')) {
    const [name = '', ...value] = line.split(': ');
    if (name) headers.append(name, value.join(': '));
  }
  return headers;
}
