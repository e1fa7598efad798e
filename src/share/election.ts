import { deadline } from '../stream/time-limit.js';

/** What happens to who stands for leader. */
export interface Candidate {
  /** It is the only one now. */
  readonly elected: () => void;
  /** There are no locks here, in a sandboxed frame for one. */
  readonly refused: () => void;
  /** Another one took the lock by force. */
  readonly deposed: () => void;
}

/**
 * Stands for leader: the holder of the lock, of whom there is one at a time, and the next in line when that one gives up, closes or crashes.
 *
 * @param steal - Takes the lock from whoever holds it.
 * @returns Stands back, for good: gives the lock up, or no longer waits for it.
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
  locks.request(name, steal ? { steal } : { signal }, hold).catch(() => {
    if (signal.aborted) return;
    if (isElected) deposed();
    else refused();
  });
  return () => {
    turn.abort();
  };
}

/** A leader that was silent for this many ms is asked whether it is there; one that is silent for as long again is deposed. */
const SILENCE = 2500;
/** Up to so much more, so that not all tabs ask at once. */
const SPREAD = 1000;

/** Nobody deposes a leader that was silent for less, in ms. */
export const SOONEST_DEPOSED = 2 * SILENCE;

export interface LeaderWatch {
  /** The leader said something. */
  heard(): void;
  cancel(): void;
}

/**
 * Finds out whether the leader still answers. The followers ask, because the leader may have nothing
 * to send. A regular sign of life wouldn't work: timers of hidden tabs are up to a minute late, but
 * messages aren't.
 */
export function watchLeader(ask: () => void, depose: () => void): LeaderWatch {
  let isAsked = false;
  const watch = () =>
    deadline(SILENCE + Math.random() * SPREAD, () => {
      isAsked = !isAsked;
      if (isAsked) ask();
      else depose();
      current = watch();
    });
  let current = watch();
  return {
    heard() {
      isAsked = false;
      current.beat();
    },
    cancel() {
      current.cancel();
    },
  };
}
