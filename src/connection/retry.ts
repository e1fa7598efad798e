import { clamp } from '../stream/time-limit.js';
import { guard } from '../report.js';
import type { SseError } from '../errors.js';

/** ms between two attempts that brought no event, at least, whatever options and servers ask for. */
export const SHORTEST_PAUSE = 100;

/**
 * When to try again, and for how long. All of it is optional; the defaults suit a page that must come back by itself.
 *
 * @example
 * ```ts
 * const retry: RetryOptions = { limit: 10, maxInterval: 5000, shouldRetry: ({ status }) => (status === 401 ? true : undefined) };
 * const client = new SseClient('/api/prices', { retry });
 * ```
 */
export interface RetryOptions {
  /** Give up after this many failures in a row. Default: never. */
  readonly limit?: number | undefined;
  /** What the delay is multiplied by after each failure. Default `2`; `1` keeps it constant. */
  readonly factor?: number | undefined;
  /** The delay grows no further than this, in ms. Default `30_000`. */
  readonly maxInterval?: number | undefined;
  /** Draw the delay at random from 0 to its full length, so that clients dropped together come back apart. Default `true`. */
  readonly jitter?: boolean | undefined;
  /** Give up when failures have gone on for this long, in ms. Default: never. */
  readonly maxElapsed?: number | undefined;
  /**
   * Decides whether this failure is retried; `undefined` leaves it to the default rule: `network`, `timeout`, `failed` and the statuses
   * 408, 425, 429 and 5xx are retried, everything else is final. `limit` and `maxElapsed` hold in any case.
   */
  readonly shouldRetry?: ((error: SseError) => boolean | undefined) | undefined;
}

/** `false` never retries, a number is the `limit`, `undefined` retries by the defaults. */
export function retryPolicy(retry: false | number | RetryOptions | undefined): RetryOptions {
  return typeof retry === 'object' ? retry : { limit: retry === false ? 0 : retry };
}

/** Whether another attempt follows failure number `failures`, `elapsed` ms after the first of them. */
export function shouldRetry(
  policy: RetryOptions,
  error: SseError,
  failures: number,
  elapsed: number,
): boolean {
  const { limit = Infinity, maxElapsed = Infinity } = policy;
  if (failures > limit || elapsed > maxElapsed) return false;
  // As a method, in case it asks for the rest of the policy.
  return guard(() => policy.shouldRetry?.(error)) ?? isTransient(error);
}

/** A transport may rule it out: `willRetry` is `false` where another attempt would fail in the same way. */
function isTransient({ code, status = 0, willRetry }: SseError): boolean {
  if (willRetry === false) return false;
  if (code === 'http') return status >= 500 || [408, 425, 429].includes(status);
  return ['network', 'timeout', 'server', 'failed'].includes(code);
}

/**
 * The delay in ms before the attempt that follows failure number `failures` (1 for the first): full
 * jitter over an exponential curve. `interval` is the reconnection time. `reconnectionTime` is the
 * part of it that the server set with `retry:`, if it did: `maxInterval` doesn't cut that off.
 * `retryAfter` is a floor from which jitter goes upward: a server that names one moment to a crowd
 * must not get the crowd at that moment.
 */
export function retryDelay(
  { factor = 2, maxInterval = 30_000, jitter = true }: RetryOptions,
  interval: number,
  failures: number,
  retryAfter = 0,
  reconnectionTime = 0,
): number {
  // `||`: 0 times a power that has grown to Infinity is not a number.
  const grown = clamp(interval) * factor ** (failures - 1) || 0;
  const curve = Math.max(Math.min(clamp(maxInterval), grown), clamp(reconnectionTime));
  const delay = jitter ? retryAfter + Math.random() * curve : Math.max(retryAfter, curve);
  return clamp(Math.round(Math.max(SHORTEST_PAUSE, delay)));
}
