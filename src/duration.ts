/** The longest delay `setTimeout` can keep; one more millisecond and it fires at once. */
const LONGEST = 2 ** 31 - 1;

/** Every duration in ms, from options, `retry:` or `Retry-After`, passes here before it meets a timer. */
export function clamp(ms: number): number {
  return Math.min(Math.max(ms, 0), LONGEST);
}
