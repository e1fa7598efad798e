import { SseError } from './errors.js';
import type { NamedTransport } from './choose-transport.js';
import { gap, type Resumed } from './gap.js';
import { LastEventId, type StoredIn } from './last-event-id.js';
import { cutShort, isLast, prepareRequest, type RequestOptions, type Until } from './request.js';
import { retryDelay, SHORTEST_GAP, shouldRetry, type RetryPolicy } from './retry.js';
import { CLOSED, READY_STATE } from './state.js';
import { wait } from './wait.js';
import type {
  Connection,
  ConnectionObserver,
  SseState,
  TransportHandle,
  TransportRequest,
  TransportSink,
} from './transport.js';

/** Everything a connection needs, with defaults in place and conflicts ruled out. */
export interface ConnectionOptions extends RequestOptions {
  readonly lastEventId: string;
  /** Where the last event ID is kept over a reload, and under which key. */
  readonly stored: StoredIn | undefined;
  /** The reconnection time until the server sets another, in ms. */
  readonly retryInterval: number;
  readonly policy: RetryPolicy;
  /** Whether the policy also ends what a transport reestablishes by itself. */
  readonly policyGiven: boolean;
  readonly until: Until | undefined;
  /** Whether native is left where it cannot give what is wanted. */
  readonly isAuto: boolean;
  readonly resumed: Resumed | undefined;
  /** Chooses for one attempt. `beyondNative`: native gave up, or somebody wants events of every type. */
  readonly chooseTransport: (request: TransportRequest, beyondNative: boolean) => NamedTransport;
}

/**
 * Makes the connection of a client: one of its own, or what {@link sharedConnection} returns.
 *
 * @example
 * ```ts
 * const share: ConnectionFactory = sharedConnection('prices:user42');
 * const client = new SseClient('/api/prices', { share });
 * ```
 */
export type ConnectionFactory = (options: ConnectionOptions, observer: ConnectionObserver) => Connection;

/** The one state machine, and the only reconnect loop. */
export function createConnection(options: ConnectionOptions, observer: ConnectionObserver): Connection {
  const { policy, policyGiven, until } = options;
  const lastEventId = new LastEventId(
    options.lastEventId,
    options.stored,
    observer.error,
    observer.undelivered,
  );
  const types = new Set<string>();
  let state = CLOSED;
  let url = typeof options.url === 'string' ? options.url : '';
  let { retryInterval } = options;
  /** The attempt under way or waited for. Each has a controller of its own; once aborted it can neither deliver nor change anything. */
  let current: AbortController | undefined;
  let handle: TransportHandle | undefined;
  let nativeGaveUp = false;
  let wantsAll = false;
  /** Counts `close()`: an emission that finds it changed is no longer due. */
  let closes = 0;
  let failingSince = 0;
  /** When the attempt before this one started, and whether it brought an event; on the monotonic clock. */
  let startedAt = -Infinity;
  let healthy = false;

  function update(changes: Partial<Omit<SseState, 'readyState'>>): void {
    const { status = state.status } = changes;
    const next: SseState = { ...state, ...changes, readyState: READY_STATE[status] };
    if ((Object.keys(next) as (keyof SseState)[]).every((key) => next[key] === state[key])) return;
    state = next;
    observer.state(state);
    if (status === 'closed') lastEventId.flush();
  }

  /** Ends the attempt under way, and the wait for one. */
  function stop(): void {
    const stopped = current;
    current = handle = undefined;
    stopped?.abort();
  }

  /** Begins an attempt, now or as soon as the shortest gap allows. */
  function start(changes: Pick<SseState, 'status'> & Partial<SseState>): void {
    stop();
    const { signal } = (current = new AbortController());
    // Rounded up: timers cut a fraction off, and would fire within the shortest gap.
    const pause = healthy ? 0 : Math.ceil(startedAt + SHORTEST_GAP - performance.now());
    const run = () => {
      if (!signal.aborted) void open(signal);
    };
    // A microtask, even where nothing is awaited: who begins to listen in the tick of connect() misses nothing, and a client that is
    // closed in that tick costs no request.
    if (pause <= 0) queueMicrotask(run);
    else {
      const timer = setTimeout(run, pause);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
      });
    }
    update({ ...changes, retryAt: pause > 0 ? Date.now() + pause : undefined });
  }

  async function open(signal: AbortSignal): Promise<void> {
    startedAt = performance.now();
    healthy = false;
    // Not `signal.aborted`: that is a call into the browser, and it would be one for each event.
    const mine = current;
    const isOver = () => current !== mine;
    const sink = createSink(isOver);
    let request: TransportRequest;
    try {
      const { attempt, error } = state;
      const id = lastEventId.toSend();
      if (isOver()) return;
      request = await prepareRequest(options, { attempt, lastEventId: id, error, signal }, types);
    } catch (cause) {
      const isTimeout = cause instanceof SseError && cause.code === 'timeout';
      failed(
        isTimeout ? cause : new SseError('failed', 'The attempt could not be prepared.', { cause }),
        isOver,
      );
      return;
    }
    if (isOver()) return;
    url = request.url;
    try {
      const { name, start } = options.chooseTransport(request, nativeGaveUp || wantsAll);
      update({ transport: name, retryAt: undefined });
      if (isOver()) return;
      const started = start(request, sink);
      if (!isOver()) handle = started;
    } catch (cause) {
      sink.fail(new SseError('failed', 'The attempt could not be started.', { cause }));
    }
  }

  function createSink(isOver: () => boolean): TransportSink {
    /** Drops what arrives after the attempt is over. */
    const live = <A extends unknown[]>(report: (...args: A) => void) => {
      return (...args: A): void => {
        if (!isOver()) report(...args);
      };
    };
    return {
      open: live((info) => {
        update({ status: 'open', error: undefined, retryAt: undefined });
        if (isOver()) return;
        const opened = { ...info, transport: state.transport ?? '', lastEventId: lastEventId.value };
        observer.open(opened);
        if (isOver()) return;
        const error = gap(opened, options.resumed);
        if (error && !isOver()) observer.error(Object.assign(error, { attempt: state.attempt }));
      }),
      message(message) {
        if (isOver()) return;
        const idBefore = lastEventId.value;
        lastEventId.set(message.lastEventId);
        healthy = true;
        failingSince = 0;
        if (until !== undefined && isLast(until, message)) finish();
        else {
          // First the event: its id is taken, so it must be delivered even if a listener of the state reconnects.
          observer.message(message, idBefore);
          // It proves health even where its listener reconnects.
          if (state.attempt && state.status !== 'closed') update({ attempt: 0 });
        }
      },
      id: live((id) => {
        lastEventId.set(id);
        observer.id?.();
      }),
      reconnectionTime: live((ms) => {
        retryInterval = ms;
      }),
      reestablishing: live((error) => {
        const retry = !policyGiven || willRetry(error);
        if (isOver()) return;
        if (retry) lose(error, undefined, true);
        else fail(error, false);
      }),
      fail: live((error) => {
        if (error.code === 'failed' && state.transport === 'native') nativeGaveUp = true;
        failed(error, isOver);
      }),
      end: live(() => {
        if (options.method === 'GET') failed(new SseError('network', 'The server ended the stream.'), isOver);
        else if (until !== undefined) failed(cutShort(), isOver);
        else finish();
      }),
    };
  }

  function willRetry(error: SseError): boolean {
    failingSince ||= performance.now();
    const elapsed = performance.now() - failingSince;
    const attempt = state.attempt + 1;
    Object.assign(error, { attempt });
    return shouldRetry(policy, error, attempt, elapsed);
  }

  function failed(error: SseError, isOver: () => boolean): void {
    if (isOver()) return;
    const retry = willRetry(error);
    // Unless `shouldRetry` has closed the connection.
    if (!isOver()) fail(error, retry);
  }

  /** The attempt is over: another follows after a wait, or none ever. */
  function fail(error: SseError, retry: boolean): void {
    stop();
    if (!retry) {
      lose(error, undefined, false);
      return;
    }
    const delay = retryDelay(policy, retryInterval, state.attempt + 1, error.retryAfter);
    const { signal } = (current = new AbortController());
    signal.addEventListener(
      'abort',
      wait(
        delay,
        () => {
          start({ status: 'reconnecting' });
        },
        error.retryAfter,
      ),
    );
    lose(error, Date.now() + delay, true);
  }

  /** Tells of a failure, the state first, so that listeners of the error find it in place. */
  function lose(error: SseError, retryAt: number | undefined, retry: boolean): void {
    const before = closes;
    const attempt = state.attempt + 1;
    Object.assign(error, { attempt, willRetry: retry });
    update({ status: retry ? 'reconnecting' : 'closed', attempt, retryAt, error });
    if (before === closes) observer.error(error);
  }

  /** Closes in order, by `close()` or because the stream is complete. */
  function finish(): void {
    stop();
    if (state.status !== 'closed') update({ ...CLOSED, transport: state.transport });
  }

  return {
    get state() {
      return state;
    },
    get url() {
      return url;
    },
    get lastEventId() {
      return lastEventId.value;
    },
    listen(type) {
      types.add(type);
      handle?.listen(type);
    },
    listenToAll() {
      const isNew = !wantsAll;
      wantsAll = true;
      // Nothing is lost yet by asking again; once a native stream is open, it stays.
      if (isNew && options.isAuto && state.status === 'connecting' && state.transport === 'native') {
        this.reconnect();
      }
    },
    connect() {
      if (state.status !== 'closed') return;
      nativeGaveUp = false;
      failingSince = 0;
      start({ status: 'connecting', attempt: 0, error: undefined });
    },
    reconnect() {
      if (state.status === 'closed') this.connect();
      else start({ status: state.status === 'connecting' ? 'connecting' : 'reconnecting' });
    },
    close(resumeAfter) {
      closes++;
      if (resumeAfter !== undefined) lastEventId.set(resumeAfter);
      finish();
      // Where it was closed already, and events were still waiting.
      lastEventId.flush();
    },
  };
}
