import type { Page } from 'playwright';
import { describe } from 'vitest';
import { lampShows, openBrowser, streamsOpen, test } from './demo-page.ts';

openBrowser();

const figure = (page: Page, name: string) => page.locator(`#tabs-counters [data-part="${name}"]`);
const shows = (page: Page, name: string, text: string) =>
  figure(page, name)
    .filter({ hasText: new RegExp(`^${text}$`) })
    .waitFor();
const leaders = (page: Page) => page.locator('#tabs-list [data-leads]');

describe('the tabs', () => {
  test('have one connection between them, and one of them has it', async ({ expect, visit }) => {
    const it = await visit({ scene: 'tabs', interval: '60000' });
    await lampShows(it, 'open');
    await it.press('Open three more tabs');
    await shows(it.page, 'tabs', '4');
    await shows(it.page, 'connections', '1');
    expect(await streamsOpen(`${it.session}-tabs`)).toBe(1);
    expect(await leaders(it.page).count()).toBe(1);
    expect(await leaders(it.page).textContent()).toContain('this one');
    const names = await it.page.locator('#tabs-list li > :not(.number)').allTextContents();
    expect(
      names.filter((name) => name !== '' && !/^(Tab \d|this one|has the connection|listens)$/.test(name)),
    ).toEqual([]);
    for (const page of it.page.context().pages()) {
      await shows(page, 'tabs', '4');
      await shows(page, 'number', '\\d+');
      expect(await figure(page, 'lost').textContent()).toBe('0');
    }
  });

  test('another takes over when the one that has the connection is closed, and no number is lost', async ({
    expect,
    visit,
  }) => {
    const it = await visit({ scene: 'tabs', interval: '60000' });
    await lampShows(it, 'open');
    const [other] = await Promise.all([
      it.page.context().waitForEvent('page'),
      it.press('Open three more tabs'),
    ]);
    await shows(other, 'tabs', '4');
    await it.page.close();
    await shows(other, 'tabs', '3');
    await leaders(other).first().waitFor();
    expect(await leaders(other).count()).toBe(1);
    const now = Number((await figure(other, 'number').textContent())?.replaceAll(',', ''));
    await expect
      .poll(async () => Number((await figure(other, 'number').textContent())?.replaceAll(',', '')))
      .toBeGreaterThan(now + 3);
    expect(await figure(other, 'lost').textContent()).toBe('0');
    expect(await streamsOpen(`${it.session}-tabs`)).toBe(1);
  });

  test('Leave gives the connection back, Join goes on', async ({ expect, visit }) => {
    const it = await visit({ scene: 'tabs', interval: '60000' });
    await lampShows(it, 'open');
    await it.press('Leave');
    await lampShows(it, 'closed');
    await expect.poll(() => streamsOpen(`${it.session}-tabs`)).toBe(0);
    await it.press('Join');
    await lampShows(it, 'open');
    await shows(it.page, 'connections', '1');
    expect(await figure(it.page, 'lost').textContent()).toBe('0');
  });
});
