import { CHECKED } from '../checked.js';
import { monotonicNow } from '../clock.js';
import { SseError } from '../errors.js';
import { failureIn } from '../stream/fail-on.js';
import { cutShort, isLast } from '../stream/until.js';
import { Backoff } from './backoff.js';
import type { NamedTransport } from './choose-transport.js';
import type { Connection, ConnectionObserver, ConnectionOptions, Listened } from './contract.js';
import { ignoreAfter } from './ignore-after.js';
import { LastEventId } from './last-event-id.js';
import { isUnauthorized, refresh } from './refresh-auth.js';
import { prepareRequest } from './request.js';
import { SHORTEST_PAUSE, shouldRetry } from './retry.js';
import { ownError, startFailure } from './start-failure.js';
import { CLOSED, isSameState, READY_STATE, type SseState } from './state.js';
import type { TransportHandle, TransportSink } from './transport.js';
import { wait } from './wait.js';
import { watchForDeath } from './wake.js';

/** The one state machine, and the only reconnect loop. */
export function createConnection(
  options: ConnectionOptions,
  observer: ConnectionObserver,
  listened: Listened = { types: new Set(), all: false },
): Connection {
  const { failOn, policy, refreshAuth, until } = options;
  const lastEventId = new LastEventId(options.lastEventId, options.stored, (error) => {
    observer.error(error);
  });
  let state = CLOSED;
  let url = typeof options.url === 'string' ? options.url : '';
  const backoff = new Backoff(policy, options.retryInterval);
  /**
   * Ends the attempt under way, or the wait for one. Each has its own: an attempt that finds another
   * one here can't deliver or change anything.
   */
  let current: (() => void) | undefined;
  let handle: TransportHandle | undefined;
  /** The transport of the attempt under way. */
  let transport: NamedTransport | undefined;
  /** An attempt over native has failed: `auto` stays on fetch until `connect()`. */
  let nativeGaveUp = false;
  /** When the latest attempt started, on the monotonic clock; `-Infinity` once it brought an event. */
  let startedAt = -Infinity;
  /** See {@link Connection.notBefore}. */
  let notBefore: number | undefined;

  /** Returns `false` if `close()` was called while the new state was reported. */
  function update(changes: Partial<Omit<SseState, 'readyState'>>): boolean | undefined {
    const { status = state.status } = changes;
    const next: SseState = { ...state, ...changes, readyState: READY_STATE[status] };
    if (isSameState(next, state)) return true;
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
    const pause = Math.ceil(startedAt + SHORTEST_PAUSE - monotonicNow());
    if (pause > 0) current = wait(pause, open, pause);
    else open();
    update({ ...changes, retryAt: pause > 0 ? Date.now() + pause : undefined });
  }

  /** @param isRefreshed - `refreshAuth` was called for this request: another 401 is final. */
  function open(isRefreshed = false): void {
    const controller = new AbortController();
    const end = () => {
      controller.abort();
    };
    current = end;
    // Not `signal.aborted`: that would be a call into the browser for each event.
    void run(controller.signal, () => current !== end, isRefreshed);
  }

  async function run(signal: AbortSignal, isOver: () => boolean, isRefreshed: boolean): Promise<void> {
    // Starts one microtask later, so listeners added right after connect() don't miss anything, and
    // close() right after connect() costs no request.
    await Promise.resolve();
    if (isOver()) return;
    startedAt = monotonicNow();
    transport = undefined;
    try {
      const { failures, error } = state;
      const id = lastEventId.toSend();
      const unsentId = id === lastEventId.value ? undefined : lastEventId.value;
      if (isOver()) return;
      const request = await prepareRequest(
        options,
        { failures, lastEventId: id, error, signal },
        listened.types,
      );
      if (isOver()) return;
      url = request.url;
      transport = options.chooseTransport(request, nativeGaveUp || listened.all);
      update({ transport: transport.name, retryAt: undefined });
      if (isOver()) return;
      const sink = createSink(signal, isOver, isRefreshed, unsentId);
      const started = transport.start({ ...request, unsentId }, sink);
      if (!isOver()) handle = started;
    } catch (cause) {
      if (!isOver()) failed(startFailure(cause));
    }
  }

  function createSink(
    signal: AbortSignal,
    isOver: () => boolean,
    isRefreshed: boolean,
    unsentId: string | undefined,
  ): TransportSink {
    const unlessOver = ignoreAfter(isOver);
    let received: (() => void) | undefined;
    return {
      open: unlessOver((info) => {
        // Only a stream that may be requested again can be given up on suspicion.
        if (policy.limit !== 0 && (transport?.name !== 'native' || handsOver())) {
          received ??= watchForDeath(signal, options.idleTimeout, () => {
            if (state.status === 'open')
              failed(
                new SseError('timeout', 'No byte came within 2 s after the page woke up.', {
                  help: 'timeout-wake',
                }),
              );
          });
        }
        update({ status: 'open', error: undefined, retryAt: undefined });
        if (isOver()) return;
        const id = lastEventId.value === unsentId ? '' : lastEventId.value;
        const opened = { ...info, transport: state.transport ?? '', lastEventId: id };
        observer.open(opened);
        if (isOver()) return;
        const error = options.findGap?.(opened);
        if (error && !isOver()) observer.error(Object.assign(error, { failures: state.failures }));
      }),
      message(message) {
        if (isOver()) return;
        received?.();
        // Asked here first: two calls for each event would cost more than they do.
        const failure = failOn && failureIn(failOn, message);
        if (failure) {
          // Its ID isn't taken: servers that number everything would rewind the position.
          failed(failure);
          return;
        }
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
      received: unlessOver(() => {
        received?.();
        if (CHECKED) observer.received?.();
      }),
      reconnectionTime: unlessOver((ms) => {
        backoff.reconnectionTime = ms;
      }),
      reestablishing: unlessOver((error) => {
        failed(error, !handsOver());
      }),
      fail: unlessOver((error) => {
        if (!refreshAuth || isRefreshed || !isUnauthorized(error)) {
          failed(error);
          return;
        }
        observer.debug?.('401: calling refreshAuth');
        // The request is made again at once, within the same attempt in the eyes of the user.
        refresh(refreshAuth, error, options.openTimeout, signal).then(
          unlessOver(() => {
            stop();
            open(true);
          }),
          unlessOver((cause: unknown) => {
            failed(startFailure(cause));
          }),
        );
      }),
      end: unlessOver(() => {
        const error =
          options.method === 'GET'
            ? new SseError('network', 'The server ended the stream.', { help: 'network-ended' })
            : cutShort(until);
        if (error) failed(error);
        else finish();
      }),
    };
  }

  /**
   * The attempt under way failed: another one follows after a wait, or none.
   *
   * @param byItself - The transport reconnects by itself, unless the caller's policy ends it.
   */
  function failed(given: SseError, byItself = false): void {
    const error = ownError(given);
    const mine = current;
    const failures = state.failures + 1;
    const isNative = transport?.name === 'native';
    // Native hides `retry:`. Without a handle, no request was made.
    const isBlind = isNative && handle !== undefined && options.transport === 'auto';
    nativeGaveUp ||= isNative && !byItself;
    Object.assign(error, { failures });
    const willRetry = backoff.allows(error, failures) || (byItself && options.retry === undefined);
    // `shouldRetry` may have closed the connection.
    if (current !== mine) return;
    let retryAt: number | undefined;
    if (!willRetry) stop();
    else if (!byItself) {
      stop();
      const { delay, floor } = backoff.next(error, failures, isBlind);
      retryAt = Date.now() + delay;
      notBefore = Date.now() + floor;
      current = wait(
        delay,
        () => {
          start({ status: 'reconnecting' });
        },
        floor,
      );
    }
    const { method, retry } = options;
    if (method !== 'GET' && retry === undefined && shouldRetry({}, error, 1, 0))
      error.message += ` ${method} is only repeated with \`retry\`.`;
    Object.assign(error, { willRetry });
    // The state comes first, so that listeners of the error find it in place.
    const status = willRetry ? 'reconnecting' : 'closed';
    const isDue = update({ status, failures, retryAt, error });
    if (isDue !== false && state.error === error) observer.error(error);
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
    get notBefore() {
      return notBefore;
    },
    listen(type) {
      listened.types.add(type);
      handle?.listen(type);
    },
    unlisten(type) {
      listened.types.delete(type);
      handle?.unlisten?.(type);
    },
    listenToAll() {
      listened.all = true;
      // Nothing is lost yet by asking again. Once a native stream is open, it stays.
      if (transport?.name === 'native' && options.transport === 'auto' && state.status === 'connecting')
        this.reconnect();
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
