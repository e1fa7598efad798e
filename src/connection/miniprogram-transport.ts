import { CHECKED } from '../checked.js';
import { misuse } from '../errors.js';
import { headersToSend, networkError } from '../stream/open-stream.js';
import { createTextDecoder } from '../stream/text-decoder.js';
import { failure } from './fetch-transport.js';
import { receive } from './pushed-response.js';
import type { Transport, TransportRequest, TransportSink } from './transport.js';

/** The longest time limit that platforms accept. Without one, `wx.request` ends after 60 s. */
const LONGEST = 2 ** 31 - 1;

interface Head {
  /** The developer tools leave it out of `onHeadersReceived`. */
  readonly statusCode?: number | undefined;
  readonly header?: Readonly<Record<string, unknown>> | undefined;
}

/** What ssekit passes to `wx.request`. */
interface MiniprogramOptions {
  url: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD' | 'OPTIONS' | 'TRACE' | 'CONNECT';
  header: Record<string, string>;
  data?: string | ArrayBuffer;
  timeout: number;
  enableChunked: true;
  dataType: string;
  responseType: 'arraybuffer';
  success: (result: Head & { readonly data?: unknown }) => void;
  fail: (error: { readonly errMsg: string }) => void;
}

/** What ssekit uses of a `RequestTask`. Old base libraries lack the two listeners. */
interface MiniprogramTask {
  abort(): void;
  /** Taro's task is a promise, too. */
  catch?(ignore: () => void): unknown;
  onHeadersReceived?(listener: (head: Head) => void): void;
  onChunkReceived?(listener: (chunk: { readonly data: ArrayBuffer }) => void): void;
}

/**
 * `wx.request`, `uni.request`, `Taro.request`, or any function that takes the same options and
 * returns a task with `onChunkReceived`.
 *
 * @example
 * ```ts
 * declare const wx: { request: MiniprogramRequest }; // from miniprogram-api-typings
 * const client = new SseClient<{ tick: string }>('https://example.com/prices', {
 *   transport: miniprogramTransport(wx.request),
 * });
 * ```
 */
export type MiniprogramRequest = (options: MiniprogramOptions) => MiniprogramTask;

/**
 * A transport for mini programs: WeChat's `wx.request` with `enableChunked`, and the same call of
 * uni-app and Taro. It's one entry, `ssekit/miniprogram`. The URL must be absolute. A body must be text
 * or bytes. Options about redirects, `withCredentials` and `fetch` don't apply.
 *
 * Your own `openTimeout` and `idleTimeout` replace the platform's limit of 60 s. A base library that
 * can't deliver chunks (before 2.20.2) ends the stream with one error, `failed`.
 *
 * @example
 * ```ts
 * declare const wx: { request: MiniprogramRequest }; // from miniprogram-api-typings
 * const transport = miniprogramTransport(wx.request);
 * const client = new SseClient<{ tick: string }>('https://example.com/prices', { transport });
 * ```
 */
export function miniprogramTransport(request: MiniprogramRequest): Transport {
  if (CHECKED && typeof request !== 'function')
    throw misuse(
      '`miniprogramTransport` takes a function: `miniprogramTransport(wx.request)`.',
      'transport-call',
    );
  // The property gives the function its name, which minifiers leave alone: `state.transport`.
  return {
    miniprogram: (attempt: TransportRequest, sink: TransportSink) => {
      send(request, attempt, sink);
      return undefined;
    },
  }.miniprogram;
}

/** Not `instanceof`: the platform may have made it in another realm. */
function isBytes(value: unknown): value is ArrayBuffer {
  return Object(value) === value && 'byteLength' in (value as object);
}

function send(call: MiniprogramRequest, request: TransportRequest, sink: TransportSink): void {
  const { url, body } = request;
  const data = ArrayBuffer.isView(body)
    ? body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength)
    : body;
  if (data && typeof data !== 'string' && !isBytes(data)) {
    sink.fail(failure('a mini program sends only text and bytes as `body`.'));
    return;
  }
  /** Not set yet if the platform refuses the request at once. */
  let task: MiniprogramTask | undefined = undefined;
  const header: Record<string, string> = {};
  headersToSend(request, request.lastEventIdParam && '').forEach((value, name) => {
    header[name] = value;
  });

  const response = receive(
    request,
    sink,
    () => {
      task?.abort();
    },
    createTextDecoder(),
  );
  /** Chunks that came before the headers, whose order isn't certain. */
  let early: ArrayBuffer[] | undefined = [];
  const push = (chunk: ArrayBuffer) => {
    if (early) early.push(chunk);
    // A copy: polyfills of TextDecoder ignore a buffer that was made in another realm.
    else response.push(new Uint8Array(chunk).slice());
  };
  const head = ({ statusCode = 200, header = {} }: Head) => {
    const chunks = early;
    if (!chunks) return;
    early = undefined;
    const headers = new Headers();
    for (const [name, value] of Object.entries(header)) headers.append(name, String(value));
    response.head(statusCode, headers, url);
    chunks.forEach(push);
  };

  task = (call as (options: MiniprogramOptions) => MiniprogramTask | undefined)({
    url,
    method: request.method as MiniprogramOptions['method'],
    header,
    ...(data ? { data } : {}),
    timeout: LONGEST,
    enableChunked: true,
    // Anything but `json`: the platform would parse it.
    dataType: 'text',
    responseType: 'arraybuffer',
    success(result) {
      const { data } = result;
      // An answer that wasn't chunked, such as an error.
      if (early?.length === 0 && isBytes(data)) push(data);
      head(result);
      response.end();
    },
    fail({ errMsg }) {
      response.fail(networkError(new Error(errMsg)));
    },
  });
  // `fail` has been called, and nobody else waits for the promise.
  task?.catch?.(() => undefined);
  if (!task?.onChunkReceived) {
    response.fail('wx.request needs base library 2.20.2 or newer to stream.');
    return;
  }
  task.onHeadersReceived?.(head);
  task.onChunkReceived(({ data }) => {
    push(data);
  });
}
