import { SseError } from '../errors.js';
import { textMessage } from '../message.js';
import { describe } from '../report.js';
import { createParser } from '../stream/parser.js';
import { openStream } from '../stream/open-stream.js';
import { chunkReader } from '../stream/read-chunk.js';
import type { Transport, TransportRequest, TransportSink } from './transport.js';

/**
 * One streaming `fetch`. It can do what `EventSource` can't: headers, methods and bodies, timeouts,
 * and the reason of a failure.
 */
export const fetchTransport: Transport = (request, sink) => {
  void run(request, request.lastEventId, sink);
  return undefined;
};

/**
 * The same for an `EventSource`, which drops an event without its blank line whatever the method
 * is.
 */
export const standardFetchTransport: Transport = (request, sink) => {
  void run(request, request.lastEventId, sink, false);
  return undefined;
};

/**
 * The same without the header `Last-Event-ID`. The ID still holds until the stream sets another.
 */
export const fetchTransportWithoutId: Transport = (request, sink) => {
  void run(request, '', sink);
  return undefined;
};

async function run(
  request: TransportRequest,
  sentId: string,
  sink: TransportSink,
  isLenient = request.method !== 'GET',
): Promise<void> {
  try {
    const { response, url, origin, read } = await openStream({ ...request, lastEventId: sentId });
    sink.open({ url, status: response.status, headers: response.headers });
    const parse = parserInto(sink, request, origin);
    const readChunk = chunkReader(read, (bytes) => {
      if (bytes) sink.received?.();
      if (bytes || isLenient) parse(bytes);
    });
    while (await readChunk());
    sink.end();
  } catch (cause) {
    sink.fail(failure(cause));
  }
}

/**
 * The parser of one attempt, which reports to the sink.
 *
 * @param decode - As in {@link createParser}.
 */
export function parserInto<Chunk = Uint8Array>(
  sink: TransportSink,
  request: TransportRequest,
  origin: string,
  decode?: (chunk: Chunk) => string,
): (chunk: Chunk | undefined) => void {
  return createParser(
    {
      event(type, data, lastEventId) {
        sink.message(textMessage(type, data, lastEventId, origin));
      },
      id: sink.id,
      retry: sink.reconnectionTime,
    },
    { ...request, lastEventId: request.unsentId ?? request.lastEventId },
    decode,
  );
}

/** What isn't an {@link SseError} here is a bug, or a missing global: not the network's failure. */
export function failure(cause: unknown): SseError {
  const error =
    cause instanceof SseError
      ? cause
      : new SseError('failed', `The stream could not be read: ${describe(cause, true)}`, {
          cause,
          help: 'failed-read',
        });
  // Another attempt would fail in the same way.
  return error.code === 'failed' ? Object.assign(error, { willRetry: false }) : error;
}
