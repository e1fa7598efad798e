import { clamp } from './duration.js';
import { SseError } from './errors.js';

/** A timer that fires this much too late, in ms, was throttled, or the machine slept. */
const LATE = 1000;

export interface Deadline {
  /** There was a sign of life: the time starts anew. */
  readonly beat: () => void;
  readonly cancel: () => void;
}

/**
 * Calls `expire` once `ms` have passed without a beat. A beat costs no timer. What counts is the clock, not that a timer fired: one that
 * fires late says only that the page was throttled or asleep, while bytes may be waiting to be read; so one more interval is granted.
 */
export function deadline(ms: number, expire: () => void): Deadline {
  let beatAt = performance.now();
  let granted = false;
  let timer: ReturnType<typeof setTimeout>;

  const arm = (delay: number) => {
    const due = performance.now() + delay;
    timer = setTimeout(() => {
      const now = performance.now();
      const left = beatAt + ms - now;
      if (left > 0) arm(left);
      else if (now - due > LATE && !granted) {
        granted = true;
        arm(ms);
      } else expire();
    }, clamp(delay));
  };

  arm(ms);
  return {
    beat() {
      beatAt = performance.now();
      granted = false;
    },
    cancel() {
      clearTimeout(timer);
    },
  };
}

/** The promise, unless it takes longer: then a `timeout`. The signal is for one that may never settle, and leaves no timer behind. */
export function within<T>(
  promise: Promise<T>,
  ms: number | undefined,
  what: string,
  signal?: AbortSignal,
): Promise<T> {
  if (ms === undefined) return promise;
  return new Promise((resolve, reject) => {
    const { cancel } = deadline(ms, () => {
      reject(new SseError('timeout', `No ${what} for ${ms} ms.`));
    });
    signal?.addEventListener('abort', cancel);
    promise.finally(cancel).then(resolve, reject);
  });
}
