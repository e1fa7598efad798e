import { fetchTransport, fetchTransportWithoutId } from './fetch-transport.js';
import { nativeTransport, type EventSourceClass } from './native-transport.js';
import type { Transport, TransportRequest } from './transport.js';

/** A transport, and the name by which the state tells it. */
export interface NamedTransport {
  readonly name: string;
  readonly start: Transport;
}

/** What the choice depends on. */
export interface TransportOptions {
  readonly transport: 'auto' | 'native' | 'fetch' | Transport;
  /** Whether an option asks for what native cannot do. */
  readonly asksFetch: boolean;
  /** Whether the request makes browsers send a CORS preflight in any case. */
  readonly preflights: boolean;
  readonly lastEventIdParam: string | undefined;
  readonly EventSource: EventSourceClass | undefined;
}

const environment = globalThis as Partial<Pick<typeof globalThis, 'EventSource' | 'origin'>>;

/**
 * The transport of one attempt. `auto` is native while that can honour all that is asked for, and fetch from there on.
 *
 * @param beyondNative - Native gave up, hiding why, or somebody wants events of every type.
 */
export function chooseTransport(
  { transport, asksFetch, preflights, lastEventIdParam, ...options }: TransportOptions,
  { url, lastEventId }: TransportRequest,
  beyondNative: boolean,
): NamedTransport {
  if (typeof transport === 'function') return { name: transport.name || 'custom', start: transport };
  const Source = options.EventSource ?? environment.EventSource;
  // A new EventSource starts without Last-Event-ID: only its own reconnects send it.
  const canResume = lastEventId === '' || lastEventIdParam !== undefined;
  if (
    transport === 'native' ||
    (transport === 'auto' && Source && canResume && !asksFetch && !beyondNative)
  ) {
    if (!Source) throw new TypeError('There is no EventSource here. Pass one as the option `EventSource`.');
    return { name: 'native', start: nativeTransport(Source) };
  }
  // Not that of `location`, which is another one in the documents of `srcdoc` and in sandboxes. Node has none.
  const { origin } = environment;
  const isSameOrigin = origin === undefined || new URL(url).origin === origin;
  // Where the id would be the only cause of a preflight, which native never sends and few servers answer, it stays out of the headers.
  const sendsId = transport === 'fetch' || preflights || isSameOrigin;
  return { name: 'fetch', start: sendsId ? fetchTransport : fetchTransportWithoutId };
}
