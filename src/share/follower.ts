import type { Connection, ConnectionOptions, Listened } from '../connection/contract.js';
import type { SseState } from '../connection/state.js';
import { wait } from '../connection/wait.js';
import { SseError } from '../errors.js';
import { readOpen, readState, type EventNotice, type Notice, type Sent, type Snapshot } from './channel.js';
import type { Journal } from './journal.js';
import { newlyListened, packListened } from './listened.js';
import type { StreamObserver } from './stream-observer.js';

/**
 * ms. A leader in a hidden tab, whose timers are throttled, may be this late with an attempt before
 * another tab pushes it.
 */
const LATE = 1000;

/** What a follower is made of. */
export interface FollowerInputs {
  readonly options: Pick<ConnectionOptions, 'url' | 'maxEventSize' | 'findGap'>;
  readonly listened: Listened;
  readonly journal: Journal;
  /** Does nothing while this tab doesn't follow. */
  readonly post: (notice: Notice) => void;
  /** That of the tab. */
  readonly lastEventId: () => string;
  /** The state that the tab reported last. */
  readonly state: () => SseState;
  /** Of the latest attempt that this tab knows of. */
  readonly url: string;
}

/** The stream as another tab, the leader, reports it. */
export interface Follower extends Pick<Connection, 'listen' | 'listenToAll' | 'reconnect'> {
  /** That of the leader's latest attempt. */
  url: string;
  /** Asks the leader for its state and for missing events. Several calls in one tick ask once. */
  ask(): void;
  /** Returns whether the notice made sense. If it doesn't, the group asks again after a while. */
  receive(notice: Sent & (Snapshot | EventNotice)): boolean;
  /** Leaves no timer behind. */
  stop(): void;
}

export function createFollower(inputs: FollowerInputs, observer: StreamObserver): Follower {
  const { options, listened, journal, post, lastEventId, state } = inputs;
  let isAsking = false;
  /** The place where this tab last asked for what it lacked: it asks once at each. */
  let askedAt = '';
  let stopWaiting: (() => void) | undefined;

  function ask(): void {
    if (isAsking) return;
    isAsking = true;
    queueMicrotask(() => {
      isAsking = false;
      const { sequence } = journal;
      const id = sequence === undefined ? lastEventId() || undefined : undefined;
      post({ kind: 'question', sequence, lastEventId: id, ...packListened(listened) });
    });
  }

  function receiveEvent(event: EventNotice): boolean {
    // After a gap, or before the first snapshot: the answer to a question brings what's missing,
    // and this event again. An event that this tab has may be meant for another one, or this tab is
    // far ahead because it believed a forged number.
    if (event.sequence !== (journal.sequence ?? NaN) + 1) return false;
    if (!journal.accept(event)) return true;
    // So the state that this tab knows must be wrong.
    if (state().status !== 'open') ask();
    if (event.data.length <= options.maxEventSize) observer.message(event);
    else {
      observer.id(event.lastEventId);
      overflow('overflow', `An event grew past ${options.maxEventSize} characters.`);
    }
    return true;
  }

  function receiveSnapshot(snapshot: Sent & Snapshot): void {
    const isNew = journal.sequence === undefined && !lastEventId();
    // A notice has no query, so a URL that's known here is better.
    if (typeof options.url !== 'string') follower.url = snapshot.url;
    const found = compare(snapshot);
    if (found === 'even') observer.id(snapshot.lastEventId);
    const place = `${snapshot.generation} ${journal.sequence ?? 0}`;
    if ((lacksTypes(snapshot) || found === 'behind') && askedAt !== place) {
      askedAt = place;
      ask();
    }
    const now = readState(snapshot.state);
    follower.stop();
    // The leader may be in a hidden tab, where timers are late, while this tab is shown.
    if (now.retryAt !== undefined) {
      const push = () => {
        post({ kind: 'push', force: false });
      };
      stopWaiting = wait(now.retryAt + LATE - Date.now(), push, (snapshot.notBefore ?? 0) - Date.now());
    }
    const isOpening = now.status === 'open' && state().status !== 'open';
    observer.state(now, snapshot.failed);
    if (isOpening && snapshot.opened) {
      const info = readOpen(snapshot.opened, now.transport ?? '');
      observer.open(info);
      // Each tab judges for itself whether the server resumed. A new one doesn't miss anything.
      const error = isNew ? undefined : options.findGap?.(info);
      if (error) observer.error(error);
    }
    if (found === 'missed') {
      observer.id(snapshot.lastEventId);
      overflow('overflow-tab', 'This tab was away for too long: it missed events.');
    }
  }

  /** Takes the types that the leader knows. Returns whether this tab listens to more of them. */
  function lacksTypes(snapshot: Snapshot): boolean {
    const { types, all } = newlyListened(listened, snapshot);
    for (const type of types) listened.types.add(type);
    listened.all ||= all;
    const own = packListened(listened);
    return !snapshot.all && (own.all || own.types.length > snapshot.types.length);
  }

  /**
   * A tab may have an ID and no number: the ID comes from an option, or was stored before the
   * connection was shared. Then the leader looks the ID up in its journal. Until it has answered,
   * this tab has no place; `undefined`.
   */
  function compare({ sequence, oldest, found }: Snapshot): ReturnType<Journal['meet']> | undefined {
    const id = lastEventId();
    if (journal.sequence === undefined && id) {
      if (found?.lastEventId !== id) return undefined;
      // An ID that the leader doesn't know is older than all events it keeps.
      journal.sequence = found.sequence ?? -1;
    }
    return journal.meet(sequence, oldest);
  }

  function overflow(help: string, message: string): void {
    observer.error(new SseError('overflow', message, { willRetry: true, help }));
  }

  const follower: Follower = {
    url: inputs.url,
    listen: ask,
    listenToAll: ask,
    reconnect() {
      post({ kind: 'push', force: true });
    },
    ask,
    receive(notice) {
      if (notice.kind === 'event') return receiveEvent(notice);
      receiveSnapshot(notice);
      return true;
    },
    stop() {
      stopWaiting?.();
    },
  };
  return follower;
}
