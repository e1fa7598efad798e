import { fetchTransport, fetchTransportWithoutId } from './fetch-transport.js';
import { nativeTransport, type EventSourceClass } from './native-transport.js';
import type { Transport, TransportRequest } from './transport.js';

/** A transport, and the name by which the state tells it. */
export interface NamedTransport {
  readonly name: string;
  readonly start: Transport;
}

/** What the choice depends on, beside the request. */
export interface TransportOptions {
  readonly lastEventIdParam?: string | undefined;
  readonly EventSource?: EventSourceClass | undefined;
}

const environment = globalThis as Partial<Pick<typeof globalThis, 'EventSource' | 'origin'>>;

/**
 * The transport of one attempt. `auto` is native while that can honour all that is asked for, and fetch from there on.
 *
 * @param beyondNative - An option asks for what native cannot do; or native gave up, hiding why; or somebody wants events of every type.
 */
export function chooseTransport(
  transport: 'auto' | 'native' | 'fetch' | Transport,
  { lastEventIdParam, EventSource = environment.EventSource }: TransportOptions,
  { url, method, headers, lastEventId }: TransportRequest,
  beyondNative: boolean,
): NamedTransport {
  if (typeof transport === 'function') return { name: transport.name || 'custom', start: transport };
  // A new EventSource starts without Last-Event-ID: only its own reconnects send it.
  const canResume = lastEventId === '' || lastEventIdParam !== undefined;
  if (transport === 'native' || (transport === 'auto' && EventSource && canResume && !beyondNative)) {
    if (!EventSource)
      throw new TypeError('There is no EventSource here. Pass one as the option `EventSource`.');
    return { name: 'native', start: nativeTransport(EventSource) };
  }
  // Where the id would be the only cause of a CORS preflight, which native never sends and few servers answer, it stays out of the headers.
  const { origin } = new URL(url);
  const sendsId =
    transport === 'fetch' ||
    !/^(GET|POST)$/.test(method) ||
    !headers.keys().next().done ||
    // Not that of `location`, which is another one in the documents of `srcdoc` and in sandboxes. Node has none.
    (environment.origin ?? origin) === origin;
  return { name: 'fetch', start: sendsId ? fetchTransport : fetchTransportWithoutId };
}
