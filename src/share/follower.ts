import type { ConnectionOptions, Listened } from '../connection/contract.js';
import type { SseState } from '../connection/state.js';
import { wait } from '../connection/wait.js';
import { SseError } from '../errors.js';
import { readOpen, readState, type EventNotice, type Notice, type Sent, type Snapshot } from './channel.js';
import type { Journal } from './journal.js';
import { lacks, newlyListened, packListened } from './listened.js';
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
}

/** The stream as another tab, the leader, reports it. */
export class Follower {
  readonly #inputs: FollowerInputs;
  readonly #observer: StreamObserver;
  /** That of the leader's latest attempt. */
  url: string;
  #isAsking = false;
  /** The place where this tab last asked for what it lacked: it asks once at each. */
  #askedAt = '';
  #stopWaiting: (() => void) | undefined;

  constructor(inputs: FollowerInputs, observer: StreamObserver, url: string) {
    this.#inputs = inputs;
    this.#observer = observer;
    this.url = url;
  }

  listen(): void {
    this.ask();
  }

  listenToAll(): void {
    this.ask();
  }

  reconnect(): void {
    this.#inputs.post({ kind: 'push', force: true });
  }

  /** Asks the leader for its state and for the missing events; once, however often it's called in one tick. */
  ask(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    queueMicrotask(() => {
      this.#isAsking = false;
      const { post, listened } = this.#inputs;
      const { sequence } = this.#inputs.journal;
      const lastEventId = sequence === undefined ? this.#inputs.lastEventId() || undefined : undefined;
      post({ kind: 'question', sequence, lastEventId, ...packListened(listened) });
    });
  }

  /** Returns whether the notice made sense. If it doesn't, the group asks again after a while. */
  receive(notice: Sent & (Snapshot | EventNotice)): boolean {
    const { journal, options, state } = this.#inputs;
    if (notice.kind === 'snapshot') this.#meet(notice);
    // After a gap, or before the first snapshot: the answer to a question brings what's missing, and
    // this event again. An event that this tab has may be meant for another one, or this tab is far
    // ahead because it believed a forged number.
    else if (notice.sequence !== (journal.sequence ?? NaN) + 1) return false;
    else if (journal.accept(notice)) {
      // So the state that this tab knows must be wrong.
      if (state().status !== 'open') this.ask();
      if (notice.data.length <= options.maxEventSize) this.#observer.message(notice);
      else {
        this.#observer.id(notice.lastEventId);
        this.#overflow(`An event grew past ${options.maxEventSize} characters.`);
      }
    }
    return true;
  }

  stop(): void {
    this.#stopWaiting?.();
  }

  #meet(notice: Sent & Snapshot): void {
    const { journal, listened, options, post, state } = this.#inputs;
    const observer = this.#observer;
    const isNew = journal.sequence === undefined && !this.#inputs.lastEventId();
    // A notice has no query, so a URL that is known here is better.
    if (typeof options.url !== 'string') this.url = notice.url;
    const lacksTypes = lacks(notice, listened);
    const { types, all } = newlyListened(listened, notice);
    for (const type of types) listened.types.add(type);
    listened.all ||= all;
    const found = this.#compare(notice);
    if (found === 'even') observer.id(notice.lastEventId);
    const place = `${notice.generation} ${journal.sequence ?? 0}`;
    if ((lacksTypes || found === 'behind') && this.#askedAt !== place) {
      this.#askedAt = place;
      this.ask();
    }
    const now = readState(notice.state);
    this.stop();
    // The leader may be in a hidden tab, where timers are late, while this tab is shown.
    if (now.retryAt !== undefined) {
      const left = now.retryAt - Date.now();
      const push = () => {
        post({ kind: 'push', force: false });
      };
      this.#stopWaiting = wait(left + LATE, push, Math.min(now.error?.retryAfter ?? 0, left));
    }
    const isOpening = now.status === 'open' && state().status !== 'open';
    observer.state(now, notice.failed);
    if (isOpening && notice.opened) {
      const info = readOpen(notice.opened, now.transport ?? '');
      observer.open(info);
      // Each tab judges for itself whether the server resumed. A new one doesn't miss anything.
      const error = isNew ? undefined : options.findGap?.(info);
      if (error) observer.error(error);
    }
    if (found === 'missed') {
      observer.id(notice.lastEventId);
      this.#overflow('This tab was away for longer than the others remember: it missed events.');
    }
  }

  /**
   * A tab may have an ID and no number: the ID comes from an option, or was stored before the
   * connection was shared. Then the leader looks the ID up in its journal. Until it has answered, this
   * tab has no place; `undefined`.
   */
  #compare({ sequence, oldest, found }: Snapshot): ReturnType<Journal['meet']> | undefined {
    const { journal, lastEventId } = this.#inputs;
    const id = lastEventId();
    if (journal.sequence === undefined && id) {
      if (found?.lastEventId !== id) return undefined;
      // An ID that the leader doesn't know is as old as can be.
      journal.sequence = found.sequence ?? -1;
    }
    return journal.meet(sequence, oldest);
  }

  #overflow(message: string): void {
    this.#observer.error(new SseError('overflow', message, { willRetry: true }));
  }
}
