import type { SseError } from '../errors.js';
import { hint } from '../report.js';
import type { Connection, ConnectionObserver, ConnectionOptions } from './contract.js';

/** In ms. A healthy server answers sooner, and most streams bring an event sooner. */
const PATIENCE = 10_000;

/** Failures without an answer, after which CORS is suspected. */
const SUSPICIOUS = 3;

/** How many names a hint lists. */
const NAMES = 3;

/** The event types that somebody listens to. */
interface Listening {
  readonly types: Iterable<string>;
  wants(type: string): boolean;
}

const quote = (names: Iterable<string>) =>
  [...names]
    .slice(0, NAMES)
    .map((name) => JSON.stringify(name))
    .join(', ');

/**
 * Tells the developer what a stream that never fails doesn't say: no answer comes, bytes but no
 * events, events that nobody listens to, or an ID that CORS refuses. A hint is a debug line, or one
 * line in the console where `debug` is off. What may just be a quiet stream is a debug line only. Only
 * builds with checks give hints.
 */
export function withHints(
  observer: ConnectionObserver,
  options: ConnectionOptions,
  listening: Listening,
  connection: () => Connection,
): ConnectionObserver {
  const say = (text: string) => {
    if (observer.debug) observer.debug(`hint: ${text}`);
    else hint(text);
  };
  /** A quiet stream is healthy, so the console says nothing of it unasked. */
  const sayInDebug = (text: string) => observer.debug?.(`hint: ${text}`);
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** An event was delivered: the stream and its listeners fit together. */
  let isServed = false;
  let hasBytes = false;
  const unheard = new Set<string>();
  /** It was open since the last failure. */
  let wasOpen = false;
  /** Failures in a row without an answer, on a stream that had worked; `NaN` if it never had. */
  let refusals = NaN;

  const lookAtWait = () => {
    if (connection().state.transport === undefined)
      say(
        'your functions for the URL, headers and body have not answered for 10 s. `openTimeout` limits that.',
      );
    else
      say(
        'no answer for 10 s. The server must send its headers before the first event: some frameworks hold them back until then. `openTimeout` ends such a wait.',
      );
  };
  const lookAtEvents = () => {
    const listened = quote(listening.types);
    if (unheard.size)
      say(
        `the server sends events that nobody listens to: ${quote(unheard)}. ${listened ? `You listen to ${listened}; "message" is an event without a name.` : 'Listen with `on()`.'}`,
      );
    else if (hasBytes)
      sayInDebug(
        'bytes came for 10 s, but no event. If they are not just comments, the blank line after each event is missing.',
      );
    else if (connection().state.transport === 'native')
      sayInDebug(
        `open for 10 s, and no event came. The server may be quiet. Or its events have other names: native EventSource shows only those you listen to${listened && `, ${listened}`}. With transport: 'fetch', \`debug\` shows all.`,
      );
    else
      sayInDebug(
        'open for 10 s, and no event came. The server may be quiet. Or something on the way collects its answer: a proxy, or compression.',
      );
  };

  return {
    ...observer,
    state(now) {
      clearTimeout(timer);
      const { status, retryAt } = now;
      const isWaiting = status !== 'open';
      if (status !== 'closed' && retryAt === undefined && !isServed && !(isWaiting && options.openTimeout))
        timer = setTimeout(isWaiting ? lookAtWait : lookAtEvents, PATIENCE);
      return observer.state(now);
    },
    open(info) {
      wasOpen = true;
      observer.open(info);
    },
    message(message) {
      if (!isServed) {
        isServed = listening.wants(message.type);
        if (isServed) clearTimeout(timer);
        else if (unheard.size < NAMES) unheard.add(message.type);
      }
      observer.message(message);
    },
    received() {
      hasBytes = true;
    },
    error(error) {
      observer.error(error);
      if (wasOpen || isAnswered(error)) refusals = wasOpen ? 0 : NaN;
      else if (++refusals === SUSPICIOUS && sendsIdAbroad(options, connection()))
        say(
          'the stream worked, and cannot be opened again. When it resumes across origins, the server must allow the header: `Access-Control-Allow-Headers: Last-Event-ID`. Or send the ID in the query, with `lastEventIdParam`.',
        );
      wasOpen = false;
    },
  };
}

/** Whether the server answered, or the attempt never got as far as the network. */
const isAnswered = ({ code }: SseError) => code !== 'network';

/** Whether an attempt sends its ID in a header to another origin: the browser asks that one first. */
function sendsIdAbroad(
  { transport, headers, method, lastEventIdParam }: ConnectionOptions,
  { url, lastEventId, state }: Connection,
): boolean {
  const { origin } = globalThis as Partial<typeof globalThis>;
  return (
    origin !== undefined &&
    origin !== new URL(url).origin &&
    lastEventId !== '' &&
    lastEventIdParam === undefined &&
    state.transport !== 'native' &&
    // Otherwise `auto` leaves the header out.
    (transport !== 'auto' || headers !== undefined || !/^(GET|POST)$/.test(method))
  );
}
