import { createConnection, type ConnectionOptions } from './connection.js';
import { SseError } from './errors.js';
import { gap } from './gap.js';
import { Journal } from './journal.js';
import { LastEventId } from './last-event-id.js';
import { isLast } from './request.js';
import { CLOSED, READY_STATE } from './state.js';
import { ALL, MOST_TYPES, type EventNotice, type Question, type Snapshot } from './tab-channel.js';
import { joinTabs, type TabGroup } from './tab-group.js';
import type { Connection, ConnectionObserver, OpenInfo, SseState } from './transport.js';
import { wait } from './wait.js';

/** How many ms a leader in a hidden tab, whose timers are held back, may be late with an attempt before another tab pushes it. */
const LATE = 1000;

/**
 * A connection that is this tab's own while it leads, and otherwise what it hears of another tab's. Whoever leads tells all tabs, and its own
 * among them, which takes the news as if it had come from another.
 */
export function shareConnection(
  name: string,
  locks: LockManager,
  options: ConnectionOptions,
  observer: ConnectionObserver,
): Connection {
  const { until, maxEventSize, stored } = options;
  const ownUrl = typeof options.url === 'string' ? options.url : undefined;
  let url = ownUrl ?? '';
  let state = CLOSED;
  const journal = new Journal();
  /** What this tab has handed on, whether it leads or not. */
  const lastEventId = new LastEventId(
    options.lastEventId,
    stored && journal.storedIn(stored, name),
    observer.error,
    observer.undelivered,
  );
  /** What somebody listens to, in any tab. */
  const types = new Set<string>();
  /** From `connect()` to the end. */
  let tabs: TabGroup | undefined;
  /** While this tab has the connection. */
  let leader: Connection | undefined;
  /** What was known when that opened, while it is open. */
  let opened: OpenInfo | undefined;
  let isAsking = false;
  /** The generation in which this tab last asked for what it lacks. */
  let askedIn = 0;
  let stopWaiting: (() => void) | undefined;
  /** Counts `close()`: an emission that finds it changed is no longer due. */
  let closes = 0;

  function lead(): void {
    journal.lead();
    opened = undefined;
    leader = createConnection(
      { ...options, until: undefined, resumed: undefined, lastEventId: lastEventId.value, stored: undefined },
      {
        state({ status }) {
          if (status !== 'open') opened = undefined;
          // That it has opened is told with what is known of that.
          else if (!opened) return;
          tellState();
        },
        open(info) {
          opened = info;
          tellState();
        },
        message: handOn,
        id() {
          handOn({ type: '', data: '', lastEventId: leader?.lastEventId ?? '', origin: '' });
        },
        // Each tab finds out for itself.
        error: () => undefined,
      },
    );
    types.forEach(listenIn);
    leader.connect();
  }

  function follow(): void {
    const old = leader;
    leader = undefined;
    old?.close();
  }

  function tellState(): void {
    // Not the end of one that leads no more.
    if (!leader) return;
    const { url, state } = leader;
    const { sequence = 0, oldest } = journal;
    const { value } = lastEventId;
    tellAll({ kind: 'snapshot', sequence, oldest, lastEventId: value, url, state, opened, types: wanted() });
  }

  function handOn({ type, data, lastEventId, origin }: Omit<EventNotice, 'kind' | 'sequence'>): void {
    tabs?.whenSure(() => {
      tellAll({ kind: 'event', sequence: (journal.sequence ?? 0) + 1, type, data, lastEventId, origin });
    });
  }

  /** The others first, so that what this tab makes of it is no matter of theirs. */
  function tellAll(notice: Snapshot | EventNotice): void {
    tabs?.post(notice);
    told(notice);
  }

  const knows = () => lastEventId.value !== '';
  const wanted = () => [...types].slice(0, MOST_TYPES);

  function question(force?: boolean): void {
    if (!leader) tabs?.post({ kind: 'question', sequence: journal.sequence, types: wanted(), force });
  }

  const push = () => {
    question(false);
  };

  /** Once, however much there is to ask in one tick. */
  function ask(): void {
    if (isAsking) return;
    isAsking = true;
    queueMicrotask(() => {
      isAsking = false;
      question();
    });
  }

  function asked({ sequence = Infinity, types, force }: Question): void {
    want(types);
    for (const event of journal.since(sequence)) tabs?.post(event);
    tellState();
    if (force || (force === false && state.retryAt !== undefined)) leader?.reconnect();
  }

  function told(notice: Snapshot | EventNotice, generation = 0): boolean {
    if (notice.kind === 'snapshot') hearSnapshot(notice, generation);
    // After a gap, or before the first snapshot: the answer to a question will bring what is missing, and this again.
    else if (!(notice.sequence <= (journal.sequence ?? NaN) + 1)) return false;
    else if (journal.accept(notice)) deliver(notice);
    return true;
  }

  function hearSnapshot(notice: Snapshot, generation: number): void {
    const before = closes;
    const { status, retryAt, error } = notice.state;
    const isNew = journal.sequence === undefined;
    const found = journal.meet(notice.sequence, notice.oldest);
    want(notice.types);
    url = ownUrl ?? notice.url;
    if (found === 'even' || found === 'missed') lastEventId.set(notice.lastEventId);
    const lacks = found === 'behind' || types.size > notice.types.length;
    if (lacks && askedIn !== generation) {
      askedIn = generation;
      ask();
    }
    stopWaiting?.();
    // The leader may be in a hidden tab, where timers are late, while this one is shown.
    if (!leader && retryAt !== undefined) {
      const left = retryAt - Date.now();
      stopWaiting = wait(left + LATE, push, Math.min(error?.retryAfter ?? 0, left));
    }
    const isOpening = status === 'open' && state.status !== 'open';
    // For a client that was open, a hand-over is a loss, and the way back from it.
    const isBack = status === 'connecting' && state.status !== 'connecting';
    tell(isBack ? { ...notice.state, status: 'reconnecting' } : notice.state, isNew);
    if (isOpening && notice.opened && before === closes) {
      observer.open(notice.opened);
      // Judged in each tab, from what the server said; but what a tab was not there for, it does not miss.
      const missing = !isNew && before === closes && gap(notice.opened, options.resumed);
      if (missing) observer.error(Object.assign(missing, { attempt: state.attempt }));
    }
    if (found === 'missed' && before === closes) lose('This tab was away for too long: events are missing.');
  }

  function want(wanted: readonly string[]): void {
    for (const type of wanted) {
      if (types.size >= MOST_TYPES) return;
      types.add(type);
      listenIn(type);
    }
  }

  function listenIn(type: string): void {
    if (type === ALL) leader?.listenToAll();
    else leader?.listen(type);
  }

  function listen(type: string): void {
    if (types.has(type)) return;
    types.add(type);
    listenIn(type);
    ask();
  }

  function deliver({ type, data, lastEventId: id, origin }: EventNotice): void {
    const idBefore = lastEventId.value;
    lastEventId.set(id);
    const message = { type, data, lastEventId: id, origin, raw: data };
    if (type === '') return;
    if (data.length > maxEventSize) lose(`An event grew past ${maxEventSize} characters.`);
    else if (until !== undefined && isLast(until, message)) finish();
    else observer.message(message, idBefore);
  }

  function lose(reason: string): void {
    observer.error(new SseError('overflow', reason, { willRetry: true }));
  }

  /** The state first, so that listeners of the error find it in place. Of an error that happened before this tab was there, only the state. */
  function tell(next: SseState, isNew = false): void {
    const before = closes;
    const { error } = state;
    // What has come over a channel is another object each time.
    const isKnown = next.error?.message === error?.message && next.error?.attempt === error?.attempt;
    const now = isKnown ? { ...next, error } : next;
    if (now.status === 'closed') {
      stopWaiting?.();
      tabs?.leave();
      tabs = undefined;
      lastEventId.flush();
    }
    if ((Object.keys(now) as (keyof SseState)[]).every((key) => now[key] === state[key])) return;
    state = now;
    observer.state(state);
    if (now.error && !isKnown && !isNew && before === closes) observer.error(now.error);
  }

  /** Closes this tab's client in order, whatever the others do. */
  function finish(): void {
    if (tabs) tell({ ...CLOSED, transport: state.transport });
  }

  return {
    get state() {
      return state;
    },
    get url() {
      return leader ? leader.url : url;
    },
    get lastEventId() {
      return lastEventId.value;
    },
    listen,
    listenToAll() {
      listen(ALL);
    },
    connect() {
      if (tabs) return;
      lastEventId.restore();
      const { note } = observer;
      tabs = joinTabs(name, locks, { knows, lead, follow, ask, asked, told, note });
      const { transport } = state;
      tell({ ...CLOSED, status: 'connecting', readyState: READY_STATE.connecting, transport });
    },
    reconnect() {
      if (leader) leader.reconnect();
      else question(true);
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
