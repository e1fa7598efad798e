import { AxeBuilder } from '@axe-core/playwright';
import { readFileSync } from 'node:fs';
import { describe } from 'vitest';
import { en, zh } from '../../demo/dictionary.ts';
import {
  breakOff,
  hasTyped,
  lampShows,
  openBrowser,
  test,
  wholeChineseText,
  wholeText,
} from './demo-page.ts';

openBrowser();

const scenes = ['typewriter', 'chat', 'dashboard', 'tabs', 'wire', 'soak', 'yours'] as const;

describe.concurrent('languages', () => {
  test('the first visit is in the language of the browser, and says so', async ({ expect, visit }) => {
    for (const [locale, lang, heading] of [
      ['zh-CN', 'zh-CN', zh.typewriter],
      ['zh-Hant-TW', 'zh-CN', zh.typewriter],
      ['de-DE', 'en', en.typewriter],
    ] as const) {
      const it = await visit({ interval: '1000' }, { locale });
      await it.page.getByRole('heading', { name: heading, exact: true }).waitFor();
      expect(await it.page.locator('html').getAttribute('lang')).toBe(lang);
    }
  });

  test('a choice is kept over a reload', async ({ expect, visit }) => {
    const it = await visit({ interval: '1000' }, { locale: 'zh-CN' });
    await it.page.getByText('English', { exact: true }).click();
    await it.page.getByRole('heading', { name: en.typewriter, exact: true }).waitFor();
    await it.page.reload();
    await it.page.getByRole('heading', { name: en.typewriter, exact: true }).waitFor();
    expect(await it.page.locator('html').getAttribute('lang')).toBe('en');
  });

  test('a change of language changes every text of the page, and leaves what is typed', async ({
    expect,
    visit,
  }) => {
    const it = await visit({ interval: '5' });
    await it.press(/^401/);
    await lampShows(it, 'closed', 'http: The server answered 401.');
    const typed = await it.typed.textContent();
    await it.page.getByText('中文', { exact: true }).click();
    await lampShows(it, 'closed', '服务器返回 401');
    expect(await it.typed.textContent()).toBe(typed);
    // Only names, code and the library's own messages may stay in English.
    const english = new Set(
      Object.values(en).filter((text) => typeof text === 'string' && text.includes(' ')),
    );
    for (const scene of scenes) {
      await it.page.goto(`${it.page.url().replace(/#.*/, '')}#${scene}`);
      await it.page.locator(`#main[data-scene="${scene}"]`).waitFor();
      const texts = await it.page
        .locator('body *:not(script)')
        .evaluateAll((nodes) =>
          nodes.flatMap((node) => [
            ...[...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.textContent),
            node.getAttribute('aria-label') ?? '',
            node.getAttribute('placeholder') ?? '',
          ]),
        );
      expect(texts.filter((text) => english.has(text as never))).toEqual([]);
    }
  });

  test('the text follows the language: another one starts over, and a stream that is over stays', async ({
    expect,
    visit,
  }) => {
    const it = await visit({ interval: '30' });
    const typed = async () => (await it.typed.textContent()) ?? '';
    await hasTyped(it, 20);
    expect(wholeText.startsWith(await typed())).toBe(true);
    await it.page.getByText('中文', { exact: true }).click();
    await it.page.waitForFunction(() =>
      document.getElementById('typed')?.textContent.startsWith('SSE 是什么'),
    );
    await hasTyped(it, 20);
    expect(wholeChineseText.startsWith(await typed())).toBe(true);
    expect(await it.typed.getAttribute('lang')).toBe('zh');
    await it.page.getByRole('button', { name: '关闭', exact: true }).click();
    await lampShows(it, 'closed');
    await it.page.getByText('English', { exact: true }).click();
    // A position in the Chinese text: what follows it is Chinese.
    await it.press('Connect');
    await hasTyped(it, Array.from(await typed()).length + 10);
    expect(wholeChineseText.startsWith(await typed())).toBe(true);
    await it.press('Start over');
    await it.page.waitForFunction(() => document.getElementById('typed')?.textContent.startsWith('What are'));
  });

  test('index.html asks for no text that the dictionary has not', ({ expect }) => {
    const html = readFileSync(new URL('../../index.html', import.meta.url), 'utf8');
    const asked = [...html.matchAll(/data-t(?:-label)?="(\w+)"/g)].map(([, key]) => key ?? '');
    expect(asked.length).toBeGreaterThan(60);
    expect(
      asked.filter((key) => typeof Object.entries(en).find(([name]) => name === key)?.[1] !== 'string'),
    ).toEqual([]);
  });
});

describe.concurrent('axe finds nothing', () => {
  test.for(scenes)(
    'in the scene %s: both themes, both languages',
    { timeout: 240_000 },
    async (scene, { expect, visit }) => {
      const it = await visit({ scene, interval: '10', metrics: '50', chat: '1' });
      if (scene === 'chat') await breakOff(it);
      if (scene === 'dashboard') {
        await lampShows(it, 'open');
        await it.page.locator('#bad-shape').click();
        await it.page.locator('#payload-error').waitFor();
        await it.page.locator('#alarms .badge').first().waitFor();
      }
      if (scene === 'wire') await it.page.locator('[data-reader="ssekit"] [data-verdict="right"]').waitFor();
      else if (scene === 'yours') {
        await it.page.locator('#yours-headers').fill('no header');
        await it.page.locator('#yours-connect').click();
        await it.page.locator('#yours-headers-problem').waitFor();
      } else if (scene !== 'chat') {
        // Final, so nothing changes during the check, and the error panel is full.
        await it.page.locator('#faults button').nth(1).click();
        await lampShows(it, 'closed');
      }
      for (const theme of ['light', 'dark']) {
        for (const language of ['en', 'zh']) {
          await it.page.locator(`#theme input[value="${theme}"]`).check({ force: true });
          await it.page.locator(`#language input[value="${language}"]`).check({ force: true });
          const { violations } = await new AxeBuilder({ page: it.page }).analyze();
          expect([
            theme,
            language,
            violations.map(({ id, nodes }) => [
              id,
              nodes.map(({ target, failureSummary }) => [target, failureSummary]),
            ]),
          ]).toEqual([theme, language, []]);
        }
      }
    },
  );

  test('in the list of keys', async ({ expect, visit }) => {
    const it = await visit({ interval: '1000' });
    await it.press('Shortcuts');
    await it.page.getByRole('dialog').waitFor();
    const { violations } = await new AxeBuilder({ page: it.page }).analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
  });
});

describe.concurrent('single keys', () => {
  test('go to the scenes, work the stream and the devtools, and are listed', async ({ expect, visit }) => {
    const it = await visit({ interval: '100' });
    await lampShows(it, 'open');
    const press = (key: string) => it.page.keyboard.press(key);
    for (const [i, scene] of scenes.entries()) {
      await press(String(i + 1));
      await it.page.locator(`#main[data-scene="${scene}"]`).waitFor();
      expect(await it.page.locator('#scenes [aria-current]').getAttribute('href')).toBe(`#${scene}`);
    }
    await press('1');
    await press('c');
    await lampShows(it, 'closed');
    await press('c');
    await lampShows(it, 'open');
    await press('d');
    await it.page.getByRole('region', { name: 'ssekit devtools' }).waitFor();
    // In the panel, the keys are the panel's.
    await press('/');
    await press('c');
    expect(await it.page.locator('.search').inputValue()).toBe('c');
    await press('Tab');
    await press('Escape');
    await it.page.locator('.panel').waitFor({ state: 'hidden' });
    expect(await it.lamp.getAttribute('data-status')).toBe('open');
    await it.page.locator('.launcher').blur();
    await press('?');
    await it.page.getByRole('dialog', { name: 'Shortcuts' }).waitFor();
    expect(await it.page.locator('#key-list kbd').allTextContents()).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      'c',
      'r',
      'd',
      'f',
      '?',
    ]);
    await press('Escape');
    await it.page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  test('can be switched off, for good', async ({ expect, visit }) => {
    const it = await visit({ interval: '100' });
    await lampShows(it, 'open');
    await it.press('Shortcuts');
    await it.page.getByLabel('Enable single-key shortcuts').uncheck();
    await it.press('Done');
    await it.page.keyboard.press('2');
    await it.page.reload();
    await it.page.locator('#scenes [aria-current]').waitFor();
    await it.page.keyboard.press('2');
    await it.page.keyboard.press('c');
    expect(await it.page.locator('#main').getAttribute('data-scene')).toBe('typewriter');
    expect(await it.lamp.getAttribute('data-status')).not.toBe('closed');
  });

  test('the back button goes back to the scene before, the skip link stays in the scene', async ({
    expect,
    visit,
  }) => {
    const it = await visit({ interval: '100' });
    await it.page.getByRole('link', { name: 'Soak' }).click();
    await it.page.locator('#main[data-scene="soak"]').waitFor();
    await it.page.locator('.skip').focus();
    await it.page.keyboard.press('Enter');
    expect(await it.page.evaluate(() => document.activeElement?.id)).toBe('main');
    expect(await it.page.locator('#main').getAttribute('data-scene')).toBe('soak');
    await it.page.goBack();
    await it.page.goBack();
    await it.page.locator('#main[data-scene="typewriter"]').waitFor();
  });
});
