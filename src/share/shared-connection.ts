import {
  createConnection,
  type ConnectionFactory,
  type ConnectionOptions,
} from '../connection/connection.js';
import { SseError } from '../errors.js';
import { gap } from '../connection/last-event-id.js';
import { Journal } from './journal.js';
import { LastEventId } from '../connection/last-event-id.js';
import { isLast } from '../stream/until.js';
import { createLeader, type Leader } from './leader.js';
import { CLOSED, READY_STATE } from '../connection/state.js';
import {
  MOST_TYPES,
  readOpen,
  readState,
  type EventNotice,
  type Push,
  type Question,
  type Sent,
  type Snapshot,
  type Wanted,
} from './channel.js';
import { joinTabs, type TabGroup } from './tab-group.js';
import type { Connection, ConnectionObserver } from '../connection/connection.js';
import type { SseState } from '../connection/state.js';
import { wait } from '../connection/wait.js';

/** How many ms a leader in a hidden tab, whose timers are held back, may be late with an attempt before another tab pushes it. */
const LATE = 1000;

/**
 * One connection for all tabs of this origin. Clients that give the same name share it, in whatever tab, and also within one. One of them has
 * the connection, the others hear from it over a `BroadcastChannel`; when it goes, another takes over and resumes after the last event ID.
 * Without Web Locks or `BroadcastChannel` (an insecure origin, Node before 24) each client connects for itself, and says so in `debug`.
 *
 * @param name - The identity of the stream. Whatever makes two streams different must be in it, and that is the login above all.
 * @throws TypeError if there is no name.
 *
 * @example
 * ```ts
 * const client = new SseClient('/api/prices', { share: sharedConnection(`prices:${user.id}`) });
 * ```
 */
export function sharedConnection(name: string): ConnectionFactory {
  if (typeof name !== 'string' || !name) {
    throw new TypeError("Give the shared connection a name: sharedConnection('prices:user42').");
  }
  const factory: ConnectionFactory = (options, observer) => {
    const { navigator, BroadcastChannel } = globalThis as Partial<typeof globalThis>;
    // Not on insecure origins, whatever its type says.
    const locks: LockManager | undefined = navigator?.locks;
    if (locks && BroadcastChannel) return share(`ssekit:${name}`, locks, options, observer);
    observer.note?.('not shared: this page has no Web Locks or no BroadcastChannel');
    return createConnection(options, observer);
  };
  // Components compare it: the same name is the same connection, however often this is called.
  return Object.assign(factory, { key: name });
}

/** A connection that is this tab's own while it leads, and otherwise what it hears of another tab's. */
function share(
  name: string,
  locks: LockManager,
  options: ConnectionOptions,
  observer: ConnectionObserver,
): Connection {
  const { until, maxEventSize, stored } = options;
  const journal = new Journal();
  const types = new Set<string>();
  let wantsAll = false;
  let state = CLOSED;
  const ownUrl = typeof options.url === 'string' ? options.url : undefined;
  let url = ownUrl ?? '';
  /** What this tab has handed on, whether it leads or not. */
  const lastEventId = new LastEventId(
    options.lastEventId,
    stored && journal.storedIn(stored, name),
    observer.error,
    observer.undelivered,
  );
  /** From `connect()` to the end. */
  let tabs: TabGroup | undefined;
  /** While this tab has the connection. */
  let leader: Leader | undefined;
  let isAsking = false;
  /** Where this tab stood when it last found that it lacks something. */
  let lackedAt = '';
  let stopWaiting: (() => void) | undefined;
  /** Counts `close()`: an emission that finds it changed is no longer due. */
  let closes = 0;

  function lead(): void {
    if (!tabs) return;
    stopWaiting?.();
    leader = createLeader({
      options,
      observer,
      tabs,
      journal,
      lastEventId,
      state: () => state,
      wanted,
      after,
      tell,
      deliver,
    });
    // Now that it can be stopped: whoever hears of the first state may close the client.
    leader.connection.connect();
  }

  function follow(): void {
    if (!leader) return;
    ({ url } = leader.connection);
    leader.stop();
    leader = undefined;
  }

  const wanted = (): Wanted => ({ types: [...types].slice(0, MOST_TYPES), all: wantsAll });

  /** Once, however much there is to ask in one tick. */
  function ask(): void {
    if (isAsking) return;
    isAsking = true;
    queueMicrotask(() => {
      isAsking = false;
      if (!leader) tabs?.post({ kind: 'question', sequence: journal.sequence, ...wanted() });
    });
  }

  function asked(notice: Question | Push): void {
    if (notice.kind === 'question') want(notice.types, notice.all);
    leader?.answer(notice);
  }

  function told(notice: Sent & (Snapshot | EventNotice)): boolean {
    if (notice.kind === 'snapshot') hearSnapshot(notice);
    // After a gap, or before the first snapshot: the answer to a question will bring what is missing, and this again.
    else if (!(notice.sequence <= (journal.sequence ?? NaN) + 1)) return false;
    else if (journal.accept(notice)) {
      if (notice.data.length <= maxEventSize) deliver(notice);
      else {
        lastEventId.set(notice.lastEventId);
        lose(`An event grew past ${maxEventSize} characters.`);
      }
    }
    return true;
  }

  function hearSnapshot({ sequence, oldest, state: now, opened, failed, ...notice }: Sent & Snapshot): void {
    const current = tabs;
    const isNew = journal.sequence === undefined;
    const lacksTypes = (wantsAll && !notice.all) || [...types].some((type) => !notice.types.includes(type));
    want(notice.types, notice.all);
    url = ownUrl ?? notice.url;
    const found = journal.meet(sequence, oldest);
    if (found === 'even') lastEventId.set(notice.lastEventId);
    const standing = `${notice.generation} ${journal.sequence ?? 0}`;
    if ((lacksTypes || found === 'behind') && lackedAt !== standing) {
      lackedAt = standing;
      ask();
    }
    stopWaiting?.();
    // The leader may be in a hidden tab, where timers are late, while this one is shown.
    if (now.retryAt !== undefined) {
      const left = now.retryAt - Date.now();
      const push = () => tabs?.post({ kind: 'push', force: false });
      stopWaiting = wait(left + LATE, push, Math.min(now.error?.retryAfter ?? 0, left));
    }
    const isOpening = now.status === 'open' && state.status !== 'open';
    tell(after(readState(now)), failed);
    if (tabs === current && isOpening && opened) {
      const info = readOpen(opened, now.transport ?? '');
      observer.open(info);
      // Judged here as in the leader, from what the server said; but what a tab was not there for, it does not miss.
      const error = tabs === current && !isNew && gap(info, options.resumed);
      if (error) observer.error(error);
    }
    if (tabs === current && found === 'missed') {
      lastEventId.set(notice.lastEventId);
      lose('This tab was away for longer than the others remember: it missed events.');
    }
  }

  function want(wanted: readonly string[], all: boolean): void {
    for (const type of wanted) if (types.size < MOST_TYPES) add(type);
    if (all) addAll();
  }

  function add(type: string): void {
    types.add(type);
    leader?.connection.listen(type);
  }

  function addAll(): void {
    wantsAll = true;
    leader?.connection.listenToAll();
  }

  function deliver({ type, data, lastEventId: id, origin }: EventNotice): void {
    const idBefore = lastEventId.value;
    lastEventId.set(id);
    const message = { type, data, lastEventId: id, origin, raw: data };
    if (until === undefined || !isLast(until, message)) observer.message(message, idBefore);
    else finish();
  }

  function lose(reason: string): void {
    observer.error(new SseError('overflow', reason, { willRetry: true }));
  }

  /** For a client that was open, a hand-over is a loss, and the way back from it. */
  function after(now: SseState): SseState {
    return now.status === 'connecting' && state.status !== 'connecting'
      ? { ...now, status: 'reconnecting' }
      : now;
  }

  /** The state first, so that listeners of the error find it in place. */
  function tell(next: SseState, failed: boolean): void {
    const before = closes;
    if (next.status === 'closed') end();
    const isNew = !isSame(next, state);
    if (isNew) state = next;
    const { error } = state;
    if (isNew) observer.state(state);
    if (failed && before === closes && error) observer.error(error);
  }

  function end(): void {
    const old = tabs;
    tabs = undefined;
    stopWaiting?.();
    old?.leave();
    lastEventId.flush();
  }

  /** Closes this tab's client in order, whatever the others do. */
  function finish(): void {
    end();
    if (state.status !== 'closed') tell({ ...CLOSED, transport: state.transport }, false);
  }

  return {
    get state() {
      return state;
    },
    get url() {
      return leader ? leader.connection.url : url;
    },
    get lastEventId() {
      return lastEventId.value;
    },
    listen(type) {
      if (types.has(type)) return;
      add(type);
      ask();
    },
    listenToAll() {
      if (wantsAll) return;
      addAll();
      ask();
    },
    connect() {
      if (tabs) return;
      lastEventId.restore();
      tabs = joinTabs(name, locks, {
        knows: () => lastEventId.value !== '',
        lead,
        follow,
        ask,
        asked,
        told,
        note: observer.note,
      });
      const { transport } = state;
      tell({ ...CLOSED, status: 'connecting', readyState: READY_STATE.connecting, transport }, false);
    },
    reconnect() {
      if (leader) leader.connection.reconnect();
      else tabs?.post({ kind: 'push', force: true });
    },
    close(resumeAfter) {
      closes++;
      finish();
      if (resumeAfter !== undefined) {
        journal.rewind(resumeAfter);
        lastEventId.set(resumeAfter);
      }
      lastEventId.flush();
    },
  };
}

/** Whether nothing changed for those who look. Errors that differ in anything differ in their text or number. */
function isSame(a: SseState, b: SseState): boolean {
  return (
    (['status', 'failures', 'retryAt', 'transport'] as const).every((key) => a[key] === b[key]) &&
    a.error?.message === b.error?.message
  );
}
