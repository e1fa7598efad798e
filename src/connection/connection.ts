import { SseError } from '../errors.js';
import type { SseMessage } from '../message.js';
import type { NamedTransport } from './choose-transport.js';
import { gap, LastEventId, type Resumed, type StoredIn } from './last-event-id.js';
import { failureIn, type FailOn } from '../stream/fail-on.js';
import { cutShort, isLast, type Until } from '../stream/until.js';
import { prepareRequest, type RequestOptions } from './request.js';
import { isUnauthorized, refresh, type RefreshAuth } from './refresh-auth.js';
import { retryDelay, SHORTEST_PAUSE, shouldRetry, type RetryOptions } from './retry.js';
import { CLOSED, READY_STATE, type SseState } from './state.js';
import { wait } from './wait.js';
import { watchForDeath } from './wake.js';
import type { OpenInfo, TransportHandle, TransportRequest, TransportSink } from './transport.js';

/** Everything a connection needs, with defaults in place and conflicts ruled out. */
export interface ConnectionOptions extends RequestOptions {
  readonly lastEventId: string;
  /** Where the last event ID is kept over a reload, and under which key. */
  readonly stored?: StoredIn | undefined;
  /** The reconnection time until the server sets another, in ms. */
  readonly retryInterval: number;
  readonly policy: RetryOptions;
  /** As the caller gave it, if at all: then the policy also ends what a transport reestablishes by itself. */
  readonly retry?: unknown;
  readonly until?: Until | undefined;
  /** Knows an event that reports a failure. */
  readonly failOn?: FailOn | undefined;
  readonly refreshAuth?: RefreshAuth | undefined;
  /** As the caller gave it; where it is `auto`, native is left where it cannot give what is wanted. */
  readonly transport?: unknown;
  readonly resumed?: Resumed | undefined;
  /** Chooses for one attempt. `beyondNative`: native gave up, or somebody wants events of every type. */
  readonly chooseTransport: (request: TransportRequest, beyondNative: boolean) => NamedTransport;
}

/** Who is told of what happens on a connection. */
export interface ConnectionObserver {
  readonly state: (now: SseState) => void;
  readonly open: (info: OpenInfo) => void;
  /** `idBefore`: the last event ID before it, to go back to if the event is never handed on. */
  readonly message: (message: SseMessage, idBefore?: string) => void;
  /** The last event ID was set by a block without data. */
  readonly id?: () => void;
  readonly error: (error: SseError) => void;
  /** The last event ID before the first message that an asynchronous schema still keeps from being handed on; `undefined` if all are. */
  readonly undelivered?: (() => string | undefined) | undefined;
  /** Takes a line for those who debug, where somebody does. */
  readonly note?: ((line: string) => void) | undefined;
}

/** One URL over time: attempts, and the waits between them. */
export interface Connection {
  readonly state: SseState;
  readonly url: string;
  readonly lastEventId: string;
  listen(type: string): void;
  /** Somebody wants every event, of whatever type. */
  listenToAll(): void;
  connect(): void;
  reconnect(): void;
  /** `resumeAfter`: what came after this id was not handed on, and is to be asked for again. */
  close(resumeAfter?: string): void;
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

/** ms. Browsers wait this long, or longer, before they reconnect a native stream. */
const NATIVE_INTERVAL = 3000;

/** The one state machine, and the only reconnect loop. */
export function createConnection(options: ConnectionOptions, observer: ConnectionObserver): Connection {
  const { failOn, policy, refreshAuth, until } = options;
  const lastEventId = new LastEventId(
    options.lastEventId,
    options.stored,
    observer.error,
    observer.undelivered,
  );
  const types = new Set<string>();
  let state = CLOSED;
  let url = typeof options.url === 'string' ? options.url : '';
  /** What the server set with `retry:`, in ms. */
  let reconnectionTime: number | undefined;
  /** Ends the attempt under way, or the wait for one. Each has its own; an attempt that finds another here can neither deliver nor change anything. */
  let current: (() => void) | undefined;
  let handle: TransportHandle | undefined;
  /** The transport of the attempt under way. */
  let transport: NamedTransport | undefined;
  /** An attempt over native has failed: `auto` stays on fetch until `connect()`. */
  let nativeGaveUp = false;
  /** `refreshAuth` has answered a 401, and no stream has opened since. */
  let isRefreshed = false;
  let wantsAll = false;
  /** Counts `close()`: an emission that finds it changed is no longer due. */
  let closes = 0;
  /** When the first of the failures came that the state counts; on the monotonic clock. */
  let failingSince = 0;
  /** When the latest attempt started, on the same clock; once it has brought an event, the next one need not keep away from it. */
  let startedAt = -Infinity;

  function update(changes: Partial<Omit<SseState, 'readyState'>>): void {
    const { status = state.status } = changes;
    const next: SseState = { ...state, ...changes, readyState: READY_STATE[status] };
    if ((Object.keys(next) as (keyof SseState)[]).every((key) => next[key] === state[key])) return;
    state = next;
    observer.state(state);
    if (status === 'closed') lastEventId.flush();
  }

  function stop(): void {
    const end = current;
    current = handle = undefined;
    end?.();
  }

  /** Begins an attempt, now or as soon as the shortest gap allows. */
  function start(changes: Pick<SseState, 'status'> & Partial<SseState>): void {
    stop();
    // Rounded up: timers cut a fraction off, and would fire within the shortest gap.
    const pause = Math.ceil(startedAt + SHORTEST_PAUSE - performance.now());
    if (pause > 0) current = wait(pause, open, pause);
    else open();
    update({ ...changes, retryAt: pause > 0 ? Date.now() + pause : undefined });
  }

  function open(): void {
    const controller = new AbortController();
    const end = () => {
      controller.abort();
    };
    current = end;
    // Not `signal.aborted`: that is a call into the browser, and it would be one for each event.
    void run(controller.signal, () => current !== end);
  }

  async function run(signal: AbortSignal, isOver: () => boolean): Promise<void> {
    // Who begins to listen in the tick of connect() misses nothing, and a client that is closed in that tick costs no request.
    await Promise.resolve();
    if (isOver()) return;
    startedAt = performance.now();
    transport = undefined;
    try {
      const { failures, error } = state;
      const id = lastEventId.toSend();
      if (isOver()) return;
      const request = await prepareRequest(options, { failures, lastEventId: id, error, signal }, types);
      if (isOver()) return;
      url = request.url;
      transport = options.chooseTransport(request, nativeGaveUp || wantsAll);
      update({ transport: transport.name, retryAt: undefined });
      if (isOver()) return;
      const started = transport.start(request, createSink(signal, isOver));
      if (!isOver()) handle = started;
    } catch (cause) {
      if (!isOver()) couldNotStart(cause);
    }
  }

  /** Answers a 401 with `refreshAuth`, then makes the request again at once. */
  async function renew(refreshAuth: RefreshAuth, error: SseError, signal: AbortSignal): Promise<void> {
    isRefreshed = true;
    observer.note?.('401: calling refreshAuth');
    try {
      await refresh(refreshAuth, error, options.openTimeout, signal);
      if (signal.aborted) return;
      stop();
      open();
    } catch (cause) {
      // Credentials that weren't renewed may be renewed before the next attempt.
      isRefreshed = false;
      if (!signal.aborted) couldNotStart(cause);
    }
  }

  /** What the caller's functions threw, or the time they took, is a failure like any other. */
  function couldNotStart(cause: unknown): void {
    if (cause instanceof SseError && cause.code === 'timeout') failed(cause);
    else {
      const reason = cause instanceof Error ? cause.message : String(cause);
      failed(new SseError('failed', `The attempt could not be started: ${reason}`, { cause }));
    }
  }

  function createSink(signal: AbortSignal, isOver: () => boolean): TransportSink {
    /** Drops what arrives after the attempt is over. */
    const live = <A extends unknown[]>(report: (...args: A) => void) => {
      return (...args: A): void => {
        if (!isOver()) report(...args);
      };
    };
    let received: (() => void) | undefined;
    return {
      open: live((info) => {
        isRefreshed = false;
        // Only a stream that may be requested again can be given up on suspicion.
        if (policy.limit !== 0 && (transport?.name !== 'native' || handsOver())) {
          received ??= watchForDeath(signal, options.idleTimeout, () => {
            if (state.status === 'open')
              failed(new SseError('timeout', 'No byte came within 2 s after the page woke up.'));
          });
        }
        update({ status: 'open', error: undefined, retryAt: undefined });
        if (isOver()) return;
        const opened = { ...info, transport: state.transport ?? '', lastEventId: lastEventId.value };
        observer.open(opened);
        if (isOver()) return;
        const error = gap(opened, options.resumed);
        if (error && !isOver()) observer.error(Object.assign(error, { failures: state.failures }));
      }),
      message(message) {
        if (isOver()) return;
        received?.();
        const failure = failureIn(failOn, message);
        if (failure) {
          // Its ID isn't taken: servers that number everything would rewind the position.
          failed(failure);
          return;
        }
        const idBefore = lastEventId.value;
        lastEventId.set(message.lastEventId);
        startedAt = -Infinity;
        if (until !== undefined && isLast(until, message)) finish();
        else {
          // First the event: its id is taken, so it must be delivered even if a listener of the state reconnects.
          observer.message(message, idBefore);
          // It proves health even where its listener reconnects.
          if (state.failures && state.status !== 'closed') update({ failures: 0 });
        }
      },
      id: live((id) => {
        lastEventId.set(id);
        observer.id?.();
      }),
      received: live(() => received?.()),
      reconnectionTime: live((ms) => {
        reconnectionTime = ms;
      }),
      reestablishing: live((error) => {
        failed(error, !handsOver());
      }),
      fail: live((error) => {
        if (refreshAuth && isUnauthorized(error) && !isRefreshed) void renew(refreshAuth, error, signal);
        else failed(error);
      }),
      end: live(() => {
        if (options.method === 'GET') failed(new SseError('network', 'The server ended the stream.'));
        else if (until !== undefined) failed(cutShort());
        else finish();
      }),
    };
  }

  /**
   * The attempt under way has failed: another follows after a wait, or none ever.
   *
   * @param byItself - The transport goes on by itself, unless the caller has given a policy that ends it.
   */
  function failed(error: SseError, byItself = false): void {
    const mine = current;
    const failures = state.failures + 1;
    const isNative = transport?.name === 'native';
    // Without a handle, no request was made.
    const wasNative = isNative && handle !== undefined && options.transport === 'auto';
    nativeGaveUp ||= isNative && !byItself;
    if (failures === 1) failingSince = performance.now();
    Object.assign(error, { failures });
    const willRetry =
      (byItself && options.retry === undefined) ||
      shouldRetry(policy, error, failures, performance.now() - failingSince);
    // `shouldRetry` may have closed the connection.
    if (current !== mine) return;
    let retryAt: number | undefined;
    if (!willRetry) stop();
    else if (!byItself) {
      stop();
      const { retryAfter = 0 } = error;
      const { retryInterval } = options;
      // Native hides `retry:`, so the first delay after it covers what browsers use without one.
      const base = wasNative ? Math.max(retryInterval, NATIVE_INTERVAL) : retryInterval;
      const delay = retryDelay(policy, reconnectionTime ?? base, failures, retryAfter, reconnectionTime);
      retryAt = Date.now() + delay;
      current = wait(
        delay,
        () => {
          start({ status: 'reconnecting' });
        },
        // The server's own demands hold against any hope of the page's.
        Math.max(retryAfter, reconnectionTime ?? 0),
      );
    }
    const before = closes;
    Object.assign(error, { willRetry });
    // The state first, so that listeners of the error find it in place.
    update({ status: willRetry ? 'reconnecting' : 'closed', failures, retryAt, error });
    if (before === closes) observer.error(error);
  }

  /**
   * Whether `auto` leaves native at its first loss, for fetch and its policy. It stays where only native
   * can send the ID: across origins, fetch would need a CORS preflight that few servers answer.
   */
  function handsOver(): boolean {
    if (transport?.name !== 'native' || options.transport !== 'auto') return false;
    const hasEventsWithoutId = startedAt === -Infinity && lastEventId.value === '';
    return transport.handsOver === true || hasEventsWithoutId;
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
      wantsAll = true;
      // Nothing is lost yet by asking again; once a native stream is open, it stays.
      if (transport?.name === 'native' && options.transport === 'auto' && state.status === 'connecting')
        this.reconnect();
    },
    connect() {
      if (state.status !== 'closed') return;
      nativeGaveUp = isRefreshed = false;
      start({ status: 'connecting', failures: 0, error: undefined });
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
