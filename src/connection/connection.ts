import { SseError } from '../errors.js';
import type { SseMessage } from '../message.js';
import type { NamedTransport } from './choose-transport.js';
import { ignoreAfter } from './ignore-after.js';
import { gap, LastEventId, type Resumed, type StoredIn } from './last-event-id.js';
import { cutShort, isLast, type Until } from '../stream/until.js';
import { prepareRequest, type RequestOptions } from './request.js';
import { retryDelay, SHORTEST_GAP, shouldRetry, type RetryOptions } from './retry.js';
import { CLOSED, READY_STATE, type SseState } from './state.js';
import { wait } from './wait.js';
import type { OpenInfo, TransportHandle, TransportRequest, TransportSink } from './transport.js';

/** Everything a connection needs. Defaults are in place, conflicts ruled out. */
export interface ConnectionOptions extends RequestOptions {
  readonly lastEventId: string;
  /** Where the last event ID is kept across reloads. */
  readonly stored?: StoredIn | undefined;
  /** The reconnection time until the server sets another, in ms. */
  readonly retryInterval: number;
  readonly policy: RetryOptions;
  /** As the caller gave it. With it, the policy also ends what a transport reestablishes by itself. */
  readonly retry?: unknown;
  readonly until?: Until | undefined;
  /** As the caller gave it. `auto` leaves native where that can't deliver every type. */
  readonly transport?: unknown;
  readonly resumed?: Resumed | undefined;
  /** Chooses for one attempt. `beyondNative`: native gave up, or somebody listens to every type. */
  readonly chooseTransport: (request: TransportRequest, beyondNative: boolean) => NamedTransport;
}

/** What a connection reports. */
export interface ConnectionObserver {
  /** Returns `false` if `close()` was called meanwhile: nothing more is reported then. */
  readonly state: (now: SseState) => boolean | undefined;
  readonly open: (info: OpenInfo) => void;
  readonly message: (message: SseMessage) => void;
  /** A block without data set the last event ID. */
  readonly id?: (lastEventId: string) => void;
  readonly error: (error: SseError) => void;
  /** Takes a debug line. Missing where nobody debugs. */
  readonly debug?: ((line: string) => void) | undefined;
}

/** The event types that somebody listens to. */
export interface Listened {
  readonly types: Set<string>;
  /** Every type, whatever its name. */
  all: boolean;
}

/** One URL over time: attempts, and the waits between them. */
export interface Connection {
  readonly state: SseState;
  readonly url: string;
  readonly lastEventId: string;
  listen(type: string): void;
  listenToAll(): void;
  /**
   * The event that is being reported isn't delivered yet: a reload, or `close()`, goes back to before
   * it.
   *
   * @returns Releases it, once it's delivered or was reported as an error.
   */
  hold(): () => void;
  connect(): void;
  reconnect(): void;
  /** Closes, and forgets the events on hold: `connect()` asks for them again. */
  close(): void;
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
export function createConnection(
  options: ConnectionOptions,
  observer: ConnectionObserver,
  listened: Listened = { types: new Set(), all: false },
): Connection {
  const { policy, until } = options;
  const lastEventId = new LastEventId(options.lastEventId, options.stored, observer.error);
  let state = CLOSED;
  let url = typeof options.url === 'string' ? options.url : '';
  let { retryInterval } = options;
  /**
   * Ends the attempt under way, or the wait for one. Each has its own: an attempt that finds another
   * one here can't deliver or change anything.
   */
  let current: (() => void) | undefined;
  let handle: TransportHandle | undefined;
  /** Whether the attempt under way uses native, and whether such an attempt has failed for good. */
  let isNative = false;
  let nativeGaveUp = false;
  /** When the first of the counted failures happened, on the monotonic clock. */
  let failingSince = 0;
  /** When the latest attempt started, on the same clock; `-Infinity` once it brought an event. */
  let startedAt = -Infinity;

  /** Returns `false` if `close()` was called while the new state was reported. */
  function update(changes: Partial<Omit<SseState, 'readyState'>>): boolean | undefined {
    const { status = state.status } = changes;
    const next: SseState = { ...state, ...changes, readyState: READY_STATE[status] };
    if ((Object.keys(next) as (keyof SseState)[]).every((key) => next[key] === state[key])) return true;
    state = next;
    const isDue = observer.state(state);
    if (status === 'closed') lastEventId.flush();
    return isDue;
  }

  function stop(): void {
    const end = current;
    current = handle = undefined;
    end?.();
  }

  /** Starts an attempt, now or as soon as the shortest pause between two attempts is over. */
  function start(changes: Pick<SseState, 'status'> & Partial<SseState>): void {
    stop();
    // Rounded up: timers drop the fraction, and would fire too early.
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
    // Not `signal.aborted`: that would be a call into the browser for each event.
    void run(controller.signal, () => current !== end);
  }

  async function run(signal: AbortSignal, isOver: () => boolean): Promise<void> {
    // Starts one microtask later, so listeners added right after connect() don't miss anything, and
    // close() right after connect() costs no request.
    await Promise.resolve();
    if (isOver()) return;
    startedAt = performance.now();
    isNative = false;
    try {
      const { failures, error } = state;
      const id = lastEventId.toSend();
      if (isOver()) return;
      const request = await prepareRequest(
        options,
        { failures, lastEventId: id, error, signal },
        listened.types,
      );
      if (isOver()) return;
      url = request.url;
      const { name, start } = options.chooseTransport(request, nativeGaveUp || listened.all);
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
    const unlessOver = ignoreAfter(isOver);
    return {
      open: unlessOver((info) => {
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
        lastEventId.set(message.lastEventId);
        startedAt = -Infinity;
        if (until !== undefined && isLast(until, message)) finish();
        else {
          // The event comes first: its ID is taken, so it must be delivered even if a listener of the
          // state reconnects.
          observer.message(message);
          // It proves that the stream works, even if its listener reconnects.
          if (state.failures && state.status !== 'closed') update({ failures: 0 });
        }
      },
      id: unlessOver((id) => {
        lastEventId.set(id);
        observer.id?.(id);
      }),
      reconnectionTime: unlessOver((ms) => {
        retryInterval = ms;
      }),
      reestablishing: unlessOver((error) => {
        failed(error, true);
      }),
      fail: unlessOver((error) => {
        failed(error);
      }),
      end: unlessOver(() => {
        if (options.method === 'GET') failed(new SseError('network', 'The server ended the stream.'));
        else if (until !== undefined) failed(cutShort());
        else finish();
      }),
    };
  }

  /**
   * The attempt under way failed: another one follows after a wait, or none.
   *
   * @param byItself - The transport reconnects by itself, unless the caller's policy ends it.
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
    Object.assign(error, { willRetry });
    // The state comes first, so that listeners of the error find it in place.
    const status = willRetry ? 'reconnecting' : 'closed';
    const isDue = update({ status, failures, retryAt, error });
    if (isDue !== false && state.error === error) observer.error(error);
  }

  /** Closes without an error: by `close()`, or because the stream is complete. */
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
      listened.types.add(type);
      handle?.listen(type);
    },
    listenToAll() {
      listened.all = true;
      // Nothing is lost yet by asking again. Once a native stream is open, it stays.
      if (isNative && options.transport === 'auto' && state.status === 'connecting') this.reconnect();
    },
    hold: () => lastEventId.hold(),
    connect() {
      if (state.status !== 'closed') return;
      nativeGaveUp = false;
      start({ status: 'connecting', failures: 0, error: undefined });
    },
    reconnect() {
      if (state.status === 'closed') this.connect();
      else start({ status: state.status === 'connecting' ? 'connecting' : 'reconnecting' });
    },
    close() {
      lastEventId.rewind();
      finish();
      // It may have been closed before, with events on hold.
      lastEventId.flush();
    },
  };
}
