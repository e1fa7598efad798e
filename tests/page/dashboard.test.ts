import type { Locator } from 'playwright';
import { describe } from 'vitest';
import { lampShows, origin, openBrowser, test, type Visit } from './demo-page.ts';

openBrowser();

const figures = ({ page }: Visit): Locator => page.locator('#tiles .figure');
const fact = ({ page }: Visit, name: string): Locator => page.locator(`#payload-error [data-part="${name}"]`);

/** How many pixels of a chart are drawn. */
const ink = ({ page }: Visit, chart: string) =>
  page.locator(`#${chart} canvas`).evaluate((node) => {
    if (!(node instanceof HTMLCanvasElement)) throw new Error('no canvas');
    const data = node.getContext('2d')?.getImageData(0, 0, node.width, node.height).data ?? [];
    let drawn = 0;
    for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 0) > 0) drawn++;
    return drawn;
  });

describe.concurrent('the dashboard', () => {
  test('shows the figures of the unnamed events and the notices of the named ones', async ({
    expect,
    visit,
  }) => {
    const it = await visit({ scene: 'dashboard', metrics: '20' });
    await lampShows(it, 'open');
    await it.page.locator('#tiles', { hasText: /p99 · p50 \d+ ms/ }).waitFor();
    await it.page.locator('#alarms .badge').first().waitFor();
    expect(await figures(it).allTextContents()).toEqual([
      expect.stringMatching(/^\d{1,3}(,\d{3})?$/),
      expect.stringMatching(/^[\d,]+$/),
      expect.stringMatching(/^\d+\.\d$/),
      expect.stringMatching(/^[\d,]+$/),
    ]);
  });

  test('draws both charts, and draws on as ticks come', async ({ expect, visit }) => {
    const it = await visit({ scene: 'dashboard', metrics: '20' });
    for (const chart of ['chart-throughput', 'chart-latency']) {
      await expect.poll(() => ink(it, chart)).toBeGreaterThan(100);
      const before = await ink(it, chart);
      await expect.poll(() => ink(it, chart)).not.toBe(before);
    }
  });

  test('shows the last minute with its first tick', async ({ expect, visit }) => {
    const it = await visit({ scene: 'dashboard', metrics: '60000' });
    await lampShows(it, 'open');
    const points = () =>
      it.page
        .locator('#tiles polyline')
        .first()
        .evaluate((line) => line.getAttribute('points')?.split(' ').length);
    await expect.poll(points).toBeGreaterThan(59);
    expect(await ink(it, 'chart-latency')).toBeGreaterThan(2000);
  });

  test('asks for nothing until it is looked at', async ({ expect, visit }) => {
    const it = await visit({ interval: '100' });
    await lampShows(it, 'open');
    const sessions = async () =>
      Object.keys(((await (await fetch(`${origin}/api/stats`)).json()) as { sessions: object }).sessions);
    expect(await sessions()).not.toContain(`${it.session}-metrics`);
    await it.page.getByRole('link', { name: 'Dashboard' }).click();
    await expect.poll(sessions).toContain(`${it.session}-metrics`);
  });

  test('takes as many ticks as are asked for', async ({ expect, visit }) => {
    const it = await visit({ scene: 'dashboard' });
    await lampShows(it, 'open');
    const request = it.page.waitForRequest(/interval=10&burst=20/);
    await it.page.getByLabel('Ticks').selectOption({ label: '2,000 / s' });
    await request;
    await it.page.locator('#rates', { hasText: /^[\d,]{5,} ticks\/s/ }).waitFor();
    // However many ticks come, a chart has one point per tenth of a second, and the list of alarms
    // at most sixteen lines.
    expect(await it.page.locator('#alarms li').count()).toBeLessThanOrEqual(16);
  });

  test('refuses a tick of the wrong shape, says what is wrong with it, and goes on', async ({
    expect,
    visit,
  }) => {
    const it = await visit({ scene: 'dashboard', metrics: '50' });
    await lampShows(it, 'open');
    await it.press('Send a wrong shape');
    await fact(it, 'issues')
      .filter({ hasText: /^cpu: / })
      .waitFor();
    expect(await fact(it, 'code').textContent()).toBe('decode');
    expect(JSON.parse((await fact(it, 'raw').textContent()) ?? '')).toMatchObject({
      cpu: expect.stringMatching(/ %$/) as string,
    });
    const before = await figures(it).allTextContents();
    await expect.poll(() => figures(it).allTextContents()).not.toEqual(before);
    expect(await it.lamp.getAttribute('data-status')).toBe('open');
    expect(it.complaints).toEqual([]);
  });

  test('is not hit by the faults of the typewriter, and its own buttons hit it alone', async ({
    expect,
    visit,
  }) => {
    const it = await visit({ interval: '100', scene: 'dashboard', metrics: '50' });
    await lampShows(it, 'open');
    await it.page.getByRole('link', { name: 'Typewriter' }).click();
    await it.press(/^401/);
    await lampShows(it, 'closed');
    await it.page.getByRole('link', { name: 'Dashboard' }).click();
    await lampShows(it, 'open');
    expect(await it.page.locator('#faults [data-armed]').count()).toBe(0);
    await it.press(/^Cut/);
    await lampShows(it, 'reconnecting');
    await lampShows(it, 'open');
  });

  test('fills the screen, 16:9, and leaves it by its button and by Escape', async ({ expect, visit }) => {
    const it = await visit(
      { scene: 'dashboard', metrics: '50' },
      { viewport: { width: 1100, height: 1100 } },
    );
    await lampShows(it, 'open');
    const wall = it.page.locator('.wall');
    const isFull = () => it.page.evaluate(() => document.fullscreenElement?.className ?? '');
    await it.press('Full screen');
    await expect.poll(isFull).toBe('wall');
    await expect
      .poll(() =>
        wall.evaluate((node) => {
          const { paddingTop, paddingBottom } = getComputedStyle(node);
          const height = node.clientHeight - parseFloat(paddingTop) - parseFloat(paddingBottom);
          return Math.abs(node.clientWidth / height - 16 / 9) < 0.1;
        }),
      )
      .toBe(true);
    await it.press('Leave full screen');
    await expect.poll(isFull).toBe('');
    await it.page.keyboard.press('f');
    await expect.poll(isFull).toBe('wall');
    await it.page.keyboard.press('f');
    await expect.poll(isFull).toBe('');
  });

  test('draws in the colours of the theme', async ({ expect, visit }) => {
    const it = await visit({ scene: 'dashboard', metrics: '50' });
    await expect.poll(() => ink(it, 'chart-throughput')).toBeGreaterThan(100);
    const colours = () =>
      it.page.locator('#chart-latency canvas').evaluate((node) => {
        if (!(node instanceof HTMLCanvasElement)) throw new Error('no canvas');
        const data = node.getContext('2d')?.getImageData(0, 0, node.width, node.height).data ?? [];
        let light = 0;
        for (let at = 0; at < data.length; at += 4)
          if ((data[at + 3] ?? 0) > 200 && (data[at] ?? 0) > 150) light++;
        return light;
      });
    await it.page.getByText('Light', { exact: true }).click();
    const inLight = await colours();
    await it.page.getByText('Dark', { exact: true }).click();
    await expect.poll(colours).toBeGreaterThan(inLight + 20);
  });
});
