import { networkError, openStream } from '../stream/open-stream.js';
import { textMessage } from '../message.js';
import { createParser } from '../stream/parser.js';
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
    const { response, url, origin, read } = await openStream({ ...request, lastEventId: sentId });
    sink.open({ url, status: response.status, headers: response.headers });
    const parse = createParser(
      {
        event(type, data, lastEventId) {
          sink.message(textMessage(type, data, lastEventId, origin));
        },
        id: sink.id,
        retry: sink.reconnectionTime,
      },
      request,
    );
    // A function of its own: one that waits keeps what it last read, which may be a megabyte, until the next bytes arrive.
    const parseNext = async (): Promise<boolean> => {
      const bytes = await read();
      if (bytes) {
        sink.received?.();
        parse(bytes);
      }
      return bytes !== undefined;
    };
    while (await parseNext());
    sink.end();
  } catch (error) {
    sink.fail(networkError(error));
  }
}
