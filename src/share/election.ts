import { deadline } from '../stream/time-limit.js';

/** What can happen to a tab that wants to lead. */
export interface Candidate {
  /** It holds the lock. */
  readonly elected: () => void;
  /** This page may not use locks: it's in a sandboxed frame, say. */
  readonly refused: () => void;
  /** Another tab took the lock by force. */
  readonly deposed: () => void;
}

/**
 * Tries to become the leader. That's the tab that holds the lock; when it gives the lock up, closes
 * or crashes, the next in line gets it.
 *
 * @param steal - Takes the lock from its holder.
 * @returns Gives the lock back, or stops waiting for it.
 */
export function standForLeader(
  locks: LockManager,
  name: string,
  steal: boolean,
  { elected, refused, deposed }: Candidate,
): () => void {
  const turn = new AbortController();
  const { signal } = turn;
  let isElected = false;
  const hold = () => {
    if (signal.aborted) return;
    isElected = true;
    elected();
    return new Promise<void>((release) => {
      signal.addEventListener('abort', () => {
        release();
      });
    });
  };
  // Asynchronous, so that a request that throws counts as refused.
  const request = async () => {
    await locks.request(name, steal ? { steal } : { signal }, hold);
  };
  request().catch(() => {
    if (signal.aborted) return;
    if (isElected) deposed();
    else refused();
  });
  return () => {
    turn.abort();
  };
}

/**
 * ms. After this long without a notice the leader is asked, and after as long again it's deposed.
 */
const SILENCE = 2500;
/** A random part of this is added, so that not all tabs ask at once. */
const SPREAD = 1000;

/** ms. A leader that was silent for less is never deposed. */
export const SOONEST_DEPOSED = 2 * SILENCE;

export interface LeaderWatch {
  /** The leader posted something. */
  beat(): void;
  cancel(): void;
}

/**
 * Finds out whether the leader still answers. It's asked, because it may have nothing to post.
 * Posting at intervals wouldn't work: timers of hidden tabs are throttled to one a minute, messages
 * aren't.
 */
export function watchLeader(ask: () => void, depose: () => void): LeaderWatch {
  let wasAsked = false;
  const watch = () =>
    deadline(SILENCE + Math.random() * SPREAD, () => {
      wasAsked = !wasAsked;
      if (wasAsked) ask();
      else depose();
      current = watch();
    });
  let current = watch();
  return {
    beat() {
      wasAsked = false;
      current.beat();
    },
    cancel() {
      current.cancel();
    },
  };
}
