import { clamp } from '../stream/time-limit.js';
import { guard } from '../report.js';
import type { SseError } from '../errors.js';

/**
 * The shortest time between two attempts that brought no event, in ms, whatever options and servers
 * say.
 */
export const SHORTEST_PAUSE = 100;

/**
 * When to try again, and for how long. Everything is optional: the defaults suit a page that must
 * recover by itself.
 *
 * @example
 * ```ts
 * const retry: RetryOptions = {
 *   limit: 10,
 *   maxInterval: 5000,
 *   shouldRetry: ({ status }) => (status === 401 ? true : undefined),
 * };
 * const client = new SseClient('/api/prices', { retry });
 * ```
 */
export interface RetryOptions {
  /** How often in a row to try again before giving up. Default: no limit. */
  readonly limit?: number | undefined;
  /** Multiplies the delay after each failure. Default `2`; `1` keeps it constant. */
  readonly factor?: number | undefined;
  /** The delay doesn't grow past this, in ms. Default `30_000`. */
  readonly maxInterval?: number | undefined;
  /**
   * Picks the delay at random between 0 and its full length, so clients that were dropped together
   * don't all come back at once. Default `true`.
   */
  readonly jitter?: boolean | undefined;
  /** Gives up once failures have continued for this long, in ms. Default: never. */
  readonly maxElapsed?: number | undefined;
  /**
   * Decides whether a failure is retried. `undefined` applies the default rule: `network`,
   * `timeout`, `server`, `failed` and the statuses 408, 425, 429 and 5xx are retried; everything
   * else is final. `limit` and `maxElapsed` apply in any case.
   */
  readonly shouldRetry?: ((error: SseError) => boolean | undefined) | undefined;
}

/** `false` never retries, a number is the `limit`, and `undefined` uses the defaults. */
export function retryPolicy(retry: false | number | RetryOptions | undefined): RetryOptions {
  return typeof retry === 'object' ? retry : { limit: retry === false ? 0 : retry };
}

/** Whether another attempt follows failure number `failures`, `elapsed` ms after the first one. */
export function shouldRetry(
  policy: RetryOptions,
  error: SseError,
  failures: number,
  elapsed: number,
): boolean {
  const { limit = Infinity, maxElapsed = Infinity } = policy;
  if (failures > limit || elapsed > maxElapsed) return false;
  // Called as a method, because it may read the rest of the policy.
  return guard(() => policy.shouldRetry?.(error)) ?? isTransient(error);
}

/**
 * A transport can rule it out: `willRetry` is `false` if another attempt would fail in the same
 * way.
 */
function isTransient({ code, status = 0, willRetry }: SseError): boolean {
  if (willRetry === false) return false;
  if (code === 'http') return status >= 500 || [408, 425, 429].includes(status);
  return ['network', 'timeout', 'server', 'failed'].includes(code);
}

/**
 * The delay in ms before the attempt that follows failure number `failures` (1 for the first): full
 * jitter over an exponential curve. `interval` is the reconnection time. `reconnectionTime` is the
 * part of it that the server set with `retry:`, if it did: `maxInterval` doesn't cut that off.
 * `retryAfter` is a minimum, and jitter only adds to it: if a server names one moment to all its
 * clients, they must not all come back at that moment.
 */
export function retryDelay(
  { factor = 2, maxInterval = 30_000, jitter = true }: RetryOptions,
  interval: number,
  failures: number,
  retryAfter = 0,
  reconnectionTime = 0,
): number {
  // `||` because 0 times Infinity is NaN, and the power may grow to Infinity.
  const grown = clamp(interval) * factor ** (failures - 1) || 0;
  const curve = Math.max(Math.min(clamp(maxInterval), grown), clamp(reconnectionTime));
  const delay = jitter ? retryAfter + Math.random() * curve : Math.max(retryAfter, curve);
  return clamp(Math.round(Math.max(SHORTEST_PAUSE, delay)));
}
