import { SseError } from '../errors.js';
import { textMessage } from '../message.js';
import type { Transport } from './transport.js';

/** The number of `EventSource.CLOSED`, which a test double may lack as a static. */
const CLOSED = 2;

/**
 * What of `EventSource` is used: native, a polyfill, or a test double.
 *
 * @example
 * ```ts
 * import { MockEventSource } from 'ssekit/testing';
 *
 * const double: EventSourceClass = MockEventSource;
 * const client = new SseClient('/api/prices', { EventSource: double });
 * ```
 */
export type EventSourceClass = new (
  url: string,
  init?: EventSourceInit,
) => Pick<EventSource, 'url' | 'readyState' | 'close'> & Pick<EventTarget, 'addEventListener'>;

/**
 * One native `EventSource`, over its own reconnects: while it says CONNECTING it is left alone, since only it can send its
 * `Last-Event-ID`. The browser tells an event from the server by `data`, which its own `open` and `error` lack (rule: a server may name
 * its events so), and hides every reason for a failure.
 */
export function nativeTransport(Source: EventSourceClass): Transport {
  return ({ url, withCredentials, signal, types, lastEventId: resumedAfter }, sink) => {
    const source = new Source(url, { withCredentials });
    /** '' from a source that never showed an id means unknown, not reset: what was resumed after still holds. */
    let id = resumedAfter;
    let ownId = false;

    /** That of the stream, until it is opened anew. To ask each event is a call into the browser. */
    let origin: string | undefined;

    const receive = (type: string, event: Event) => {
      const { data, lastEventId } = event as MessageEvent<unknown>;
      if (typeof data === 'string') {
        ownId ||= lastEventId !== '';
        if (ownId) id = lastEventId;
        origin ??= (event as MessageEvent).origin;
        sink.message(textMessage(type, data, id, origin));
      } else if (type === 'open') {
        origin = undefined;
        sink.open({ url: source.url });
      } else if (type !== 'error') return;
      else if (source.readyState === CLOSED) {
        sink.fail(
          new SseError(
            'failed',
            'EventSource gave up. The browser hides the reason: a status other than 200, a wrong content type, or CORS.',
          ),
        );
      } else {
        sink.reestablishing(
          new SseError('network', 'The stream was lost; EventSource is reestablishing it by itself.'),
        );
      }
    };

    const listened = new Set<string>();
    const listen = (type: string) => {
      // Not every double knows, as an EventTarget does, that it has this listener already.
      if (listened.has(type)) return;
      listened.add(type);
      source.addEventListener(type, (event) => {
        receive(type, event);
      });
    };
    ['open', 'error', 'message', ...types].forEach(listen);
    signal.addEventListener('abort', () => {
      source.close();
    });
    return { listen };
  };
}
