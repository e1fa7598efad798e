import { describe } from 'vitest';
import { wireCases } from '../../demo/wire/cases.ts';
import { openBrowser, test } from './demo-page.ts';

openBrowser();

/** Why a case is worth showing: who reads it correctly. */
const verdicts = {
  // The hand-written reader is right if the network has joined the chunks again.
  split: ['right', 'right', undefined],
  lines: ['right', 'right', 'wrong'],
  endings: ['right', 'right', 'wrong'],
  comments: ['right', 'right', 'wrong'],
  names: ['right', 'right', 'wrong'],
  tail: ['right', 'right', 'wrong'],
  deploy: ['wrong', 'right', 'wrong'],
} as const;

describe.concurrent('the same wire', () => {
  test.for(wireCases.map(({ name }) => name))('%s: who reads it right', async (name, { expect, visit }) => {
    const it = await visit({ scene: 'wire', interval: '1000' });
    await it.page.getByLabel('Bytes').selectOption(name);
    const verdictOf = (reader: string) => it.page.locator(`[data-reader="${reader}"] .verdict`);
    for (const [i, reader] of ['native', 'ssekit', 'naive'].entries()) {
      const verdict = verdicts[name][i];
      if (verdict !== undefined)
        await verdictOf(reader)
          .and(it.page.locator(`[data-verdict="${verdict}"]`))
          .waitFor();
    }
    const meant = wireCases.find((known) => known.name === name)?.meant.length;
    expect(await it.page.locator('[data-reader="ssekit"] li').count()).toBe(meant);
  });

  test('shows the chunks as they go over the wire, cut characters as hexadecimals', async ({
    expect,
    visit,
  }) => {
    const it = await visit({ scene: 'wire', interval: '1000' });
    const chunks = it.page.locator('#wire-bytes li');
    await chunks.first().waitFor();
    expect(await chunks.count()).toBe(wireCases[0]?.chunks.length);
    expect(await it.page.locator('#wire-bytes .hex').first().textContent()).toBe('E4');
    expect(await it.page.locator('#wire-bytes .hex').nth(1).textContent()).toBe('BD A0');
  });

  test('a deploy shows its 503 on the wire, and readers without an event say what happened', async ({
    expect,
    visit,
  }) => {
    const it = await visit({ scene: 'wire', interval: '1000' });
    await it.page.getByLabel('Bytes').selectOption('deploy');
    const reader = (name: string) => it.page.locator(`[data-reader="${name}"]`);
    for (const name of ['native', 'naive']) {
      await reader(name).locator('[data-verdict="wrong"]').waitFor();
      expect(await reader(name).locator('.empty').textContent()).toMatch(/^No event\. ./);
      expect(await reader(name).locator('.empty').isVisible()).toBe(true);
    }
    await reader('ssekit').locator('[data-verdict="right"]').waitFor();
    expect(await reader('ssekit').locator('.empty').isVisible()).toBe(false);
    expect(await it.page.locator('#wire-bytes li').allTextContents()).toEqual([
      'response 1HTTP/1.1 503 Service Unavailable\nRetry-After: 0',
      'response 2HTTP/1.1 200 OK\nContent-Type: text/event-stream',
      expect.stringMatching(/^chunk 1data: we are back/),
    ]);
  });

  test('has no lamp: no stream of the page is its own', async ({ expect, visit }) => {
    const it = await visit({ scene: 'wire', interval: '1000' });
    expect(await it.lamp.isVisible()).toBe(false);
    await it.page.getByRole('link', { name: 'Typewriter' }).click();
    expect(await it.lamp.isVisible()).toBe(true);
  });

  test('Send again reads anew', async ({ visit }) => {
    const it = await visit({ scene: 'wire', interval: '1000' });
    const verdict = it.page.locator('[data-reader="ssekit"] .verdict');
    await verdict.and(it.page.locator('[data-verdict="right"]')).waitFor();
    const requests = Promise.all(
      ['native', 'ssekit', 'naive'].map((reader) => it.page.waitForRequest(new RegExp(`-${reader}-2(&|$)`))),
    );
    await it.press('Send again');
    await requests;
    await verdict.and(it.page.locator('[data-verdict="right"]')).waitFor();
  });

  test('shows the hand-written lines that are running, and the same in ssekit', async ({ expect, visit }) => {
    const it = await visit({ scene: 'wire', interval: '1000' });
    const source = (await it.page.locator('#source').textContent()) ?? '';
    expect(source).toContain('function naiveReader');
    expect(source).toContain('of fetchSse(url)');
    // The highlighter loads after the program.
    await it.page.locator('#source .keyword').first().waitFor();
    const keywords = await it.page.locator('#source .keyword').allTextContents();
    expect(keywords).toEqual(expect.arrayContaining(['for', 'if', 'await', 'const', 'return']));
    expect(await it.page.locator('#source').textContent()).toBe(source);
  });
});
