import { clamp } from './time-limit.js';

/** Milliseconds of a `Retry-After` header: seconds, or an HTTP date. `undefined` where it is neither. */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  if (!value) return undefined;
  if (/^\d+$/.test(value)) return clamp(Number(value) * 1000);
  // Date.parse sees a date in nearly everything, the year 2099 in "in 2099".
  const date = /^[A-Z][a-z]+, .+ GMT$/.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? undefined : clamp(date - now);
}
