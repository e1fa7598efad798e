import type { SseError } from '../errors.js';
import { ERROR_BODY, ERROR_BODY_PATIENCE, refusalOf } from '../stream/check-response.js';
import { networkError } from '../stream/open-stream.js';
import { deadline, timeoutError, type Deadline } from '../stream/time-limit.js';
import { failure, parserInto } from './fetch-transport.js';
import type { TransportRequest, TransportSink } from './transport.js';

/** A response that a platform pushes through callbacks. Calls after its end are ignored. */
export interface PushedResponse<Chunk> {
  /** Status and headers have arrived. `url` is the one that answered. */
  readonly head: (status: number, headers: Headers, url: string) => void;
  readonly push: (chunk: Chunk) => void;
  /** The body ended properly. */
  readonly end: () => void;
  /** Without a cause, the network failed. */
  readonly fail: (cause?: unknown) => void;
  /** Ends the request, and reports nothing. */
  readonly stop: () => void;
}

/**
 * Turns a response that's pushed into calls of the sink, and applies the time limits.
 *
 * @param abort - Ends the request. Called once, however the response ends.
 * @param decode - Makes text of a chunk.
 */
export function receive<Chunk>(
  request: TransportRequest,
  sink: TransportSink,
  abort: () => void,
  decode: (chunk: Chunk) => string,
): PushedResponse<Chunk> {
  const { method, signal } = request;
  let isOver = false;
  let limit: Deadline | undefined;
  let parse: ((chunk: Chunk | undefined) => void) | undefined;
  /** The response isn't an event stream. */
  let refusal: SseError | undefined;
  let body = '';

  const finish = (report: () => void) => {
    if (isOver) return;
    isOver = true;
    limit?.cancel();
    signal.removeEventListener('abort', stop);
    report();
    abort();
  };
  const stop = () => {
    finish(() => undefined);
  };
  const fail = (cause: unknown = networkError()) => {
    finish(() => {
      // The beginning of an error's body explains more than the cut that followed.
      sink.fail(refusal ? Object.assign(refusal, { body: body.slice(0, ERROR_BODY) }) : failure(cause));
    });
  };
  const limitTo = (ms: number | undefined, what: string) => {
    limit?.cancel();
    limit =
      ms === undefined
        ? ms
        : deadline(ms, () => {
            fail(timeoutError(ms, what));
          });
  };

  signal.addEventListener('abort', stop);
  limitTo(request.openTimeout, 'response headers');
  return {
    stop,
    fail,
    head(status, headers, url) {
      if (isOver) return;
      refusal = refusalOf({ status, headers }, method);
      limitTo(refusal ? ERROR_BODY_PATIENCE : request.idleTimeout, 'bytes');
      if (refusal) return;
      parse = parserInto(sink, request, new URL(url).origin, decode);
      sink.open({ url, status, headers });
    },
    push(chunk) {
      if (isOver) return;
      try {
        if (refusal) {
          body += decode(chunk);
          if (body.length >= ERROR_BODY) fail();
        } else {
          limit?.beat();
          sink.received?.();
          parse?.(chunk);
        }
      } catch (cause) {
        fail(cause);
      }
    },
    end() {
      if (refusal) fail();
      else {
        try {
          if (method !== 'GET' && !isOver) parse?.(undefined);
          finish(sink.end);
        } catch (cause) {
          fail(cause);
        }
      }
    },
  };
}
