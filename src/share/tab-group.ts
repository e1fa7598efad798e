import { monotonicNow } from '../clock.js';
import { deadline, type Deadline } from '../stream/time-limit.js';
import { SOONEST_DEPOSED, standForLeader, watchLeader, type LeaderWatch } from './election.js';
import {
  isPossible,
  readNotice,
  type EventNotice,
  type Notice,
  type Push,
  type Question,
  type Sent,
  type Snapshot,
} from './channel.js';

/**
 * ms. The last notices of a leader may travel slower than the lock that it gave back, above all
 * that of a final failure.
 */
const LAST_NOTICES = 100;

/** What the group asks of one tab. */
export interface Member {
  /** Whether it knows where to resume. Such a tab leads in preference to one that doesn't. */
  readonly canResume: () => boolean;
  /** This tab leads, and has read all notices of the leader before it. */
  readonly lead: () => void;
  /** This tab no longer leads. */
  readonly follow: () => void;
  /** Time to ask the leader for its state. */
  readonly askLeader: () => void;
  /** Another tab asks this one, which leads. */
  readonly answer: (notice: Question | Push) => void;
  /** The leader posted this. Returns whether it made sense; if not, the group soon asks again. */
  readonly receive: (notice: Sent & (Snapshot | EventNotice)) => boolean;
  readonly debug: ((line: string) => void) | undefined;
}

export interface TabGroup {
  post(notice: Notice): void;
  /**
   * Runs what only the leader may do: at once, where it's certain that this tab still leads. After
   * its thread was blocked, its socket may be read before the notice that another tab took over,
   * and that tab has the same events. So it waits until all earlier notices are read, and drops the
   * callback if this tab no longer leads.
   */
  whileLeading(run: () => void): void;
  /** Leaves nothing behind. This tab can't become leader afterwards. */
  leave(): void;
}

const page: Partial<Pick<Window, 'addEventListener' | 'document'>> = globalThis;

/** Joins the tabs that share a name. One of them leads at a time, each in its own generation. */
export function joinTabs(name: string, locks: LockManager, member: Member): TabGroup {
  const session = new AbortController();
  /** The highest that this tab knows: that of the leader. A time in ms, see `claim`; 0 for none. */
  let generation = 0;
  /** The generation of this tab's latest claim, until it steps back. */
  let claimed: number | undefined;
  let isLeading = false;
  /** When this tab, as the leader, last read a notice. */
  let activeAt = 0;
  let channel: BroadcastChannel | undefined;
  /** Gives the lock back, or stops waiting for it. */
  let standBack: (() => void) | undefined;
  let watch: LeaderWatch | undefined;
  /** Callbacks that wait until this tab is certain that it leads. */
  let waiting: (() => void)[] | undefined;
  /** Ends the lead of a tab that has waited too long. */
  let doubt: Deadline | undefined;
  let lastNotices: ReturnType<typeof setTimeout> | undefined;

  function post(notice: Notice, through = channel): void {
    checkClock();
    // The check may have ended this tab's lead.
    if (generation === 0 && notice.kind !== 'question' && notice.kind !== 'push') return;
    through?.postMessage({ ...notice, generation } satisfies Sent);
  }

  /**
   * The clock was set back by more than a day: all tabs ignore notices of this generation, so this
   * tab forgets it. The next leader claims a lower one.
   */
  function checkClock(): void {
    if (isPossible(generation)) return;
    generation = 0;
    if (isLeading) follow();
  }

  /** Some browsers throw here when the user blocks storage. */
  function openChannel(): BroadcastChannel | undefined {
    try {
      return new BroadcastChannel(name);
    } catch {
      queueMicrotask(leadAlone);
      return undefined;
    }
  }

  function enter(): void {
    if (standBack) return;
    channel ??= openChannel();
    if (!channel) return;
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      checkClock();
      const notice = readNotice(data);
      if (notice) receive(notice);
    };
    follow();
    member.askLeader();
  }

  /** Gives up the lead and the place in the queue for it, when the page is about to be frozen. */
  function stepBack(): void {
    standBack?.();
    watch?.cancel();
    doubt?.cancel();
    clearTimeout(lastNotices);
    standBack = watch = waiting = doubt = claimed = undefined;
    if (isLeading) {
      isLeading = false;
      member.debug?.('this tab gives the connection up');
      member.follow();
    }
  }

  /**
   * A channel in the back/forward cache receives nothing, and a notice to it evicts the page from
   * there.
   */
  function hide(): void {
    stepBack();
    channel?.close();
    channel = undefined;
  }

  function follow(): void {
    stepBack();
    watch = watchLeader(member.askLeader, () => {
      member.debug?.('the tab that has the connection does not answer');
      stand(true);
    });
    stand(false);
  }

  function stand(steal: boolean): void {
    standBack?.();
    clearTimeout(lastNotices);
    standBack = standForLeader(locks, name, steal, {
      // If there was no leader yet, there's nothing to wait for.
      elected: () => {
        if (generation === 0) claim();
        else lastNotices = setTimeout(claim, LAST_NOTICES);
      },
      refused: leadAlone,
      deposed: follow,
    });
  }

  /** Without locks or a channel there's no group: this tab connects for itself. */
  function leadAlone(): void {
    if (session.signal.aborted) return;
    session.abort();
    hide();
    isLeading = true;
    member.debug?.('not shared: this page is refused the Web Lock or the BroadcastChannel');
    member.lead();
  }

  /**
   * Posts a claim that this tab reads, too: notices that the last leader posted before arrive
   * before it. A channel doesn't deliver to itself, so it's posted through a second one.
   */
  function postClaim(): void {
    const sender = openChannel();
    post({ kind: 'claim', knows: member.canResume() }, sender);
    sender?.close();
  }

  function claim(): void {
    checkClock();
    claimed = generation = Math.max(generation + 1, Date.now()) + Math.random();
    postClaim();
  }

  function receive(notice: Sent): void {
    if (notice.generation > generation) {
      ({ generation } = notice);
      if (isLeading) follow();
    }
    if (notice.kind === 'question' || notice.kind === 'push') {
      if (!isLeading) return;
      activeAt = monotonicNow();
      member.answer(notice);
    } else if (isLeading) {
      // Its own claim: all notices posted before it have been read.
      if (notice.kind !== 'claim' || notice.generation !== claimed) return;
      const runs = waiting ?? [];
      doubt?.cancel();
      waiting = undefined;
      // One of them may end the lead.
      for (const run of runs) if (claimed === notice.generation) run();
    } else if (notice.kind !== 'claim') {
      if (notice.generation === generation && member.receive(notice)) watch?.beat();
    } else if (notice.generation === claimed) {
      // Meanwhile a notice may have had a higher generation.
      if (claimed < generation) claim();
      else {
        watch?.cancel();
        isLeading = true;
        member.debug?.('this tab has the connection');
        member.lead();
      }
    } else if (notice.generation === generation) {
      watch?.beat();
      if (notice.knows || !member.canResume()) return;
      // The new leader would start from the beginning. From here on its notices are ignored.
      generation++;
      stand(true);
    }
  }

  const { signal } = session;
  page.addEventListener?.('pagehide', hide, { signal });
  page.addEventListener?.('pageshow', enter, { signal });
  page.document?.addEventListener('freeze', stepBack, { signal });
  page.document?.addEventListener('resume', enter, { signal });
  enter();
  return {
    post,
    whileLeading(run) {
      const silence = monotonicNow() - activeAt;
      activeAt += silence;
      if (waiting) waiting.push(run);
      // Without a channel there's no other tab.
      else if (!channel || silence <= SOONEST_DEPOSED) run();
      else {
        waiting = [run];
        // Callbacks must not pile up: the next leader gets their events again.
        doubt = deadline(SOONEST_DEPOSED, follow);
        postClaim();
      }
    },
    leave() {
      session.abort();
      hide();
    },
  };
}
