import { SOONEST_DEPOSED, watchLeader, type LeaderWatch } from './leader-watch.js';
import {
  packNotice,
  readNotice,
  type EventNotice,
  type Notice,
  type Question,
  type Sent,
  type Snapshot,
} from './tab-channel.js';

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
  readonly asked: (question: Question) => void;
  /** The others hear the leader. Whether it made sense to this tab; if not, it asks again after a while. */
  readonly told: (notice: Snapshot | EventNotice, generation: number) => boolean;
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
  /** That of this tab's claim, until it steps back. */
  let claimed = NaN;
  let isLeading = false;
  /** When this tab last looked at what comes in. */
  let activeAt = 0;
  let channel: BroadcastChannel | undefined;
  /** Aborting it gives the lock up, or the wait for it. */
  let turn: AbortController | undefined;
  let watch: LeaderWatch | undefined;
  /** What waits for this tab to be sure, where it is not. */
  let unsure: (() => void)[] | undefined;

  function enter(): void {
    if (turn) return;
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
    turn?.abort();
    watch?.cancel();
    turn = watch = unsure = undefined;
    claimed = NaN;
    if (!isLeading) return;
    isLeading = false;
    member.note?.('this tab gives the connection up');
    member.follow();
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

  /** Stands for leader: the holder of the lock, or the next in line when that one gives up, closes or crashes; or it takes the lock by force. */
  function stand(steal: boolean): void {
    turn?.abort();
    const { signal } = (turn = new AbortController());
    /** What it means that the lock is lost: there are none here, in a sandboxed frame for one; or else, another has taken it by force. */
    let lost = leadAlone;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hold = () => {
      if (signal.aborted) return;
      lost = follow;
      // Where there was no leader yet, there is nothing to wait for.
      if (generation) timer = setTimeout(claim, LAST_WORDS);
      else claim();
      return new Promise<void>((release) => {
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          release();
        });
      });
    };
    locks.request(name, steal ? { steal } : { signal }, hold).catch(() => {
      if (!signal.aborted) lost();
    });
  }

  /** Nothing is left behind, and this tab can never become leader. */
  function leave(): void {
    session.abort();
    hide();
  }

  /** Without locks there can be no group: this tab connects for itself, and hears nobody. */
  function leadAlone(): void {
    leave();
    isLeading = true;
    member.note?.('not shared: this page has no Web Lock or no BroadcastChannel');
    member.lead();
  }

  function claim(): void {
    claimed = Math.max(generation + 1, Date.now()) + Math.random();
    proclaim();
  }

  /**
   * Tells the others, and itself: what the leader before it has said is on its way, and arrives before this. So it goes out on a channel of
   * its own, which is heard on the other one.
   */
  function proclaim(): void {
    const megaphone = new BroadcastChannel(name);
    megaphone.postMessage(packNotice({ kind: 'claim', knows: member.knows() }, claimed));
    megaphone.close();
  }

  function hear(notice: Sent): void {
    lookUp();
    if (notice.generation > generation) {
      ({ generation } = notice);
      if (isLeading) follow();
    }
    if (notice.kind === 'question') {
      if (isLeading) member.asked(notice);
    } else if (notice.kind === 'claim' && notice.generation === claimed) heardItself();
    else if (isLeading || notice.generation < generation) return;
    else if (notice.kind !== 'claim') {
      if (member.told(notice, generation)) watch?.heard();
    } else {
      watch?.heard();
      if (notice.knows || !member.knows()) return;
      // That one would begin from the start. What it says does not count from here on.
      generation++;
      stand(true);
    }
  }

  /** What was said before its claim has been read. */
  function heardItself(): void {
    if (isLeading) {
      // One of them may end the lead.
      for (const run of unsure ?? []) if (unsure) run();
      unsure = undefined;
    } else if (claimed < generation) claim();
    else {
      watch?.cancel();
      isLeading = true;
      member.note?.('this tab has the connection');
      member.lead();
    }
  }

  /** A leader that looked at nothing for so long may have been deposed. Without a channel there is nobody else. */
  function lookUp(): void {
    const silence = performance.now() - activeAt;
    activeAt += silence;
    if (isLeading && channel && !unsure && silence > SOONEST_DEPOSED) {
      unsure = [];
      proclaim();
    }
  }

  const { signal } = session;
  page.addEventListener?.('pagehide', hide, { signal });
  page.addEventListener?.('pageshow', enter, { signal });
  page.document?.addEventListener('freeze', stepBack, { signal });
  page.document?.addEventListener('resume', enter, { signal });
  enter();
  return {
    post(notice) {
      channel?.postMessage(packNotice(notice, generation));
    },
    whenSure(run) {
      lookUp();
      if (unsure) unsure.push(run);
      else run();
    },
    leave,
  };
}
