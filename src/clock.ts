/**
 * Milliseconds that only grow, even if somebody sets the clock. Mini programs have no `performance`;
 * there it's the time of day.
 */
export function monotonicNow(): number {
  const { performance = Date } = globalThis as Partial<typeof globalThis>;
  return performance.now();
}
