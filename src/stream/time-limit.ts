import { monotonicNow } from '../clock.js';
import { SseError } from '../errors.js';

/** The longest delay that `setTimeout` supports. With one more millisecond, it fires at once. */
const LONGEST = 2 ** 31 - 1;

/**
 * Every duration in ms, from options, `retry:` or `Retry-After`, passes through here before it
 * reaches a timer.
 */
export function clamp(ms: number): number {
  return Math.min(Math.max(ms, 0), LONGEST);
}

/** In ms. A timer that fires this late was throttled, or the machine slept. */
const LATE = 1000;

export interface Deadline {
  /** There was a sign of life: the time starts again. */
  readonly beat: () => void;
  readonly cancel: () => void;
}

/**
 * Calls `expire` once `ms` have passed without a beat. A beat costs no timer. The clock decides,
 * not the timer: one that fires late shows only that the page was throttled or asleep. Bytes may be
 * waiting to be read, so it waits one more interval.
 */
export function deadline(ms: number, expire: () => void): Deadline {
  let beatAt = monotonicNow();
  let granted = false;
  let timer: ReturnType<typeof setTimeout>;

  const arm = (delay: number) => {
    const due = monotonicNow() + delay;
    timer = setTimeout(() => {
      const now = monotonicNow();
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
      beatAt = monotonicNow();
      granted = false;
    },
    cancel() {
      clearTimeout(timer);
    },
  };
}

/** How long each of several promises may take, one after the other. */
export interface TimeLimit {
  /** Returns the promise's result, or rejects with a `timeout` if it takes too long. */
  readonly wait: <T>(promise: Promise<T>) => Promise<T>;
  /** Leaves no timer behind. */
  readonly cancel: () => void;
}

/**
 * One timer serves all promises: a new one for each chunk of a stream would cost more than the
 * chunk. It's cancelled when the signal aborts.
 */
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
          // Does nothing if nobody waits: the time between two promises doesn't count.
          reject(timeoutError(ms, what));
        });
      }
      return new Promise<T>((resolve, refuse) => {
        reject = refuse;
        promise.then(resolve, refuse);
      });
    },
  };
}

/** @param what - What didn't come. Its first word is the entry that explains it. */
export function timeoutError(ms: number, what: string): SseError {
  const [first = ''] = what.split(' ');
  return new SseError('timeout', `No ${what} for ${ms} ms.`, { help: `timeout-${first}` });
}
