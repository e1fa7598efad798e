import { CHECKED } from '../checked.js';
import { misuse } from '../errors.js';
import { fetchTransport, fetchTransportWithoutId } from './fetch-transport.js';
import { nativeTransport, type EventSourceClass } from './native-transport.js';
import type { Transport, TransportRequest } from './transport.js';

/** A transport, and its name in the state. */
export interface NamedTransport {
  readonly name: string;
  readonly start: Transport;
  /**
   * `auto` on native: fetch takes over at the first loss, because it can send the last event ID.
   */
  readonly handsOver?: boolean | undefined;
}

/** What the choice depends on, besides the request. */
export interface TransportOptions {
  readonly lastEventIdParam?: string | undefined;
  readonly EventSource?: EventSourceClass | undefined;
}

const environment = globalThis as Partial<Pick<typeof globalThis, 'EventSource' | 'origin'>>;

/**
 * Chooses the transport of one attempt. `auto` uses native while it can honour every option, and
 * fetch afterwards.
 *
 * @param beyondNative - An option needs what native can't do; or native was lost, hiding why; or
 * there's a listener for events of every type.
 */
export function chooseTransport(
  transport: 'auto' | 'native' | 'fetch' | Transport,
  { lastEventIdParam, EventSource = environment.EventSource }: TransportOptions,
  { url, method, headers, lastEventId }: TransportRequest,
  beyondNative: boolean,
): NamedTransport {
  if (typeof transport === 'function') return { name: transport.name || 'custom', start: transport };
  const isInQuery = lastEventIdParam !== undefined;
  const { origin } = new URL(url);
  // Not `location.origin`: `srcdoc` and sandboxed documents have another origin. Node has none.
  const isSameOrigin = (environment.origin ?? origin) === origin;
  // A new EventSource starts without Last-Event-ID: only its own reconnects send it.
  const canResume = lastEventId === '' || isInQuery;
  if (transport === 'native' || (transport === 'auto' && EventSource && canResume && !beyondNative)) {
    if (!EventSource)
      throw misuse(
        'There is no EventSource here. Pass one as the option `EventSource`.',
        CHECKED && 'native-missing',
      );
    const handsOver = transport === 'auto' && (isInQuery || isSameOrigin);
    return { name: 'native', start: nativeTransport(EventSource), handsOver };
  }
  // Leaves the header out if the query carries the ID, or if the header would be the only cause of
  // a CORS preflight. Native never sends one, and few servers answer it.
  const isSimple = /^(GET|POST)$/.test(method) && headers.keys().next().done === true;
  const sendsId = !isInQuery && (isSameOrigin || transport === 'fetch' || !isSimple);
  return { name: 'fetch', start: sendsId ? fetchTransport : fetchTransportWithoutId };
}
