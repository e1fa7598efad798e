import { networkError, openStream } from '../stream/open-stream.js';
import { chunkReader } from '../stream/read-chunk.js';
import type { Transport, TransportRequest, TransportSink } from './transport.js';

/** One streaming `fetch`. It can do what `EventSource` cannot: headers, methods and bodies, timeouts, and the reason of a failure. */
export const fetchTransport: Transport = (request, sink) => {
  void run(request, request.lastEventId, sink);
  return undefined;
};

/** The same without the header `Last-Event-ID`. The id still holds until the stream sets another. */
export const fetchTransportWithoutId: Transport = (request, sink) => {
  void run(request, '', sink);
  return undefined;
};

async function run(request: TransportRequest, sentId: string, sink: TransportSink): Promise<void> {
  try {
    const { response, url, ...bytes } = await openStream({ ...request, lastEventId: sentId });
    sink.open({ url, status: response.status, headers: response.headers });
    const readChunk = chunkReader(bytes, sink.message, request, {
      id: sink.id,
      retry: sink.reconnectionTime,
    });
    while (await readChunk());
    sink.end();
  } catch (error) {
    sink.fail(networkError(error));
  }
}
