/**
 * What many unit tests need: a clock that only the test moves, and a record of what user code
 * threw.
 */
import { afterEach, beforeEach, vi } from 'vitest';
import type { SseMessage } from '../../src/message.ts';

/** Replaces the global of this name in files that call {@link recordErrors}. */
export const reportError = vi.fn();

/** Fake timers for every test of the file. */
export function stopClock(): void {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

/** Replaces the global with {@link reportError} and clears it for every test of the file. */
export function recordErrors(): void {
  beforeEach(() => {
    reportError.mockReset();
    vi.stubGlobal('reportError', reportError);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });
}

/** Runs everything that's due now, including promises, while the clock is stopped. */
export const flush = () => vi.advanceTimersByTimeAsync(0);

export const message = (data: string, lastEventId = '', type = 'message'): SseMessage => ({
  type,
  data,
  raw: data,
  lastEventId,
  origin: 'https://example.test',
});
