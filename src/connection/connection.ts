import { SseError } from '../errors.js';
import type { SseMessage } from '../message.js';
import type { NamedTransport } from './choose-transport.js';
import { gap, LastEventId, type Resumed, type StoredIn } from './last-event-id.js';
import { cutShort, isLast, type Until } from '../stream/until.js';
import { prepareRequest, type RequestOptions } from './request.js';
import { retryDelay, SHORTEST_GAP, shouldRetry, type RetryOptions } from './retry.js';
import { CLOSED, READY_STATE, type SseState } from './state.js';
import { wait } from './wait.js';
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
  /** As the caller gave it; where it is `auto`, native is left where it cannot give what is wanted. */
  readonly transport?: unknown;
  readonly resumed?: Resumed | undefined;
  /** Chooses for one attempt. `beyondNative`: native gave up, or somebody wants events of every type. */
  readonly chooseTransport: (request: TransportRequest, beyondNative: boolean) => NamedTransport;
}

/** What a connection reports. */
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

/** The one state machine, and the only reconnect loop. */
export function createConnection(options: ConnectionOptions, observer: ConnectionObserver): Connection {
  const { policy, until } = options;
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
  /** Ends the attempt under way, or the wait for one. Each has its own; an attempt that finds another here can neither deliver nor change anything. */
  let current: (() => void) | undefined;
  let handle: TransportHandle | undefined;
  /** Whether the attempt under way is one over native, and whether one of these has failed. */
  let isNative = false;
  let nativeGaveUp = false;
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
    const pause = Math.ceil(startedAt + SHORTEST_GAP - performance.now());
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
    isNative = false;
    try {
      const { failures, error } = state;
      const id = lastEventId.toSend();
      if (isOver()) return;
      const request = await prepareRequest(options, { failures, lastEventId: id, error, signal }, types);
      if (isOver()) return;
      url = request.url;
      const { name, start } = options.chooseTransport(request, nativeGaveUp || wantsAll);
      isNative = name === 'native';
      update({ transport: name, retryAt: undefined });
      if (isOver()) return;
      const started = start(request, createSink(isOver));
      if (!isOver()) handle = started;
    } catch (cause) {
      const isTimeout = cause instanceof SseError && cause.code === 'timeout';
      if (isOver()) return;
      failed(isTimeout ? cause : new SseError('failed', 'The attempt could not be started.', { cause }));
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
        if (error && !isOver()) observer.error(Object.assign(error, { failures: state.failures }));
      }),
      message(message) {
        if (isOver()) return;
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
      reconnectionTime: live((ms) => {
        retryInterval = ms;
      }),
      reestablishing: live((error) => {
        failed(error, true);
      }),
      fail: live((error) => {
        failed(error);
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
      const { retryAfter } = error;
      const delay = retryDelay(policy, retryInterval, failures, retryAfter);
      retryAt = Date.now() + delay;
      current = wait(
        delay,
        () => {
          start({ status: 'reconnecting' });
        },
        retryAfter,
      );
    }
    const before = closes;
    Object.assign(error, { willRetry });
    // The state first, so that listeners of the error find it in place.
    update({ status: willRetry ? 'reconnecting' : 'closed', failures, retryAt, error });
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
      wantsAll = true;
      // Nothing is lost yet by asking again; once a native stream is open, it stays.
      if (isNative && options.transport === 'auto' && state.status === 'connecting') this.reconnect();
    },
    connect() {
      if (state.status !== 'closed') return;
      nativeGaveUp = false;
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
