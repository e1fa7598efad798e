import { SOONEST_DEPOSED, standForLeader, watchLeader, type LeaderWatch } from './election.js';
import {
  readNotice,
  VERSION,
  type EventNotice,
  type Notice,
  type Push,
  type Question,
  type Sent,
  type Snapshot,
} from './channel.js';

/** ms. What a leader said last may travel slower than the lock that it gave back, a final failure above all. */
const LAST_WORDS = 100;

/** What one tab does in its group. */
export interface Member {
  /** Whether it could resume. Who can goes before who cannot. */
  readonly knows: () => boolean;
  /** It is the leader, and has heard all that the leader before it has said. */
  readonly lead: () => void;
  /** It is not the leader any more. */
  readonly follow: () => void;
  /** To ask the leader how things stand. */
  readonly ask: () => void;
  /** The leader hears what is asked of it. */
  readonly asked: (notice: Question | Push) => void;
  /** The others hear the leader. Whether it made sense to this tab; if not, it asks again after a while. */
  readonly told: (notice: Sent & (Snapshot | EventNotice)) => boolean;
  readonly note: ((line: string) => void) | undefined;
}

export interface TabGroup {
  post(notice: Notice): void;
  /**
   * Runs what only the leader may do, at once where it can be sure that it still is one. After its thread was blocked, the events that piled
   * up may be read before the message that another has taken over meanwhile, and has them too: so it waits until everything has been read
   * that was said before, and is dropped if this tab leads no more.
   */
  whenSure(run: () => void): void;
  /** Nothing is left behind, and this tab can never become leader. */
  leave(): void;
}

const page: Partial<Pick<Window, 'addEventListener' | 'document'>> = globalThis;

/** Joins the tabs that share a name: one of them leads at a time, each in a generation of its own, and what the others say reaches it. */
export function joinTabs(name: string, locks: LockManager, member: Member): TabGroup {
  const session = new AbortController();
  /** The highest that was heard of: that of the leader. */
  let generation = 0;
  /** That of the claim under way. */
  let claimed = 0;
  let isLeading = false;
  /** When the leader last read anything. */
  let activeAt = 0;
  let channel: BroadcastChannel | undefined;
  /** Gives the lock up, or the wait for it. */
  let standBack: (() => void) | undefined;
  let watch: LeaderWatch | undefined;
  /** What waits for this tab to be sure, where it is not. */
  let unsure: (() => void)[] | undefined;
  let lastWords: ReturnType<typeof setTimeout> | undefined;

  function post(notice: Notice, through = channel): void {
    through?.postMessage({ ...notice, version: VERSION, generation } satisfies Sent);
  }

  function enter(): void {
    if (standBack) return;
    if (!channel) {
      channel = new BroadcastChannel(name);
      channel.onmessage = ({ data }: MessageEvent<unknown>) => {
        const notice = readNotice(data);
        if (notice) hear(notice);
      };
    }
    follow();
    member.ask();
  }

  /** Neither leads nor can come to lead: for a page that is about to be frozen. */
  function stepBack(): void {
    standBack?.();
    watch?.cancel();
    clearTimeout(lastWords);
    standBack = watch = unsure = undefined;
    claimed = 0;
    if (isLeading) {
      isLeading = false;
      member.note?.('this tab gives the connection up');
      member.follow();
    }
  }

  /** A channel in the back/forward cache hears nothing, and a message to it costs the page its place there. */
  function hide(): void {
    stepBack();
    channel?.close();
    channel = undefined;
  }

  function follow(): void {
    stepBack();
    watch = watchLeader(member.ask, () => {
      member.note?.('the tab that has the connection does not answer');
      stand(true);
    });
    stand(false);
  }

  function stand(steal: boolean): void {
    standBack?.();
    clearTimeout(lastWords);
    standBack = standForLeader(locks, name, steal, {
      // Where there was no leader yet, there is nothing to wait for.
      elected: () => {
        if (generation === 0) claim();
        else lastWords = setTimeout(claim, LAST_WORDS);
      },
      refused: leadAlone,
      deposed: follow,
    });
  }

  /** Without locks there can be no group: this tab connects for itself, and hears nobody. */
  function leadAlone(): void {
    session.abort();
    hide();
    isLeading = true;
    member.note?.('not shared: this page is refused the Web Lock');
    member.lead();
  }

  /**
   * Tells the others, and itself: what the leader before it has said is on its way, and arrives before this. So it goes out on a channel of
   * its own, which is heard on the other one.
   */
  function proclaim(): void {
    const megaphone = new BroadcastChannel(name);
    post({ kind: 'claim', knows: member.knows() }, megaphone);
    megaphone.close();
  }

  function claim(): void {
    claimed = generation = Math.max(generation + 1, Date.now()) + Math.random();
    proclaim();
  }

  function hear(notice: Sent): void {
    if (notice.generation > generation) {
      ({ generation } = notice);
      if (isLeading) follow();
    }
    if (notice.kind === 'question' || notice.kind === 'push') {
      if (!isLeading) return;
      activeAt = performance.now();
      member.asked(notice);
    } else if (isLeading) {
      // Its own: what was said before has been read.
      if (notice.kind !== 'claim' || notice.generation !== claimed) return;
      const runs = unsure ?? [];
      unsure = undefined;
      // One of them may end the lead.
      for (const run of runs) if (claimed === notice.generation) run();
    } else if (notice.kind !== 'claim') {
      if (notice.generation === generation && member.told(notice)) watch?.heard();
    } else if (notice.generation === claimed) {
      // Meanwhile somebody may have spoken of a higher generation.
      if (claimed < generation) claim();
      else {
        watch?.cancel();
        isLeading = true;
        member.note?.('this tab has the connection');
        member.lead();
      }
    } else if (notice.generation === generation) {
      watch?.heard();
      if (notice.knows || !member.knows()) return;
      // That one would begin from the start. What it says does not count from here on.
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
    whenSure(run) {
      const silence = performance.now() - activeAt;
      activeAt += silence;
      if (unsure) unsure.push(run);
      // Without a channel there is nobody else.
      else if (!channel || silence <= SOONEST_DEPOSED) run();
      else {
        unsure = [run];
        proclaim();
      }
    },
    leave() {
      session.abort();
      hide();
    },
  };
}
