import { SseError } from '../errors.js';

/** The longest delay `setTimeout` can keep; one more millisecond and it fires at once. */
const LONGEST = 2 ** 31 - 1;

/** Every duration in ms, from options, `retry:` or `Retry-After`, passes here before it meets a timer. */
export function clamp(ms: number): number {
  return Math.min(Math.max(ms, 0), LONGEST);
}

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

/** So long each of some promises may take, one after the other. */
export interface TimeLimit {
  /** The promise, unless it takes longer: then a `timeout`. */
  readonly wait: <T>(promise: Promise<T>) => Promise<T>;
  /** Leaves no timer behind. */
  readonly cancel: () => void;
}

/** One timer serves all: a new one for each chunk of a stream would cost more than the chunk. It is gone once the signal aborts. */
export function timeLimit(ms: number | undefined, what: string, signal: AbortSignal): TimeLimit {
  let limit: Deadline | undefined;
  let reject: (error: SseError) => void;
  const cancel = () => {
    limit?.cancel();
  };
  if (ms !== undefined) signal.addEventListener('abort', cancel);
  return {
    cancel,
    wait<T>(promise: Promise<T>) {
      if (ms === undefined) return promise;
      if (limit) limit.beat();
      else {
        limit = deadline(ms, () => {
          limit = undefined;
          // No more than a word, where nobody waits: time between two promises is not theirs.
          reject(new SseError('timeout', `No ${what} for ${ms} ms.`));
        });
      }
      return new Promise<T>((resolve, refuse) => {
        reject = refuse;
        promise.then(resolve, refuse);
      });
    },
  };
}
