import { readFileSync } from 'node:fs';
import type { Locator } from 'playwright';
import { describe } from 'vitest';
import { hasFinished, hasTyped, lampShows, openBrowser, test, wholeText, type Visit } from './demo-page.ts';

openBrowser();

const rows = ({ page }: Visit): Locator => page.locator('#log > :not([hidden])');
const rowsOf = (visit: Visit, kind: string): Locator =>
  rows(visit).and(visit.page.locator(`[data-kind="${kind}"]`));
const scroller = ({ page }: Visit): Locator => page.locator('#log-scroller');
const filter = ({ page }: Visit): Locator => page.getByPlaceholder('Filter: event, id or data');
const count = ({ page }: Visit): Locator => page.locator('#log-count');

describe.concurrent('the inspector', () => {
  test('shows time, delta, id, event and data of an event, and states and openings in line', async ({
    expect,
    visit,
  }) => {
    const it = await visit({ interval: '1000' });
    const first = rowsOf(it, 'event').first();
    await first.waitFor();
    expect(await first.locator('.id').textContent()).toBe('1');
    expect(await first.locator('.type').textContent()).toBe('lol');
    expect(await first.locator('.data').textContent()).toBe('S');
    expect(await first.locator('.at').textContent()).toMatch(/^\d\d:\d\d:\d\d\.\d{3}$/);
    expect(await first.locator('.since').textContent()).toMatch(/^\+\d+$/);
    expect(await rowsOf(it, 'open').locator('.data').textContent()).toBe('/api/sse over native');
    expect(await rowsOf(it, 'state').locator('.data').allTextContents()).toEqual([
      'connecting',
      'connecting → open',
    ]);
    await it.press(/^401/);
    await rowsOf(it, 'error').first().waitFor();
  });

  test('keeps to the scene that is shown', async ({ expect, visit }) => {
    const it = await visit({ interval: '100', metrics: '50', scene: 'dashboard' });
    await rowsOf(it, 'event').first().waitFor();
    expect(await rows(it).filter({ hasText: 'lol' }).count()).toBe(0);
    await it.page.getByRole('link', { name: 'Typewriter' }).click();
    await rows(it).filter({ hasText: 'lol' }).first().waitFor();
    expect(await rows(it).filter({ hasText: '"qps"' }).count()).toBe(0);
  });

  test('has no more elements than rows in view, however many events there are', async ({ expect, visit }) => {
    const it = await visit({ interval: '0' });
    await hasFinished(it);
    await rows(it).filter({ hasText: 'open → closed' }).waitFor();
    const total = Number((await count(it).textContent())?.replace(/\D/g, ''));
    expect(total).toBeGreaterThan(Array.from(wholeText).length);
    expect(await it.page.locator('#log > *').count()).toBeLessThan(25);
    // The first row is there once it's scrolled into view.
    await scroller(it).evaluate((node) => {
      node.scrollTop = 0;
    });
    await rows(it)
      .filter({ hasText: /connecting$/ })
      .first()
      .waitFor();
  });

  test('follows the newest row, unless the reader has scrolled up', async ({ expect, visit }) => {
    const it = await visit({ interval: '10' });
    const newest = () => rows(it).last().getAttribute('aria-posinset');
    await hasTyped(it, 60);
    await expect.poll(async () => Number(await newest())).toBeGreaterThan(60);
    await scroller(it).evaluate((node) => {
      node.scrollTop = 0;
    });
    const typed = Array.from((await it.typed.textContent()) ?? '').length;
    await hasTyped(it, typed + 60);
    expect(await scroller(it).evaluate((node) => node.scrollTop)).toBe(0);
    await scroller(it).evaluate((node) => {
      node.scrollTop = node.scrollHeight;
    });
    await hasTyped(it, typed + 120);
    await expect.poll(async () => Number(await newest())).toBeGreaterThan(typed + 120);
  });

  test('follows the newest row when the oldest ones are dropped, too', async ({ expect, visit }) => {
    const it = await visit({ scene: 'soak', interval: '60000', numbers: '0' });
    await it.press('Start soak');
    await it.page.waitForFunction(() => {
      const received = document.querySelector('#soak-counters [data-part="received"]')?.textContent ?? '';
      return Number(received.replaceAll(',', '')) > 15_000;
    });
    await it.press('Stop soak');
    await expect.poll(() => rows(it).last().textContent()).toContain('open → closed');
    expect(await count(it).textContent()).toMatch(/^(8|9),\d{3} rows$/);
  });

  test('filters by text and by kind', async ({ expect, visit }) => {
    const it = await visit({ interval: '5' });
    await hasFinished(it);
    await filter(it).fill('done');
    await expect.poll(() => rows(it).count()).toBe(1);
    expect(await rows(it).locator('.type').textContent()).toBe('done');
    expect(await count(it).textContent()).toMatch(/^1 of [\d,]+ rows$/);
    await filter(it).fill('');
    await it.page.getByLabel('Rows to show').selectOption({ label: 'States' });
    await expect.poll(() => rowsOf(it, 'event').count()).toBe(0);
    expect(await rowsOf(it, 'state').locator('.data').allTextContents()).toEqual([
      'connecting',
      'connecting → open',
      'open → closed',
    ]);
  });

  test('Pause holds the list and loses nothing', async ({ expect, visit }) => {
    const it = await visit({ interval: '10' });
    await hasTyped(it, 30);
    await it.press('Pause');
    const before = await rows(it).last().getAttribute('aria-posinset');
    await count(it)
      .filter({ hasText: /^([3-9]\d|\d{3}) new while paused$/ })
      .waitFor();
    expect(await rows(it).last().getAttribute('aria-posinset')).toBe(before);
    await it.press('Resume');
    await expect
      .poll(async () => Number(await rows(it).last().getAttribute('aria-posinset')))
      .toBeGreaterThan(Number(before) + 30);
  });

  test('Clear empties it', async ({ expect, visit }) => {
    const it = await visit();
    await it.press('Close');
    await rows(it).filter({ hasText: '→ closed' }).waitFor();
    await it.press('Clear');
    await expect.poll(() => rows(it).count()).toBe(0);
    expect(await count(it).textContent()).toBe('0 rows');
  });

  test('Merge deltas makes one text of the characters, and one of an answer', async ({ expect, visit }) => {
    const it = await visit({ interval: '5', chat: '1' });
    await hasFinished(it);
    await it.page.getByLabel('Merge deltas').check();
    const merged = rows(it).filter({ hasText: `lol ×${Array.from(wholeText).length}` });
    await merged.click();
    expect(await it.page.locator('#log-detail [data-part="data"]').textContent()).toBe(wholeText);
  });

  test('shows the data of a row at length, and its raw text, by keyboard too', async ({ expect, visit }) => {
    const it = await visit({ scene: 'dashboard', metrics: '50' });
    await rowsOf(it, 'event').first().waitFor();
    await it.press('Pause');
    await scroller(it).focus();
    await it.page.keyboard.press('End');
    const selected = it.page.locator('#log [aria-selected="true"]');
    await selected.waitFor();
    expect(await scroller(it).getAttribute('aria-activedescendant')).toBe(await selected.getAttribute('id'));
    const last = Number(await selected.getAttribute('aria-posinset'));
    await it.page.keyboard.press('ArrowUp');
    await expect.poll(() => selected.getAttribute('aria-posinset')).toBe(String(last - 1));
    await it.page.keyboard.press('Home');
    await expect.poll(() => selected.getAttribute('aria-posinset')).toBe('1');
    await filter(it).fill('"qps"');
    await rowsOf(it, 'event').first().click();
    const part = (name: string) => it.page.locator(`#log-detail [data-part="${name}"]`).textContent();
    const raw = (await part('raw')) ?? '';
    expect(await part('data')).toBe(JSON.stringify(JSON.parse(raw), null, 2));
    await it.page.keyboard.press('Escape');
    await scroller(it).focus();
    await it.page.keyboard.press('Escape');
    await it.page.locator('#log-detail').waitFor({ state: 'hidden' });
  });

  test('Export writes the rows that are shown, a line of JSON each', async ({ expect, visit }) => {
    const it = await visit({ interval: '5' });
    await hasFinished(it);
    await filter(it).fill('lol');
    const [download] = await Promise.all([it.page.waitForEvent('download'), it.press('Export')]);
    expect(download.suggestedFilename()).toBe('ssekit-events.jsonl');
    const lines = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\n');
    const events = lines.map((line) => JSON.parse(line) as { type: string; id: string; data: string });
    expect(
      events
        .filter(({ type }) => type === 'lol')
        .map(({ data }) => data)
        .join(''),
    ).toBe(wholeText);
    expect(events[0]).toMatchObject({ stream: 'typewriter', kind: 'event', type: 'lol', id: '1', data: 'S' });
  });

  test('shows a change of language without a reload', async ({ expect, visit }) => {
    const it = await visit({ interval: '100' });
    await lampShows(it, 'open');
    await it.page.getByText('中文', { exact: true }).click();
    await it.page.getByRole('heading', { name: '检查器' }).waitFor();
    expect(await count(it).textContent()).toMatch(/^共 \d+ 行$/);
  });
});
