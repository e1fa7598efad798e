import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { deadline } from '../../../src/stream/time-limit.ts';
import { stopClock } from '../setup.ts';

/** How far the clock has run ahead of the timers, as in a page that was throttled or asleep. */
let asleep = 0;

stopClock();
beforeEach(() => {
  asleep = 0;
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + asleep);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const pass = (ms: number) => {
  vi.advanceTimersByTime(ms);
};

describe('a deadline', () => {
  test('expires when the time has passed, not before, and once', () => {
    const expire = vi.fn();
    deadline(1000, expire);
    pass(999);
    expect(expire).not.toHaveBeenCalled();
    pass(1);
    expect(expire).toHaveBeenCalledTimes(1);
    pass(600_000);
    expect(expire).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('starts anew with each beat', () => {
    const expire = vi.fn();
    const limit = deadline(1000, expire);
    for (let i = 0; i < 10; i++) {
      pass(900);
      limit.beat();
    }
    pass(999);
    expect(expire).not.toHaveBeenCalled();
    pass(1);
    expect(expire).toHaveBeenCalledTimes(1);
  });

  test('has one timer, however many beats there are', () => {
    const set = vi.spyOn(globalThis, 'setTimeout');
    const limit = deadline(1000, vi.fn());
    for (let i = 0; i < 10_000; i++) limit.beat();
    expect(set).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(1);
    limit.cancel();
  });

  test('leaves nothing once it is cancelled: before any beat, after one, and in a grace interval', () => {
    const expire = vi.fn();
    const first = deadline(1000, expire);
    first.cancel();
    expect(vi.getTimerCount()).toBe(0);

    const second = deadline(1000, expire);
    pass(500);
    second.beat();
    pass(700);
    second.cancel();
    expect(vi.getTimerCount()).toBe(0);

    const third = deadline(1000, expire);
    asleep += 60_000;
    pass(1000);
    expect(vi.getTimerCount()).toBe(1);
    third.cancel();
    expect(vi.getTimerCount()).toBe(0);
    pass(600_000);
    expect(expire).not.toHaveBeenCalled();
  });
});

describe('a timer that fires late', () => {
  test('grants one more interval, for bytes that wait to be read', () => {
    const expire = vi.fn();
    deadline(10_000, expire);
    asleep += 3_600_000;
    pass(10_000);
    expect(expire).not.toHaveBeenCalled();
    pass(9999);
    expect(expire).not.toHaveBeenCalled();
    pass(1);
    expect(expire).toHaveBeenCalledTimes(1);
  });

  test('grants it once: a page throttled for good still learns that the stream is dead', () => {
    const expire = vi.fn();
    deadline(10_000, expire);
    asleep += 50_000;
    pass(10_000);
    asleep += 50_000;
    pass(10_000);
    expect(expire).toHaveBeenCalledTimes(1);
  });

  test('grants it again after a beat', () => {
    const expire = vi.fn();
    const limit = deadline(10_000, expire);
    for (let i = 0; i < 5; i++) {
      asleep += 3_600_000;
      pass(10_000);
      limit.beat();
    }
    expect(expire).not.toHaveBeenCalled();
    pass(10_000);
    expect(expire).toHaveBeenCalledTimes(1);
  });

  test('but no more than a second late, as timers of a busy page are, grants nothing', () => {
    const expire = vi.fn();
    deadline(10_000, expire);
    asleep += 1000;
    pass(10_000);
    expect(expire).toHaveBeenCalledTimes(1);
  });
});

describe('a huge duration', () => {
  test.for([2 ** 31, 99_999_999_999, Number.MAX_VALUE, Infinity])(
    '%d ms is no timer that fires at once',
    (ms) => {
      const set = vi.spyOn(globalThis, 'setTimeout');
      const expire = vi.fn();
      const limit = deadline(ms, expire);
      pass(2 ** 31 - 2);
      expect(expire).not.toHaveBeenCalled();
      for (const [, delay] of set.mock.calls) expect(delay).toBeLessThanOrEqual(2 ** 31 - 1);
      expect(set).toHaveBeenCalledTimes(1);
      limit.cancel();
    },
  );

  test('is kept to the millisecond, over more than one timer', () => {
    const expire = vi.fn();
    deadline(2 ** 31 + 5000, expire);
    pass(2 ** 31 + 4999);
    expect(expire).not.toHaveBeenCalled();
    pass(1);
    expect(expire).toHaveBeenCalledTimes(1);
  });
});
