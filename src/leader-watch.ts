import { deadline } from './deadline.js';

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
 * Finds out whether the leader can still hear. It is asked, since it may have nothing to say; a beat of its own would not do: timers of hidden
 * tabs are held back for up to a minute, messages are not.
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
