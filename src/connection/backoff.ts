import { monotonicNow } from '../clock.js';
import type { SseError } from '../errors.js';
import { retryDelay, shouldRetry, type RetryOptions } from './retry.js';

/** In ms. Browsers wait this long, or longer, before they reconnect a native stream. */
const NATIVE_INTERVAL = 3000;

/** Decides whether and when the next attempt follows a failure. */
export class Backoff {
  /** What the server set with `retry:`, in ms. */
  reconnectionTime: number | undefined;
  readonly #policy: RetryOptions;
  readonly #retryInterval: number;
  /** When the first of the counted failures happened, on the monotonic clock. */
  #failingSince = 0;

  constructor(policy: RetryOptions, retryInterval: number) {
    this.#policy = policy;
    this.#retryInterval = retryInterval;
  }

  allows(error: SseError, failures: number): boolean {
    const now = monotonicNow();
    if (failures === 1) this.#failingSince = now;
    return shouldRetry(this.#policy, error, failures, now - this.#failingSince);
  }

  /**
   * @param isBlind - The transport hides what the server set. The first delay then covers the time
   * that browsers wait by default.
   * @returns `delay` in ms, and `floor`: how long the server makes clients wait, in ms, even if the
   * page could try sooner.
   */
  next({ retryAfter = 0 }: SseError, failures: number, isBlind: boolean): { delay: number; floor: number } {
    const own = this.#retryInterval;
    const interval = this.reconnectionTime ?? (isBlind ? Math.max(own, NATIVE_INTERVAL) : own);
    return {
      delay: retryDelay(this.#policy, interval, failures, retryAfter, this.reconnectionTime),
      floor: Math.max(retryAfter, this.reconnectionTime ?? 0),
    };
  }
}
