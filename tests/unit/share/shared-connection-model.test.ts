import { afterEach, expect, test, vi } from 'vitest';
import { forgeries, jumps, runHistories, slowSchemas } from './histories.ts';
import { stopClock } from '../setup.ts';

/**
 * R7 between tabs, over random histories: tabs open, close, crash, reload, block and wake, and
 * messages arrive in any order that channels allow. No living tab loses or doubles an event, not
 * even across reloads, and in the end each has the last one.
 */

/** `LONG=1` runs ten times as many histories. */
const times = process.env.LONG ? 10 : 1;
const patience = 60_000 * times;

stopClock();
afterEach(() => {
  vi.unstubAllGlobals();
});

test(
  'no tab loses, doubles or reorders an event, however the tabs come and go',
  async () => {
    const { takeOvers, missed, lived, woken, reloaded } = await runHistories(200 * times);
    // The run covered hand-overs. In histories this wild some tabs fall behind, and know it.
    expect(takeOvers).toBeGreaterThan(100);
    expect(missed).toBeLessThan(lived / 20);
    expect(woken).toBeGreaterThan(100);
    expect(reloaded).toBeGreaterThan(100);
  },
  patience,
);

test(
  'nor however the clock is set meanwhile',
  async () => {
    const { missed, lived } = await runHistories(50 * times, jumps);
    // Four times as many as usual: a short run varies.
    expect(missed).toBeLessThan(lived / 10);
  },
  patience,
);

test(
  'nor while schemas look at events, and ids come without events',
  async () => {
    const { missed, lived } = await runHistories(50 * times, slowSchemas);
    // Four times as many as usual: a short run varies.
    expect(missed).toBeLessThan(lived / 10);
  },
  patience,
);

test(
  'ten seconds after the last forged notice, every tab is open and gets every new event',
  async () => {
    const { forged } = await runHistories(50 * times, forgeries);
    expect(forged).toBeGreaterThan(500);
  },
  patience,
);
