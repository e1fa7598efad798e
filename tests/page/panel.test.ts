import type { Locator } from 'playwright';
import { describe } from 'vitest';
import { hasTyped, lampShows, openBrowser, test, type Visit } from './demo-page.ts';

/** The devtools in the demo. What they can do has its tests in devtools.test.ts. */

openBrowser();

const rows = ({ page }: Visit, kind = ''): Locator =>
  page.locator(`.rows > .row:not([hidden])${kind && `[data-kind="${kind}"]`}`);
const choose = ({ page }: Visit, path: string) => page.locator('nav button', { hasText: path }).click();
const background = ({ page }: Visit) =>
  page.locator('.panel').evaluate((panel) => getComputedStyle(panel).backgroundColor);

describe.concurrent('the devtools in the demo', () => {
  test('see the first stream from its first attempt', async ({ expect, visit }) => {
    const it = await visit({ interval: '1000' });
    await it.page.locator('.launcher').click();
    await choose(it, '/api/sse');
    await rows(it, 'event').first().waitFor();
    expect(await rows(it, 'state').locator('.data').allTextContents()).toEqual([
      'connecting',
      'connecting → open over native',
    ]);
    expect(await rows(it, 'event').first().locator('.id').textContent()).toBe('1');
  });

  test('open with the key d, and follow the language and the theme of the page', async ({
    expect,
    visit,
  }) => {
    const it = await visit({ interval: '1000' }, { colorScheme: 'light' });
    await lampShows(it, 'open');
    await it.page.keyboard.press('d');
    await it.page.locator('nav button:focus', { hasText: 'All streams' }).waitFor();
    const light = await background(it);
    await it.page.locator('#theme input[value="dark"]').check({ force: true });
    expect(await background(it)).not.toBe(light);
    await it.page.locator('#theme input[value="auto"]').check({ force: true });
    expect(await background(it)).toBe(light);
    await it.page.locator('#language input[value="zh"]').check({ force: true });
    await it.page.locator('nav button', { hasText: '全部连接' }).waitFor();
  });

  test('merge the characters into one text, and the pieces of an answer into another', async ({
    expect,
    visit,
  }) => {
    const it = await visit({ interval: '5', chat: '1' });
    await hasTyped(it, 100);
    await it.press('Close');
    const typed = (await it.typed.textContent()) ?? '';
    await it.page.getByRole('link', { name: 'Chat' }).click();
    await it.page.locator('#chat-starters button').first().click();
    await it.page.locator('.answer .usage').waitFor();
    await it.page.locator('.launcher').click();
    await it.page.getByLabel('Merge deltas').check();
    await choose(it, '/api/sse');
    await rows(it)
      .filter({ hasText: `lol ×${Array.from(typed).length}` })
      .click();
    expect(await it.page.locator('.raw').textContent()).toBe(typed);
    await choose(it, '/api/chat');
    await rows(it)
      .filter({ hasText: /message ×\d{3}/ })
      .click();
    expect(await it.page.locator('.raw').textContent()).toContain('You asked: “Why does streaming use SSE?”');
  });

  test('follow the newest row when the oldest are dropped, too', async ({ expect, visit }) => {
    const it = await visit({ scene: 'soak', interval: '60000', numbers: '0' });
    await it.page.keyboard.press('d');
    await it.press('Start soak');
    await it.page.waitForFunction(() => {
      const received = document.querySelector('#soak-counters [data-part="received"]')?.textContent ?? '';
      return Number(received.replaceAll(',', '')) > 15_000;
    });
    await it.press('Stop soak');
    await expect.poll(() => rows(it).last().textContent()).toContain('open → closed');
    expect(await it.page.locator('.count').textContent()).toMatch(/^(9,\d{3}|10,000) rows$/);
  });

  test('may fail to load: the page works without them', async ({ expect, visit }) => {
    const it = await visit({ interval: '1000' });
    await it.page.route(/\/devtools-(?!hook).*\.js$/, (route) => route.abort());
    await it.page.reload();
    await hasTyped(it, 1);
    expect(await it.page.locator('ssekit-devtools').count()).toBe(0);
  });
});
