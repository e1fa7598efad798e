import { CHECKED } from '../checked.js';
import { SseError } from '../errors.js';
import { textMessage } from '../message.js';
import type { Transport } from './transport.js';

/** The number of `EventSource.CLOSED`, which a test double may lack as a static. */
const CLOSED = 2;

/**
 * How many types keep their listener on the source after nobody listens to them: event types may
 * come and go for weeks.
 */
const MOST_IDLE = 100;

/** The event types that always have a listener. */
const OWN_TYPES = ['open', 'error', 'message'];

/**
 * The part of `EventSource` that ssekit uses: native, a polyfill, or a test double.
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
  init?: { withCredentials?: boolean },
) => {
  readonly url: string;
  readonly readyState: number;
  close(): void;
  addEventListener(type: string, listener: (event: Event) => void): void;
  removeEventListener?(type: string, listener: (event: Event) => void): void;
};

/**
 * One native `EventSource`, including its own reconnects. While it says CONNECTING, it's left
 * alone: only it can send its `Last-Event-ID`. A server may name its events `open` and `error`.
 * They have `data`, which the browser's own `open` and `error` lack. The browser hides every reason
 * for a failure.
 */
export function nativeTransport(Source: EventSourceClass): Transport {
  return ({ url, withCredentials, signal, types, lastEventId, unsentId }, sink) => {
    const source = new Source(url, { withCredentials });
    /**
     * If the source has never shown an ID, `''` means unknown, not reset: the previous ID still
     * applies.
     */
    let id = unsentId ?? lastEventId;
    let ownId = false;

    /**
     * The origin of the stream, until it opens again. Reading it from each event would be a call
     * into the browser.
     */
    let origin: string | undefined;

    const receive = (type: string, event: Event) => {
      const { data, lastEventId: shownId } = event as MessageEvent<unknown>;
      if (typeof data === 'string') {
        ownId ||= shownId !== '';
        if (ownId) id = shownId;
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
            `EventSource gave up.${CHECKED ? ' The browser hides the reason: a status other than 200, a wrong content type, or CORS.' : ''}`,
            { help: 'failed-native' },
          ),
        );
      } else {
        sink.reestablishing(
          new SseError('network', 'EventSource lost the stream.', {
            help: 'network-native',
          }),
        );
      }
    };

    const listeners = new Map<string, (event: Event) => void>();
    /** Types without listeners, oldest first. Until they make room, their IDs still count. */
    const idle = new Set<string>();
    const listen = (type: string) => {
      idle.delete(type);
      // A second listener for the same type would report each event twice.
      if (listeners.has(type)) return;
      const listener = (event: Event) => {
        receive(type, event);
      };
      listeners.set(type, listener);
      source.addEventListener(type, listener);
    };
    const unlisten = (type: string) => {
      if (!OWN_TYPES.includes(type)) idle.add(type);
      if (idle.size <= MOST_IDLE) return;
      const [oldest = ''] = idle;
      const listener = listeners.get(oldest);
      idle.delete(oldest);
      listeners.delete(oldest);
      if (listener) source.removeEventListener?.(oldest, listener);
    };
    [...OWN_TYPES, ...types].forEach(listen);
    signal.addEventListener('abort', () => {
      source.close();
    });
    return { listen, unlisten };
  };
}
