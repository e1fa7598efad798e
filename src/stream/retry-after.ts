import { clamp } from './time-limit.js';

/** The header `Retry-After` in ms: seconds, or an HTTP date. `undefined` where it's neither. */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  if (!value) return undefined;
  if (/^\d+$/.test(value)) return clamp(Number(value) * 1000);
  const date = parseDate(value);
  return date === undefined ? undefined : clamp(date - now);
}

/**
 * The time by the server's clock, which a date in `Retry-After` refers to: this computer's clock may be
 * days off. Across origins the header `Date` is hidden, so this computer's clock has to do.
 */
export function serverTime(headers: Headers): number {
  return parseDate(headers.get('date')) ?? Date.now();
}

/** `Date.parse` sees a date in nearly everything, the year 2099 in "in 2099". */
function parseDate(value: string | null): number | undefined {
  const date = value !== null && /^[A-Z][a-z]+, .+ GMT$/.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? undefined : date;
}
