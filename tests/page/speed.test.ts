import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CDPSession, Page } from 'playwright';
import { describe, inject } from 'vitest';
import { browser, openBrowser, origin, test, type Visit } from './demo-page.ts';

/** How fast the built page is, on the loopback interface. Figures are printed, since they say more than a pass. */

openBrowser();

const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);
const at = (numbers: readonly number[], share: number) =>
  sorted(numbers)[Math.floor(numbers.length * share)] ?? NaN;

describe('the built page', () => {
  test('has less than 100 kB in all its files, gzipped', ({ expect }) => {
    const sizes = readdirSync(inject('demo').folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => gzipSync(readFileSync(join(parentPath, name))).length);
    const size = sizes.reduce((sum, each) => sum + each, 0);
    console.info(`the built page: ${(size / 1000).toFixed(1)} kB in ${sizes.length} files`);
    expect(size).toBeLessThan(100_000);
  });

  test('shows the first text of the stream within a second of the navigation, with nothing cached', async ({
    expect,
  }) => {
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const context = await browser.newContext();
      await context.addInitScript(noteFirstText);
      const page = await context.newPage();
      await page.goto(`${origin}/`);
      const found = await page.waitForFunction(() => (globalThis as { firstText?: number }).firstText);
      const time = (await found.jsonValue()) ?? NaN;
      // The first time finds nothing in the caches.
      await page.evaluate(work);
      const slowness = (await page.evaluate(work)) / REFERENCE;
      console.info(
        `first text after ${time.toFixed(0)} ms on a machine ${slowness.toFixed(2)} times as slow as the reference`,
      );
      times.push(time / slowness);
      await context.close();
    }
    expect(at(times, 0.5)).toBeLessThan(1000);
  });
});

/** Runs in the page: the time from the start of the navigation until the first text has been painted. */
function noteFirstText(): void {
  new MutationObserver((_, observer) => {
    if ((document.getElementById('typed')?.textContent ?? '') === '') return;
    observer.disconnect();
    requestAnimationFrame(() => {
      // A task after the frame, so after its painting.
      setTimeout(() => Object.assign(globalThis, { firstText: performance.now() }));
    });
  }).observe(document, { childList: true, subtree: true, characterData: true });
}

describe('the dashboard at 2,000 ticks a second', () => {
  test('leaves the main thread idle for more than half of the time', async ({ expect, visit }) => {
    const it = await visit({ scene: 'dashboard', interval: '600000' }, { reducedMotion: 'no-preference' });
    await it.page.getByLabel('Ticks').selectOption({ label: '2,000 / s' });
    // The charts are as full as they get while a test waits.
    await it.page.locator('#log-count', { hasText: /^[89],\d{3} rows/ }).waitFor();

    const cdp = await it.page.context().newCDPSession(it.page);
    // Time that the thread ran, and not time that passed: waiting for a core costs nothing.
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    await it.page.evaluate(work);
    const loads: number[] = [];
    for (let i = 0; i < 3; i++) {
      const idle = await cpu(cdp);
      await it.page.evaluate(work);
      const busy = await cpu(cdp);
      const slowness = ((busy('TaskDuration') - idle('TaskDuration')) * 1000) / REFERENCE;
      const [cpuBefore, ticksBefore] = [await cpu(cdp), await newestId(it)];
      const { seconds, frames, longTasks } = await watchFrames(it.page, 5);
      const [cpuAfter, ticksAfter] = [await cpu(cdp), await newestId(it)];

      const load = (name: string) => ((cpuAfter(name) - cpuBefore(name)) / seconds) * 1000;
      const [task, scripting] = [load('TaskDuration'), load('ScriptDuration')];
      const slow = frames.filter((ms) => ms > 50).length / frames.length;
      console.info(
        [
          `dashboard: ${Math.round((ticksAfter - ticksBefore) / seconds)} ticks/s`,
          `main thread ${task.toFixed(0)} ms of each second, scripts ${scripting.toFixed(0)} ms`,
          `the machine ${slowness.toFixed(2)} times as slow as the reference`,
          `${(frames.length / seconds).toFixed(0)} frames/s, p50 ${at(frames, 0.5).toFixed(1)} ms, p95 ${at(frames, 0.95).toFixed(1)} ms`,
          `${(slow * 100).toFixed(1)} % over 50 ms`,
          `${longTasks.length} long tasks, ${longTasks.reduce((sum, ms) => sum + ms, 0).toFixed(0)} ms`,
        ].join('; '),
      );
      expect((ticksAfter - ticksBefore) / seconds).toBeGreaterThan(1000);
      loads.push(task / slowness);
    }
    expect(at(loads, 0.5)).toBeLessThan(500);
  });
});

/** ms that {@link work} takes on two idle cores of the machine on which these bounds were set. */
const REFERENCE = 190;

/**
 * Runs in the page: new text for many elements, and their layout, which is most of what a dashboard costs. Its time says how slow the machine
 * is right now: other work takes its cores, and the caches of those it leaves.
 *
 * @returns How many ms passed.
 */
function work(): number {
  const start = performance.now();
  const box = document.createElement('div');
  const cells = Array.from({ length: 300 }, () => box.appendChild(document.createElement('span')));
  document.body.append(box);
  for (let i = 0; i < 40; i++) {
    for (const [j, cell] of cells.entries()) cell.textContent = `${(i * 7919 + j * 104_729) % 99_991} `;
    box.getBoundingClientRect();
  }
  box.remove();
  return performance.now() - start;
}

/** The figures of the main thread, seconds since the page began. */
async function cpu(cdp: CDPSession): Promise<(name: string) => number> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  const figures = new Map(metrics.map(({ name, value }) => [name, value]));
  return (name) => figures.get(name) ?? NaN;
}

/** The server numbers its ticks. */
async function newestId({ page }: Visit): Promise<number> {
  return Number(await page.locator('#log > :not([hidden]) .id').last().textContent());
}

/** ms from one frame to the next, and the lengths of tasks over 50 ms. */
function watchFrames(page: Page, seconds: number) {
  return page.evaluate(
    (seconds) =>
      new Promise<{ seconds: number; frames: number[]; longTasks: number[] }>((resolve) => {
        const frames: number[] = [];
        const longTasks: number[] = [];
        new PerformanceObserver((list) => {
          longTasks.push(...list.getEntries().map(({ duration }) => duration));
        }).observe({ type: 'longtask' });
        let first: number | undefined;
        let before = 0;
        requestAnimationFrame(function next(now) {
          if (first === undefined) first = now;
          else frames.push(now - before);
          before = now;
          if (now - first < seconds * 1000) requestAnimationFrame(next);
          else resolve({ seconds: (now - first) / 1000, frames, longTasks });
        });
      }),
    seconds,
  );
}
