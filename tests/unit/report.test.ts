import { afterEach, describe, expect, test, vi } from 'vitest';
import { guard, report } from '../../src/report.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const error = new Error('a bug in a listener');
const fail = (): number => {
  throw error;
};

describe('report', () => {
  test('hands the error to reportError', () => {
    const reportError = vi.fn();
    vi.stubGlobal('reportError', reportError);
    report(error);
    expect(reportError.mock.calls).toEqual([[error]]);
  });

  test('hands the error to the console where there is no reportError', () => {
    vi.stubGlobal('reportError', undefined);
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    report(error);
    expect(log.mock.calls).toEqual([[error]]);
    log.mockRestore();
  });
});

describe('guard', () => {
  test('returns what the callback returns, and reports nothing', () => {
    const reportError = vi.fn();
    vi.stubGlobal('reportError', reportError);
    expect(guard(() => 42)).toBe(42);
    expect(reportError).not.toHaveBeenCalled();
  });

  test('reports what the callback throws, and returns undefined', () => {
    const reportError = vi.fn();
    vi.stubGlobal('reportError', reportError);
    expect(guard(fail)).toBeUndefined();
    expect(reportError.mock.calls).toEqual([[error]]);
  });
});
