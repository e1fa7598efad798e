import { describe } from 'vitest';
import { chatSnippets } from '../../demo/chat/snippets.ts';
import { errorEntries } from '../../demo/errors/plugin.ts';
import { formatted } from '../../demo/replay/table.ts';
import {
  dashboardSnippets,
  replaySnippets,
  soakSnippets,
  tabsSnippets,
  type Framework,
} from '../../demo/snippets.ts';
import {
  armed,
  breakOff,
  fact,
  goesOn,
  hasFinished,
  hasTyped,
  lampShows,
  openBrowser,
  streamsOpen,
  test,
  wholeText,
  type Visit,
} from './demo-page.ts';

openBrowser();

describe.concurrent('the typewriter', () => {
  test('opens the stream by itself and types the text of the server to the code point', async ({
    expect,
    visit,
  }) => {
    const it = await visit({ interval: '5' });
    await hasFinished(it);
    expect(await it.typed.textContent()).toBe(wholeText);
    expect(it.complaints).toEqual([]);
  });

  test('types the same over fetch', async ({ expect, visit }) => {
    const it = await visit({ interval: '15' });
    await it.page.locator('#settings').getByLabel('Transport').selectOption('fetch');
    await lampShows(it, 'open', 'over fetch');
    await hasFinished(it);
    expect(await it.typed.textContent()).toBe(wholeText);
  });

  test('goes on where it stopped after Close and Connect', async ({ expect, visit }) => {
    const it = await visit({ interval: '15' });
    await hasTyped(it, 50);
    await it.press('Close');
    await lampShows(it, 'closed');
    const before = (await it.typed.textContent()) ?? '';
    expect(wholeText.startsWith(before)).toBe(true);
    await it.press('Connect');
    await hasFinished(it);
    expect(await it.typed.textContent()).toBe(wholeText);
  });

  test('loses and doubles nothing through Reconnect and changes of transport', async ({ expect, visit }) => {
    const it = await visit({ interval: '15' });
    await hasTyped(it, 50);
    await it.press('Reconnect');
    for (const [transport, characters] of [
      ['fetch', 150],
      ['native', 250],
      ['auto', 350],
    ] as const) {
      await hasTyped(it, characters);
      await it.page.locator('#settings').getByLabel('Transport').selectOption(transport);
    }
    await hasFinished(it);
    expect(await it.typed.textContent()).toBe(wholeText);
  });

  test('types at the speed that is chosen, from where it is', async ({ expect, visit }) => {
    const it = await visit({ interval: '300' });
    expect(await it.page.getByLabel('Speed').inputValue()).toBe('300');
    await hasTyped(it, 2);
    const request = it.page.waitForRequest(/interval=30(&|$)/);
    await it.page.getByLabel('Speed').selectOption('30');
    await request;
    await hasTyped(it, 60);
    expect(wholeText.startsWith((await it.typed.textContent()) ?? '')).toBe(true);
  });

  test('begins again with Start over', async ({ expect, visit }) => {
    const it = await visit({ interval: '5' });
    await hasTyped(it, 100);
    await it.press('Start over');
    await hasFinished(it);
    expect(await it.typed.textContent()).toBe(wholeText);
  });

  test('offers only the buttons that do something', async ({ expect, visit }) => {
    const it = await visit({ interval: '100' });
    const disabled = () =>
      Promise.all(
        ['Connect', 'Close', 'Reconnect'].map((name) =>
          it.page.getByRole('button', { name, exact: true }).isDisabled(),
        ),
      );
    await lampShows(it, 'open');
    expect(await disabled()).toEqual([true, false, false]);
    await it.press('Close');
    await lampShows(it, 'closed');
    expect(await disabled()).toEqual([false, true, true]);
  });

  test('Close ends the stream on the server', async ({ expect, visit }) => {
    const it = await visit();
    await lampShows(it, 'open');
    expect(await streamsOpen(it.session)).toBe(1);
    await it.press('Close');
    await expect.poll(() => streamsOpen(it.session)).toBe(0);
  });
});

describe.concurrent('the lamp', () => {
  test('says connecting until the response headers arrive', async ({ expect, visit }) => {
    const it = await visit();
    await it.press('Close');
    await lampShows(it, 'closed');
    await it.press(/^Slow open/);
    expect(await armed(it, /^Slow open/).count()).toBe(1);
    await lampShows(it, 'connecting', 'Connecting');
    await lampShows(it, 'open');
    await armed(it, /^Slow open/).waitFor({ state: 'detached' });
  });

  test('says open, and over which transport', async ({ expect, visit }) => {
    const it = await visit({ interval: '100' });
    await lampShows(it, 'open');
    expect(await it.lamp.getByRole('status').textContent()).toBe('Open over native EventSource');
    expect(await it.lamp.locator('.countdown').textContent()).toBe('');
  });

  test('says reconnecting, and counts down to the next attempt', async ({ visit }) => {
    const it = await visit();
    await hasTyped(it, 20);
    await it.press(/^503/);
    await lampShows(it, 'reconnecting', 'http: The server answered 503.');
    const secondsBelow = async (limit: number) => {
      const handle = await it.page.waitForFunction((limit) => {
        const text = document.querySelector('#lamp .countdown')?.textContent ?? '';
        const seconds = Number(/^next attempt in (\d+\.\d) s · failures: \d+$/.exec(text)?.[1]);
        return seconds < limit && { seconds };
      }, limit);
      return await handle.evaluate((found) => (found ? found.seconds : NaN));
    };
    const first = await secondsBelow(Infinity);
    await secondsBelow(first - 0.3);
    await lampShows(it, 'open', 'over fetch');
    await goesOn(it);
  });

  test('tells the live region of changes of state, not of every step of the countdown', async ({
    expect,
    visit,
  }) => {
    const it = await visit();
    await hasTyped(it, 20);
    await it.page.evaluate(() => {
      const region = document.querySelector('#lamp [role="status"]');
      const countdown = document.querySelector('#lamp .countdown');
      const count = { region: 0, countdown: 0 };
      Object.assign(globalThis, { count });
      const watch = (node: Node | null, name: keyof typeof count) => {
        if (node === null) throw new Error(`there is no ${name}`);
        new MutationObserver((changes) => {
          count[name] += changes.length;
        }).observe(node, { childList: true, characterData: true, subtree: true });
      };
      watch(region, 'region');
      watch(countdown, 'countdown');
    });
    await it.press(/^503/);
    await lampShows(it, 'reconnecting');
    await lampShows(it, 'open');
    const count = await it.page.evaluate<{ region: number; countdown: number }>('count');
    expect(count.countdown).toBeGreaterThan(20);
    expect(count.region).toBeLessThan(14);
    expect(await it.lamp.locator('.countdown').getAttribute('aria-hidden')).toBe('true');
  });

  test('says closed, and that it was in order, after Close', async ({ expect, visit }) => {
    const it = await visit();
    await lampShows(it, 'open');
    await it.press('Close');
    await lampShows(it, 'closed', 'Closed normally');
    expect(await it.lamp.getAttribute('data-failed')).toBeNull();
  });

  test('says closed, and why, after a 401', async ({ expect, visit }) => {
    const it = await visit();
    await lampShows(it, 'open');
    await it.press(/^401/);
    await lampShows(it, 'closed', 'Closed http: The server answered 401.');
    expect(await it.lamp.getAttribute('data-failed')).toBe('');
  });

  test('has a shape of its own for each state', async ({ expect, visit }) => {
    const it = await visit();
    const shape = () =>
      it.lamp.locator('.light').evaluate((light) => {
        const { borderRadius, borderStyle, clipPath } = getComputedStyle(light);
        return `${borderRadius} ${borderStyle} ${clipPath}`;
      });
    const shapes: string[] = [];
    await lampShows(it, 'open');
    shapes.push(await shape());
    await it.press('Close');
    await lampShows(it, 'closed');
    shapes.push(await shape());
    await it.press(/^Slow open/);
    await lampShows(it, 'connecting');
    shapes.push(await shape());
    await lampShows(it, 'open');
    await it.press(/^503/);
    await lampShows(it, 'reconnecting');
    shapes.push(await shape());
    expect(new Set(shapes).size).toBe(4);
  });
});

describe.concurrent('the fault buttons', () => {
  test('401 is final until it is healed, and the text goes on after that', async ({ expect, visit }) => {
    const it = await visit();
    await hasTyped(it, 20);
    await it.press(/^401/);
    await lampShows(it, 'closed');
    expect(await fact(it, 'code')).toBe('http');
    expect(await fact(it, 'status')).toBe('401');
    expect(await fact(it, 'willRetry')).toBe('false');
    expect(await fact(it, 'next attempt')).toBe('none');
    await it.press('Connect');
    await lampShows(it, 'connecting');
    await lampShows(it, 'closed', '401');
    expect(await armed(it, /^401/).count()).toBe(1);
    await it.press('Heal');
    await it.page.locator('#fault-note', { hasText: 'Healed' }).waitFor();
    expect(await armed(it, /./).count()).toBe(0);
    await it.press('Connect');
    await goesOn(it);
  });

  test('503 is retried: the error panel tells status, attempt and the time of the next', async ({
    expect,
    visit,
  }) => {
    const it = await visit();
    await hasTyped(it, 20);
    await it.press(/^503/);
    await lampShows(it, 'reconnecting', '503');
    expect(await fact(it, 'code')).toBe('http');
    expect(await fact(it, 'status')).toBe('503');
    expect(await fact(it, 'willRetry')).toBe('true');
    expect(await fact(it, 'retryAfter')).toBe('2000 ms');
    expect(Number(await fact(it, 'failures'))).toBeGreaterThan(1);
    for (const name of ['time', 'next attempt']) {
      expect(await fact(it, name)).toMatch(/^\d\d:\d\d:\d\d\.\d{3}$/);
    }
    await lampShows(it, 'open');
    expect(await armed(it, /^503/).count()).toBe(0);
  });

  test('an error says why and what to do, in the language of the page', async ({ expect, visit }) => {
    const it = await visit();
    await lampShows(it, 'open');
    await it.press(/^401/);
    await lampShows(it, 'closed');
    const help = (name: string) => it.page.locator(`#error-help [data-part="${name}"]`);
    await it.page.locator('#error-help summary').click();
    const entries = errorEntries();
    for (const [language, label, where] of [
      ['en', 'English', 'ssekit/docs/errors.md#http-401'],
      ['zh', '中文', 'ssekit/docs/errors.zh-CN.md#http-401'],
    ] as const) {
      await it.page.locator('#language').getByText(label, { exact: true }).click();
      for (const name of ['why', 'cure'] as const) {
        await expect.poll(() => help(name).textContent()).toBe(entries[language]['http-401']?.[name]);
      }
      expect(await help('where').textContent()).toBe(where);
    }
  });

  test('HTML in place of the stream is final', async ({ visit }) => {
    const it = await visit();
    await lampShows(it, 'open');
    await it.press(/^HTML/);
    await lampShows(it, 'closed', 'content-type:');
  });

  test('204 is final', async ({ visit }) => {
    const it = await visit();
    await lampShows(it, 'open');
    await it.press(/^204/);
    await lampShows(it, 'closed', 'no-content:');
  });

  test('Cut is made good by itself', async ({ visit }) => {
    const it = await visit();
    await hasTyped(it, 20);
    await it.press(/^Cut/);
    await lampShows(it, 'reconnecting');
    await lampShows(it, 'open');
    await it.page.locator('#fault-note', { hasText: 'Cut is over.' }).waitFor();
    await goesOn(it);
  });

  test('Silence stops the text and leaves native open, until it is healed', async ({ expect, visit }) => {
    const it = await visit();
    await hasTyped(it, 20);
    await it.press(/^Silence/);
    await it.page.locator('#fault-note', { hasText: 'Armed: Silence. Native EventSource can’t' }).waitFor();
    // Another stream is the clock: pending bytes have arrived with its first events, and no more
    // come with the next ones.
    const ticks = (count: number) =>
      it.page.evaluate(
        (count) =>
          new Promise<void>((resolve) => {
            const clock = new EventSource('/api/numbers?interval=20');
            let left = count;
            clock.addEventListener('number', () => {
              if (--left > 0) return;
              clock.close();
              resolve();
            });
          }),
        count,
      );
    await ticks(5);
    const before = await it.typed.textContent();
    await ticks(25);
    expect(await it.typed.textContent()).toBe(before);
    await lampShows(it, 'open');
    await it.press('Heal');
    await goesOn(it);
  });

  test('Silence is noticed over fetch', async ({ visit }) => {
    const it = await visit();
    await it.page.locator('#settings').getByLabel('Transport').selectOption('fetch');
    await lampShows(it, 'open', 'over fetch');
    await it.press(/^Silence/);
    await it.page.locator('#fault-note', { hasText: /^Armed: Silence\.$/ }).waitFor();
    await lampShows(it, 'reconnecting', 'timeout:');
    await goesOn(it);
  });

  test.for(['dashboard', 'tabs'])('Silence is noticed by the scene %s', async (scene, { visit }) => {
    const it = await visit({ scene });
    await lampShows(it, 'open', 'over fetch');
    await it.press(/^Silence/);
    await lampShows(it, 'reconnecting', 'timeout:');
    await lampShows(it, 'open');
  });

  test('Slow open holds the answer back, and the text goes on after it', async ({ expect, visit }) => {
    const it = await visit();
    await hasTyped(it, 20);
    await it.press(/^Slow open/);
    await lampShows(it, 'reconnecting');
    await lampShows(it, 'open');
    await goesOn(it);
    expect(await armed(it, /^Slow open/).count()).toBe(0);
  });

  test('Reset is survived', async ({ visit }) => {
    const it = await visit();
    await hasTyped(it, 20);
    await it.press(/^Reset/);
    await lampShows(it, 'reconnecting');
    await lampShows(it, 'open');
    await goesOn(it);
  });

  test('opens the stream when it is closed, so that there is something to break', async ({ visit }) => {
    const it = await visit();
    await it.press('Close');
    await it.press(/^Cut/);
    await lampShows(it, 'reconnecting');
    await lampShows(it, 'open');
  });
});

describe.concurrent('headers', () => {
  test('a server that asks for a token gets it over fetch, and the text goes on', async ({ visit }) => {
    const it = await visit();
    await hasTyped(it, 20);
    await it.page.getByLabel('The server requires').check();
    await lampShows(it, 'closed', '401');
    await it.page.getByLabel('Value').fill('Bearer demo');
    await it.page.getByLabel('Value').press('Enter');
    await lampShows(it, 'open', 'over fetch');
    await goesOn(it);
  });

  test('the fields are off for native EventSource, which cannot send any', async ({ expect, visit }) => {
    const it = await visit({ interval: '100' });
    await it.page.locator('#settings').getByLabel('Transport').selectOption('native');
    await lampShows(it, 'open', 'over native');
    expect(await it.page.locator('#settings').getByLabel('Header').isDisabled()).toBe(true);
    expect(await it.page.getByLabel('Value').isDisabled()).toBe(true);
  });
});

describe.concurrent('settings and code', () => {
  const source = ({ page }: Visit) => page.locator('#source').textContent();
  const program = (options: Parameters<typeof replaySnippets>[1], framework: Framework) =>
    formatted(replaySnippets('/api/sse', options)[framework], framework);

  test('the code is that of the settings, and the settings are what the stream runs with', async ({
    expect,
    visit,
  }) => {
    const it = await visit({ interval: '100' });
    await lampShows(it, 'open');
    await expect.poll(() => source(it)).toBe(await program({}, 'vanilla'));
    await it.page.locator('#settings').getByLabel('Transport').selectOption('fetch');
    await it.page.getByLabel('retry').selectOption({ label: 'three times' });
    await it.page.locator('#settings').getByLabel('decode').selectOption({ label: 'JSON for done' });
    await it.page.locator('#settings').getByLabel('Header').fill('X-Token');
    await it.page.getByLabel('Value').fill('secret');
    const request = it.page.waitForRequest((request) => request.headers()['x-token'] === 'secret');
    await it.page.getByLabel('Value').press('Enter');
    await request;
    const chosen = {
      transport: 'fetch',
      idleTimeout: 5000,
      headers: { 'X-Token': 'secret' },
      retry: 3,
      decode: { done: 'json' },
    } as const;
    await expect.poll(() => source(it)).toBe(await program(chosen, 'vanilla'));
    await it.page.locator('#framework').getByText('React').click();
    await expect.poll(() => source(it)).toBe(await program(chosen, 'react'));
    await it.page.locator('#framework').getByText('Vue').click();
    await expect.poll(() => source(it)).toBe(await program(chosen, 'vue'));
    await it.page.locator('#framework').getByText('TypeScript').click();
    await expect.poll(() => source(it)).toBe(await program(chosen, 'vanilla'));
  });

  test('retry: never makes a cut final', async ({ visit }) => {
    const it = await visit({ interval: '100' });
    await it.page.getByLabel('retry').selectOption({ label: 'never' });
    await lampShows(it, 'open', 'over fetch');
    await it.press(/^Cut/);
    await lampShows(it, 'closed', 'network:');
  });

  test('Copy puts the code on the clipboard, and says so', async ({ expect, visit }) => {
    const it = await visit({ interval: '100' }, { permissions: ['clipboard-read', 'clipboard-write'] });
    await it.press('Copy');
    await it.page.locator('#copy-note', { hasText: 'Copied.' }).waitFor({ state: 'attached' });
    expect(await it.page.evaluate(() => navigator.clipboard.readText())).toBe(await source(it));
  });

  test('each scene has its own', async ({ expect, visit }) => {
    const it = await visit({ interval: '100' });
    const sources: (string | null)[] = [];
    for (const name of ['Chat', 'Dashboard', 'Tabs', 'Parsing', 'Soak']) {
      await it.page.getByRole('link', { name }).click();
      sources.push(await source(it));
    }
    expect(sources).toEqual([
      chatSnippets.vanilla,
      dashboardSnippets.vanilla,
      tabsSnippets.vanilla,
      expect.stringContaining('naiveReader'),
      soakSnippets.vanilla,
    ]);
  });
});

describe.concurrent('the page', () => {
  test('can be used with the keyboard alone, and keeps the focus on a button that disables itself', async ({
    expect,
    visit,
  }) => {
    const it = await visit();
    await lampShows(it, 'open');
    const focused = () => it.page.evaluate(() => document.activeElement?.id ?? '');
    await it.page.keyboard.press('Tab');
    await it.page.keyboard.press('Enter');
    expect(await focused()).toBe('main');
    const reached: string[] = [];
    while ((await focused()) !== 'close') {
      await it.page.keyboard.press('Tab');
      reached.push(await focused());
    }
    expect(reached).toEqual(['paper', 'connect', 'close']);
    expect(await it.page.locator('#close').evaluate((node) => getComputedStyle(node).outlineStyle)).toBe(
      'solid',
    );
    await it.page.keyboard.press('Enter');
    await lampShows(it, 'closed');
    expect(await focused()).toBe('close');
    await it.page.keyboard.press('Shift+Tab');
    await it.page.keyboard.press('Space');
    await lampShows(it, 'open');
  });

  test.for(
    ['typewriter', 'chat', 'dashboard', 'tabs', 'wire', 'soak', 'yours'].flatMap((scene) =>
      ['en-US', 'zh-CN'].map((locale) => [scene, locale] as const),
    ),
  )(
    'the scene %s does not scroll sideways in %s, from 320 to 3840 px',
    async ([scene, locale], { expect, visit }) => {
      const it = await visit({ scene, metrics: '50', chat: '1' }, { locale });
      if (scene === 'chat') await breakOff(it);
      else if (scene === 'yours') {
        await it.page.locator('#yours-headers').fill('no header');
        await it.page.locator('#yours-connect').click();
        await it.page.locator('#yours-headers-problem').waitFor();
      } else if (scene !== 'wire') {
        // A long reason in the lamp.
        await it.page.locator('#faults button').nth(2).click();
        await lampShows(it, 'closed');
      } else await it.page.locator('[data-reader="native"] [data-verdict="right"]').waitFor();
      for (const width of [320, 360, 768, 1280, 1920, 3840]) {
        await it.page.setViewportSize({ width, height: 780 });
        expect([width, await it.page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([
          width,
          width,
        ]);
      }
    },
  );

  test('follows the theme of the system, and a choice is kept over a reload', async ({ expect, visit }) => {
    const it = await visit({}, { colorScheme: 'dark' });
    const background = () =>
      it.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const dark = await background();
    await it.page.getByText('Light', { exact: true }).click();
    const light = await background();
    expect(light).not.toBe(dark);
    await it.page.reload();
    await lampShows(it, 'open');
    expect(await background()).toBe(light);
    await it.page.getByText('Auto', { exact: true }).click();
    expect(await background()).toBe(dark);
  });

  test('moves nothing for readers who asked for that', async ({ expect, visit }) => {
    const animations = async (reducedMotion: 'reduce' | 'no-preference') => {
      const it = await visit({ interval: '100' }, { reducedMotion });
      await hasTyped(it, 3);
      return it.page.evaluate(() => document.getAnimations().length);
    };
    expect(await animations('no-preference')).toBeGreaterThan(0);
    expect(await animations('reduce')).toBe(0);
  });

  test('plays the server itself with ?mock=1', async ({ expect, visit }) => {
    const asked: string[] = [];
    const it = await visit({ mock: '1', interval: '5', scene: 'soak' });
    it.page.on('request', (request) => asked.push(request.url()));
    await it.page.getByRole('link', { name: 'Typewriter' }).click();
    await it.press('Start over');
    await hasFinished(it);
    expect(await it.typed.textContent()).toBe(wholeText);
    await it.page.getByText('no server here').waitFor();
    expect(asked).toEqual([]);
    expect(await it.page.locator('#transport option[value="native"]').getAttribute('disabled')).toBe('');
  });

  test('has no complaint in the console, from the first character to the last', async ({ expect, visit }) => {
    const it = await visit({ interval: '5' });
    await hasFinished(it);
    expect(it.complaints).toEqual([]);
  });
});
