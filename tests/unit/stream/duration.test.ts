import { expect, test, vi } from 'vitest';
import { clamp } from '../../../src/stream/time-limit.ts';

const longest = 2 ** 31 - 1;

test.for([
  [-Infinity, 0],
  [-1, 0],
  [0, 0],
  [0.5, 0.5],
  [1000, 1000],
  [longest, longest],
  [longest + 1, longest],
  [2 ** 53, longest],
  [Infinity, longest],
] as const)('%d ms are clamped to %d', ([ms, clamped]) => {
  expect(clamp(ms)).toBe(clamped);
});

test('what setTimeout would fire at once is waited for', () => {
  vi.useFakeTimers();
  const done = vi.fn();
  setTimeout(done, clamp(longest + 1));
  vi.advanceTimersByTime(60_000);
  expect(done).not.toHaveBeenCalled();
  vi.useRealTimers();
});
