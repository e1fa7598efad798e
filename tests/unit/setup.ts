/** What many unit tests begin with: a clock that only the test moves, and a record of what user code threw. */
import { afterEach, beforeEach, vi } from 'vitest';
import type { SseMessage } from '../../src/message.ts';

/** Stands in for the global of this name, in files that call {@link recordErrors}. */
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

/** Lets {@link reportError} record, anew for every test of the file. */
export function recordErrors(): void {
  beforeEach(() => {
    reportError.mockReset();
    vi.stubGlobal('reportError', reportError);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });
}

/** Runs what is due now, promises included, while the clock is stopped. */
export const flush = () => vi.advanceTimersByTimeAsync(0);

export const message = (data: string, lastEventId = '', type = 'message'): SseMessage => ({
  type,
  data,
  raw: data,
  lastEventId,
  origin: 'https://example.test',
});
