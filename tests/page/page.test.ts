import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, describe, expect, test as plainTest } from 'vitest';
import { answerTo } from '../../demo/server/answer.ts';
import { launchChromium } from '../engines/find.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const wholeText = readFileSync(new URL('../../demo/server/index.txt', import.meta.url), 'utf8').replace(
  /\r\n?/g,
  '\n',
);

let server: ViteDevServer;
let browser: Browser;
let origin: string;

beforeAll(async () => {
  server = await createServer({
    root,
    configFile: `${root}vite.config.ts`,
    logLevel: 'error',
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
  });
  await server.listen();
  const address = server.httpServer?.address();
  if (typeof address !== 'object' || address === null) throw new Error('the Vite server has no port');
  origin = `http://127.0.0.1:${address.port}`;
  browser = await launchChromium();
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

interface Visit {
  readonly page: Page;
  readonly session: string;
  /** Errors and warnings of the console, and uncaught exceptions. */
  readonly complaints: string[];
  readonly lamp: Locator;
  readonly typed: Locator;
  readonly rows: Locator;
  press(name: string | RegExp): Promise<void>;
}

type OpenPage = (query?: Record<string, string>, options?: BrowserContextOptions) => Promise<Visit>;

const test = plainTest.extend<{ visit: OpenPage }>({
  /** Opens the page with a session of its own on the mock server, and closes it after the test. */
  visit: async ({ task }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (query = {}, options = {}) => {
      // Five pages that repaint for a blinking caret are a load on a small machine.
      const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
      context.setDefaultTimeout(50_000);
      contexts.push(context);
      return openPage(context, { session: task.id, ...query });
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
});

async function openPage(context: BrowserContext, query: { session: string }): Promise<Visit> {
  await context.addInitScript(recordLamp);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => {
    complaints.push(error.message);
  });
  await page.goto(`${origin}/?${new URLSearchParams({ interval: '30', metrics: '600000', ...query })}`);
  return {
    page,
    session: query.session,
    complaints,
    lamp: page.locator('#lamp'),
    typed: page.locator('#typed'),
    rows: page.locator('#log > li'),
    press: (name) => page.getByRole('button', { name, exact: true }).click(),
  };
}

/** Runs in the page: keeps what the lamp has shown, since some states are over before a test can look. */
function recordLamp(): void {
  document.addEventListener('DOMContentLoaded', () => {
    const lamp = document.getElementById('lamp');
    const shown: string[] = [];
    const record = () => {
      const entry = `${lamp?.dataset.status}: ${lamp?.querySelector('[role="status"]')?.textContent}`;
      if (entry !== shown.at(-1)) shown.push(entry);
    };
    Object.assign(globalThis, { shown });
    if (lamp)
      new MutationObserver(record).observe(lamp, { attributes: true, childList: true, subtree: true });
    record();
  });
}

/** Where in the lamp's history each visit has got to. */
const progress = new WeakMap<Visit, number>();

/** The lamp shows this state with this text, or has done so since the state that was asked for before. */
async function lampShows(visit: Visit, status: string, text = ''): Promise<void> {
  const found = await visit.page.waitForFunction(
    ({ from, status, text }) => {
      const { shown } = globalThis as typeof globalThis & { shown: string[] };
      const at = shown.findIndex(
        (entry, i) => i >= from && entry.startsWith(`${status}:`) && entry.includes(text),
      );
      return at >= 0 && { at };
    },
    { from: progress.get(visit) ?? 0, status, text },
  );
  progress.set(visit, await found.evaluate((value) => (value ? value.at : 0)));
}

async function hasTyped({ page }: Visit, characters: number): Promise<void> {
  await page.waitForFunction(
    (count) => Array.from(document.getElementById('typed')?.textContent ?? '').length >= count,
    characters,
  );
}

async function hasFinished(visit: Visit): Promise<void> {
  await visit.page.locator('#wire', { hasText: 'event: done' }).waitFor();
  await lampShows(visit, 'closed');
}

/** The text grows, and is what the server sent from its beginning: nothing lost, nothing doubled. */
async function goesOn(visit: Visit): Promise<void> {
  const before = (await visit.typed.textContent()) ?? '';
  await hasTyped(visit, Array.from(before).length + 10);
  const now = (await visit.typed.textContent()) ?? '';
  expect(wholeText.slice(0, now.length)).toBe(now);
}

async function streamsOpen(session: string): Promise<number | undefined> {
  const stats = (await (await fetch(`${origin}/api/stats`)).json()) as {
    sessions: Record<string, { open: number }>;
  };
  return stats.sessions[session]?.open;
}

async function fact({ page }: Visit, name: string): Promise<string | null> {
  return page.locator(`#last-error [data-fact="${name}"] dd`).textContent();
}

function armed({ page }: Visit, name: RegExp): Locator {
  return page.getByRole('button', { name }).and(page.locator('[data-armed]'));
}

describe.concurrent('the typewriter', () => {
  test('opens the stream by itself and types the text of the server to the code point', async ({ visit }) => {
    const it = await visit({ interval: '5' });
    await hasFinished(it);
    expect(await it.typed.textContent()).toBe(wholeText);
    expect(it.complaints).toEqual([]);
  });

  test('types the same over fetch', async ({ visit }) => {
    const it = await visit({ interval: '15' });
    await it.page.getByLabel('Transport').selectOption('fetch');
    await lampShows(it, 'open', 'over fetch');
    await hasFinished(it);
    expect(await it.typed.textContent()).toBe(wholeText);
  });

  test('goes on where it stopped after Close and Connect', async ({ visit }) => {
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

  test('loses and doubles nothing through Reconnect and changes of transport', async ({ visit }) => {
    const it = await visit({ interval: '15' });
    await hasTyped(it, 50);
    await it.press('Reconnect');
    for (const [transport, characters] of [
      ['fetch', 150],
      ['native', 250],
      ['auto', 350],
    ] as const) {
      await hasTyped(it, characters);
      await it.page.getByLabel('Transport').selectOption(transport);
    }
    await hasFinished(it);
    expect(await it.typed.textContent()).toBe(wholeText);
  });

  test('types at the speed that is chosen, from where it is', async ({ visit }) => {
    const it = await visit({ interval: '300' });
    expect(await it.page.getByLabel('Speed').inputValue()).toBe('300');
    await hasTyped(it, 2);
    const request = it.page.waitForRequest(/interval=30(&|$)/);
    await it.page.getByLabel('Speed').selectOption('30');
    await request;
    await hasTyped(it, 60);
    expect(wholeText.startsWith((await it.typed.textContent()) ?? '')).toBe(true);
  });

  test('begins again with Start over', async ({ visit }) => {
    const it = await visit({ interval: '5' });
    await hasTyped(it, 100);
    await it.press('Start over');
    await hasFinished(it);
    expect(await it.typed.textContent()).toBe(wholeText);
  });

  test('offers only the buttons that do something', async ({ visit }) => {
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

  test('Close ends the stream on the server', async ({ visit }) => {
    const it = await visit();
    await lampShows(it, 'open');
    expect(await streamsOpen(it.session)).toBe(1);
    await it.press('Close');
    await expect.poll(() => streamsOpen(it.session)).toBe(0);
  });

  test('shows the source that is running', async ({ visit }) => {
    const it = await visit();
    const source = readFileSync(new URL('../../demo/type-stream.ts', import.meta.url), 'utf8');
    expect(await it.page.locator('#source').textContent()).toBe(source.trimEnd());
  });
});

describe.concurrent('the lamp', () => {
  test('says connecting until the response headers arrive', async ({ visit }) => {
    const it = await visit();
    await it.press('Close');
    await lampShows(it, 'closed');
    await it.press(/^Slow open/);
    expect(await armed(it, /^Slow open/).count()).toBe(1);
    await lampShows(it, 'connecting', 'Connecting');
    await lampShows(it, 'open');
    await armed(it, /^Slow open/).waitFor({ state: 'detached' });
  });

  test('says open, and over which transport', async ({ visit }) => {
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
        const seconds = Number(/^next attempt in (\d+\.\d) s · attempt \d+$/.exec(text)?.[1]);
        return seconds < limit && { seconds };
      }, limit);
      return await handle.evaluate((found) => (found ? found.seconds : NaN));
    };
    const first = await secondsBelow(Infinity);
    await secondsBelow(first - 0.3);
    await lampShows(it, 'open', 'over fetch');
    await goesOn(it);
  });

  test('tells the live region of changes of state, not of every step of the countdown', async ({ visit }) => {
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

  test('says closed, and that it was in order, after Close', async ({ visit }) => {
    const it = await visit();
    await lampShows(it, 'open');
    await it.press('Close');
    await lampShows(it, 'closed', 'Closed in order');
    expect(await it.lamp.getAttribute('data-failed')).toBeNull();
  });

  test('says closed, and why, after a 401', async ({ visit }) => {
    const it = await visit();
    await lampShows(it, 'open');
    await it.press(/^401/);
    await lampShows(it, 'closed', 'Closed http: The server answered 401.');
    expect(await it.lamp.getAttribute('data-failed')).toBe('');
  });

  test('has a shape of its own for each state', async ({ visit }) => {
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
  test('401 is final until it is healed, and the text goes on after that', async ({ visit }) => {
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
    expect(Number(await fact(it, 'attempt'))).toBeGreaterThan(1);
    expect(await fact(it, 'next attempt')).toMatch(/^\d\d:\d\d:\d\d\.\d{3}$/);
    await lampShows(it, 'open');
    expect(await armed(it, /^503/).count()).toBe(0);
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
    await goesOn(it);
  });

  test('Silence stops the text and leaves native open, until it is healed', async ({ visit }) => {
    const it = await visit({ metrics: '20' });
    await hasTyped(it, 20);
    await it.press(/^Silence/);
    await it.page.locator('#fault-note', { hasText: 'Armed: Silence' }).waitFor();
    // The dashboard's ticks are the clock: what was under way has arrived with the first, nothing comes with the next.
    const ticks = (count: number) =>
      it.page.evaluate(
        (count) =>
          new Promise<void>((resolve) => {
            const figure = document.querySelector('#tiles .sparkline polyline');
            if (figure === null) throw new Error('there is no sparkline');
            let left = count;
            new MutationObserver((_, observer) => {
              if (--left > 0) return;
              observer.disconnect();
              resolve();
            }).observe(figure, { attributes: true });
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
    await it.page.getByLabel('Transport').selectOption('fetch');
    await lampShows(it, 'open', 'over fetch');
    await it.press(/^Silence/);
    await lampShows(it, 'reconnecting', 'timeout:');
    await goesOn(it);
  });

  test('Slow open holds the answer back, and the text goes on after it', async ({ visit }) => {
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
    await it.page.getByLabel('The server asks for').check();
    await lampShows(it, 'closed', '401');
    await it.page.getByLabel('Value').fill('Bearer demo');
    await it.page.getByLabel('Value').press('Enter');
    await lampShows(it, 'open', 'over fetch');
    await goesOn(it);
  });

  test('the fields are off for native EventSource, which cannot send any', async ({ visit }) => {
    const it = await visit({ interval: '100' });
    await it.page.getByLabel('Transport').selectOption('native');
    await lampShows(it, 'open', 'over native');
    expect(await it.page.getByLabel('Header').isDisabled()).toBe(true);
    expect(await it.page.getByLabel('Value').isDisabled()).toBe(true);
  });
});

describe.concurrent('the ask box', () => {
  test('types the whole answer to the question', async ({ visit }) => {
    const it = await visit({ chat: '1' });
    await it.page.getByLabel('Your question').fill('Why not WebSocket?');
    await it.page.getByLabel('Your question').press('Enter');
    await it.page.locator('#ask-note', { hasText: 'Answered.' }).waitFor();
    expect(await it.page.locator('#answer').textContent()).toBe(answerTo('Why not WebSocket?'));
  });

  test('Stop ends the request here and on the server', async ({ visit }) => {
    const it = await visit({ chat: '50' });
    await it.press('Ask');
    await it.page.locator('#answer', { hasText: '问' }).waitFor();
    expect(await streamsOpen(`${it.session}-ask`)).toBe(1);
    await it.press('Stop');
    await it.page.locator('#ask-note', { hasText: 'Stopped' }).waitFor();
    await expect.poll(() => streamsOpen(`${it.session}-ask`)).toBe(0);
    expect(await it.page.getByRole('button', { name: 'Stop' }).isDisabled()).toBe(true);
  });

  test('a new question takes the place of the one being answered', async ({ visit }) => {
    const it = await visit({ chat: '20' });
    await it.press('Ask');
    await it.page.locator('#answer', { hasText: '问' }).waitFor();
    await it.page.getByLabel('Your question').fill('Second?');
    await it.press('Ask');
    await it.page.locator('#ask-note', { hasText: 'Answered.' }).waitFor();
    expect(await it.page.locator('#answer').textContent()).toBe(answerTo('Second?'));
  });
});

describe.concurrent('the event log', () => {
  test('holds named and unnamed events, states and openings', async ({ visit }) => {
    const it = await visit({ interval: '100', metrics: '20' });
    const row = (kind: string, type: string) =>
      it.page
        .locator(`#log > [data-kind="${kind}"]`, { has: it.page.locator('.type', { hasText: type }) })
        .first();
    for (const [kind, type] of [
      ['state', 'typewriter'],
      ['open', 'typewriter'],
      ['event', 'lol'],
      ['event', 'message'],
      ['event', 'alarm'],
    ] as const) {
      await row(kind, type).waitFor({ state: 'attached' });
    }
    await it.press(/^401/);
    await row('error', 'typewriter').waitFor({ state: 'attached' });
  });

  test('shows id and data of an event', async ({ visit }) => {
    const it = await visit({ interval: '100' });
    const first = it.rows.filter({ has: it.page.locator('.type', { hasText: 'lol' }) }).first();
    expect(await first.locator('.id').textContent()).toBe('1');
    expect(await first.locator('.data').textContent()).toBe('S');
    expect(await first.locator('.at').textContent()).toMatch(/^\d\d:\d\d:\d\d\.\d{3}$/);
  });

  test('keeps the newest 500 rows', async ({ visit }) => {
    const it = await visit({ interval: '0' });
    await hasFinished(it);
    await it.rows.filter({ hasText: 'open → closed' }).waitFor({ state: 'attached' });
    expect(await it.rows.count()).toBe(500);
  });

  test('follows the newest row, unless the reader has scrolled up', async ({ visit }) => {
    const it = await visit({ interval: '10' });
    const scroller = it.page.locator('#log-scroller');
    const atEnd = () =>
      it.page.waitForFunction(() => {
        const scroller = document.getElementById('log-scroller');
        return (
          scroller &&
          scroller.scrollTop > 0 &&
          scroller.scrollTop + scroller.clientHeight > scroller.scrollHeight - 2
        );
      });
    await it.rows.nth(60).waitFor({ state: 'attached' });
    await atEnd();
    await scroller.evaluate((node) => {
      node.scrollTop = 0;
    });
    await it.rows.nth(120).waitFor({ state: 'attached' });
    expect(await scroller.evaluate((node) => node.scrollTop)).toBe(0);
    await scroller.evaluate((node) => {
      node.scrollTop = node.scrollHeight;
    });
    await it.rows.nth(180).waitFor({ state: 'attached' });
    await atEnd();
  });

  test('Clear empties it', async ({ visit }) => {
    const it = await visit();
    await it.press('Close');
    await it.rows.filter({ hasText: '→ closed' }).waitFor({ state: 'attached' });
    await it.press('Clear');
    expect(await it.rows.count()).toBe(0);
  });
});

describe.concurrent('the dashboard', () => {
  test('shows the figures of the unnamed events and the notices of the named ones', async ({ visit }) => {
    const it = await visit({ metrics: '20' });
    await it.page.locator('#metrics-lamp[data-status="open"]').waitFor();
    await it.page.locator('#tiles', { hasText: /p99 · p50 \d+ ms/ }).waitFor();
    await it.page.locator('#alarms .badge').first().waitFor();
    expect(await it.page.locator('#tiles .figure').allTextContents()).toEqual([
      expect.stringMatching(/^\d{1,3}(,\d{3})?$/),
      expect.stringMatching(/^[\d,]+$/),
      expect.stringMatching(/^\d+\.\d$/),
      expect.stringMatching(/^[\d,]+$/),
    ]);
  });

  test('is not hit by the faults of the typewriter', async ({ visit }) => {
    const it = await visit({ metrics: '20' });
    await lampShows(it, 'open');
    await it.press(/^401/);
    await lampShows(it, 'closed');
    expect(await it.page.locator('#metrics-lamp').getAttribute('data-status')).toBe('open');
  });
});

describe.concurrent('the page', () => {
  test('can be used with the keyboard alone, and keeps the focus on a button that disables itself', async ({
    visit,
  }) => {
    const it = await visit();
    await lampShows(it, 'open');
    const focused = () => it.page.evaluate(() => document.activeElement?.id ?? '');
    await it.page.keyboard.press('Tab');
    await it.page.keyboard.press('Enter');
    expect(await focused()).toBe('typewriter-heading');
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

  test.for([320, 360, 768, 1280])(
    'does not scroll sideways at %i px, not even with a long reason',
    async (width, { visit }) => {
      const it = await visit({ interval: '10', metrics: '20' }, { viewport: { width, height: 780 } });
      await hasTyped(it, 150);
      await it.press(/^HTML/);
      await lampShows(it, 'closed');
      await it.page.locator('#alarms .badge').first().waitFor();
      expect(await it.page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    },
  );

  test('follows the theme of the system, and a choice is kept over a reload', async ({ visit }) => {
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

  test('moves nothing for readers who asked for that', async ({ visit }) => {
    const animations = async (reducedMotion: 'reduce' | 'no-preference') => {
      const it = await visit({ interval: '100' }, { reducedMotion });
      await hasTyped(it, 3);
      return it.page.evaluate(() => document.getAnimations().length);
    };
    expect(await animations('no-preference')).toBeGreaterThan(0);
    expect(await animations('reduce')).toBe(0);
  });

  test('has no complaint in the console, from the first character to the last', async ({ visit }) => {
    const it = await visit({ interval: '5', metrics: '20', chat: '1' });
    await it.press('Ask');
    await it.page.locator('#ask-note', { hasText: 'Answered.' }).waitFor();
    await hasFinished(it);
    expect(it.complaints).toEqual([]);
  });
});
