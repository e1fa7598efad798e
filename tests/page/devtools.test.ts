import { readFileSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContextOptions, Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { browser, openBrowser } from './demo-page.ts';
import './library-page.ts';
import { createDevtoolsPages, type DevtoolsPages } from './devtools-page.ts';

openBrowser();

let pages: DevtoolsPages;
beforeAll(async () => {
  pages = await createDevtoolsPages();
});
afterAll(() => pages.close());

interface Visit {
  readonly page: Page;
  /** Violations of the policy, errors in the console and uncaught exceptions. */
  readonly complaints: string[];
}

async function visit(
  scene: () => void,
  { lang, ...options }: BrowserContextOptions & { lang?: string } = {},
): Promise<Visit> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(pages.page(scene, lang));
  return { page, complaints };
}

const stream = (page: Page, name: string | RegExp): Locator =>
  page.locator('nav button').filter({ hasText: name });
const rows = (page: Page, kind = ''): Locator =>
  page.locator(`.rows > .row:not([hidden])${kind && `[data-kind="${kind}"]`}`);
const button = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('button', { name, exact: typeof name === 'string' });
const count = (page: Page): Locator => page.locator('.count');
const launcher = (page: Page): Locator => page.locator('.launcher');

/** Three streams: figures over fetch, a typewriter over native, and one that fails for good. */
function threeStreams(): void {
  ssekitDevtools.mountDevtools({ open: true });
  const { SseClient } = ssekit;
  const figures = new SseClient<Record<string, unknown>>('/api/metrics?interval=100&token=s3cr3t', {
    headers: { 'x-secret': 'hidden' },
    decode: 'json',
  });
  figures.onMessage(() => undefined);
  new SseClient('/api/sse?interval=50&session=devtools').on('lol', () => undefined);
  new SseClient('/api/nowhere', { transport: 'fetch' }).onError(() => undefined);
}

describe('the panel under a strict policy with Trusted Types', () => {
  test('shows every stream, its state, its requests and its events, and breaks no rule', async () => {
    const { page, complaints } = await visit(threeStreams);
    await stream(page, '/api/metrics').filter({ hasText: 'open' }).waitFor();
    await stream(page, '/api/nowhere').filter({ hasText: 'closed' }).waitFor();
    await stream(page, '/api/sse').click();
    await page.locator('.head .facts', { hasText: 'native' }).waitFor();
    await rows(page, 'event').filter({ hasText: 'lol' }).first().waitFor();
    await stream(page, '/api/nowhere').click();
    await page.locator('.why', { hasText: 'http' }).waitFor();
    expect(await rows(page, 'request').allTextContents()).toEqual([
      expect.stringContaining('GET /api/nowhere, attempt 1'),
      expect.stringContaining('404'),
    ]);
    expect(await rows(page, 'error').allTextContents()).toEqual([expect.stringContaining('Final.')]);
    // The browser itself reports the 404.
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
  });

  test('hides the query until you click on it, and has no header value anywhere', async () => {
    const { page } = await visit(threeStreams);
    await stream(page, '/api/metrics').click();
    await rows(page, 'event').first().waitFor();
    const text = () => page.locator('.panel').evaluate((panel) => panel.textContent);
    expect(await text()).not.toContain('s3cr3t');
    await button(page, 'Show the query').click();
    await page.locator('.query', { hasText: 'token=s3cr3t' }).waitFor();
    await page.locator('.query').click();
    await page.locator('.query', { hasText: '•••' }).waitFor();
    await button(page, 'Connection').click();
    await expect.poll(() => rows(page, 'event').count()).toBe(0);
    await rows(page, 'request').first().click();
    await page.locator('.details', { hasText: 'x-secret' }).waitFor();
    expect(await text()).not.toMatch(/s3cr3t|hidden/);
  });

  test('never makes markup of a payload', async () => {
    const { page, complaints } = await visit(() => {
      ssekitDevtools.mountDevtools({ open: true });
      const events = ['<img src=x onerror="document.title=1"><b>bold</b>', '{"html":"<b>json</b>"}'];
      const body = () => events.map((data) => `event: <i>type\ndata: ${data}\n\n`).join('');
      const fetch = () =>
        Promise.resolve(new Response(body(), { headers: { 'content-type': 'text/event-stream' } }));
      new ssekit.SseClient('/a', { fetch, retry: false }).onError(() => undefined);
    });
    await rows(page, 'event').filter({ hasText: '<b>json</b>' }).click();
    await page.locator('.tree', { hasText: '<b>json</b>' }).waitFor();
    await rows(page, 'event').filter({ hasText: 'bold' }).click();
    await page.locator('.raw', { hasText: '<b>bold</b>' }).waitFor();
    expect(await page.locator('.panel img, .panel b, .panel i').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('reconnects, closes and connects a client', async () => {
    const { page } = await visit(threeStreams);
    await stream(page, '/api/metrics').click();
    const facts = page.locator('.head .facts');
    await button(page, 'Reconnect').click();
    await facts.filter({ hasText: 'Attempts2' }).waitFor();
    await button(page, 'Close').click();
    await page.locator('.head .status', { hasText: 'closed' }).waitFor();
    await button(page, 'Connect').click();
    await facts.filter({ hasText: 'Attempts3' }).waitFor();
  });

  test('sees a loop, a FetchEventSource, and a follower with the number of tabs', async () => {
    const scene = () => {
      ssekitDevtools.mountDevtools({ open: true });
      const { FetchEventSource, fetchSse, SseClient, sharedConnection } = ssekit;
      new FetchEventSource('/api/numbers?interval=100&of=source');
      new SseClient('/api/numbers?interval=100', { share: sharedConnection('numbers') }).on(
        'number',
        () => undefined,
      );
      void fetchSse('/api/chat?interval=1', { json: { prompt: 'Hello' } }).next();
    };
    const { page } = await visit(scene);
    await stream(page, '/api/chat').click();
    await page.locator('.head', { hasText: 'fetchSse' }).waitFor();
    expect(await page.locator('.head .method').textContent()).toBe('POST');
    await page.locator('nav button', { hasText: 'leader' }).waitFor();
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.locator('nav button', { hasText: 'follower' }).click();
    await other.locator('.head .facts', { hasText: 'Tabs2' }).waitFor();
    await rows(other, 'event').first().waitFor();
  });
});

describe('the log', () => {
  /** Forty letters and an end. */
  const letters = () => {
    ssekitDevtools.mountDevtools({ open: true });
    const body = Array.from(
      { length: 40 },
      (_, i) => `id: ${i + 1}\ndata: ${String.fromCharCode(65 + (i % 26))}\n\n`,
    );
    const fetch = () =>
      Promise.resolve(new Response(body.join(''), { headers: { 'content-type': 'text/event-stream' } }));
    new ssekit.SseClient('/letters', { fetch, retry: false, until: ({ data }) => data === 'end' }).onError(
      () => undefined,
    );
  };

  test('filters by text and by kind, and says how many of how many it shows', async () => {
    const { page } = await visit(letters);
    await page.getByPlaceholder('Filter: type, ID or data').fill('Z');
    await expect.poll(() => rows(page).allTextContents()).toEqual([expect.stringMatching(/26.*Z$/)]);
    expect(await count(page).textContent()).toMatch(/^1 of \d+ rows$/);
    await page.getByPlaceholder('Filter: type, ID or data').fill('');
    await button(page, 'Errors').click();
    await expect.poll(() => rows(page).count()).toBe(1);
    await button(page, 'Connection').click();
    await expect.poll(() => rows(page, 'state').count()).toBe(3);
    expect(await rows(page, 'event').count()).toBe(0);
  });

  test('merges the pieces of a text into one row', async () => {
    const { page } = await visit(letters);
    await page.getByLabel('Merge deltas').check();
    await rows(page).filter({ hasText: 'message ×40' }).click();
    await expect.poll(() => page.locator('.raw').textContent()).toMatch(/^ABC.*MN$/);
  });

  test('Pause holds the list and loses nothing; Clear empties it', async () => {
    const { page } = await visit(threeStreams);
    await stream(page, '/api/metrics').click();
    await rows(page, 'event').first().waitFor();
    await button(page, 'Pause').click();
    await count(page).filter({ hasText: 'new while paused' }).waitFor();
    const last = await rows(page).last().getAttribute('aria-posinset');
    await count(page)
      .filter({ hasText: /^([5-9]|\d{2,}) new while paused$/ })
      .waitFor();
    expect(await rows(page).last().getAttribute('aria-posinset')).toBe(last);
    await button(page, 'Resume').click();
    await expect
      .poll(async () => Number(await rows(page).last().getAttribute('aria-posinset')))
      .toBeGreaterThan(Number(last) + 4);
    await button(page, 'Close').click();
    await page.locator('.head .status', { hasText: 'closed' }).waitFor();
    await button(page, 'Clear').click();
    await expect.poll(() => count(page).textContent()).toMatch(/^\d+ rows$/);
    await expect.poll(() => stream(page, '/api/metrics').count()).toBe(0);
  });

  test('Export writes the rows that are shown, a line of JSON each, without the query', async () => {
    const { page } = await visit(threeStreams);
    await stream(page, '/api/metrics').click();
    await rows(page, 'event').nth(2).waitFor();
    await button(page, 'Events').click();
    const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Export').click()]);
    const text = readFileSync(await download.path(), 'utf8');
    const [first] = text.split('\n');
    expect(download.suggestedFilename()).toBe('ssekit-events.jsonl');
    expect(JSON.parse(first ?? '')).toMatchObject({
      stream: '/api/metrics',
      kind: 'event',
      type: 'message',
      id: '1',
    });
    expect(text).not.toMatch(/s3cr3t|hidden/);
  });

  test('has no more elements than rows in view, and follows the newest unless you scroll up', async () => {
    const { page } = await visit(() => {
      ssekitDevtools.mountDevtools({ open: true });
      new ssekit.SseClient('/api/metrics?interval=20&burst=20', { transport: 'fetch' });
    });
    await count(page)
      .filter({ hasText: /\d,\d{3} rows/ })
      .waitFor();
    expect(await page.locator('.rows > .row').count()).toBeLessThan(30);
    const newest = async () => Number(await rows(page).last().getAttribute('aria-posinset'));
    expect(await newest()).toBeGreaterThan(500);
    await page.locator('.scroller').evaluate((node) => {
      node.scrollTop = 0;
    });
    const seen = await count(page).textContent();
    await expect.poll(() => count(page).textContent()).not.toBe(seen);
    expect(await page.locator('.scroller').evaluate((node) => node.scrollTop)).toBe(0);
  });
});

describe('without a mouse', () => {
  test('the keyboard opens the panel, chooses streams and rows, resizes and closes it', async () => {
    const { page } = await visit(() => {
      ssekitDevtools.mountDevtools();
      new ssekit.SseClient('/api/metrics?interval=30', { transport: 'fetch' });
    });
    await launcher(page).filter({ hasText: '1' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('nav button:focus', { hasText: 'All streams' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('.head', { hasText: '/api/metrics' }).waitFor();
    await page.keyboard.press('/');
    await page.locator('.search:focus').waitFor();
    await page.locator('.scroller').focus();
    await page.keyboard.press('p');
    await page.keyboard.press('End');
    const selected = page.locator('.row[aria-selected="true"]');
    await selected.waitFor();
    const last = Number(await selected.getAttribute('aria-posinset'));
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => selected.getAttribute('aria-posinset')).toBe(String(last - 1));
    expect(await page.locator('.scroller').getAttribute('aria-activedescendant')).toBe(
      await selected.getAttribute('id'),
    );
    await page.keyboard.press('Escape');
    await page.locator('.details').waitFor({ state: 'hidden' });
    const grip = page.locator('.grip');
    const size = Number(await grip.getAttribute('aria-valuenow'));
    await grip.focus();
    await page.keyboard.press('ArrowUp');
    expect(Number(await grip.getAttribute('aria-valuenow'))).toBe(size + 32);
    await page.keyboard.press('Escape');
    await launcher(page).and(page.locator(':focus')).waitFor();
    expect(await page.locator('.panel').isHidden()).toBe(true);
  });

  test.for([
    ['light', 'en', 1440],
    ['dark', 'zh-CN', 360],
  ] as const)('axe finds nothing, %s, %s, %i px', async ([colorScheme, lang, width]) => {
    const viewport = { width, height: 800 };
    const { page } = await visit(threeStreams, { lang, colorScheme, viewport, bypassCSP: true });
    await stream(page, '/api/metrics').click();
    const row = rows(page, 'event').filter({ hasText: '"qps"' }).first();
    await row.waitFor();
    await button(page, /^(Pause|暂停)$/).click();
    await row.click();
    await page.locator('.tree').waitFor();
    const { violations } = await new AxeBuilder({ page }).include('ssekit-devtools').analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });
});

test('speaks the language of the document, and changes with it', async () => {
  const { page } = await visit(threeStreams, { lang: 'zh-CN' });
  await stream(page, '全部连接').waitFor();
  expect(await page.locator('ssekit-devtools').getAttribute('lang')).toBe('zh-CN');
  await page.evaluate(() => {
    document.documentElement.lang = 'en';
  });
  await stream(page, 'All streams').waitFor();
  await button(page, 'Pause').waitFor();
});

test('is light or dark as the system is, unless an option says otherwise', async () => {
  const background = (page: Page) =>
    page.locator('.panel').evaluate((panel) => getComputedStyle(panel).backgroundColor);
  const { page } = await visit(threeStreams, { colorScheme: 'dark' });
  expect(await background(page)).toBe('rgb(20, 24, 30)');
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await background(page)).toBe('rgb(255, 255, 255)');
  await page.evaluate(() => {
    ssekitDevtools.mountDevtools().update({ theme: 'dark' });
  });
  expect(await background(page)).toBe('rgb(20, 24, 30)');
});

test('remembers where it is docked, and mounting it again gives the same panel', async () => {
  const { page } = await visit(threeStreams);
  await button(page, 'Dock to the right').click();
  await page.locator('.panel[data-dock="right"]').waitFor();
  await page.reload();
  await page.locator('.panel[data-dock="right"]').waitFor();
  const isSame = await page.evaluate(() => {
    const { mountDevtools } = ssekitDevtools;
    const first = mountDevtools();
    return first === mountDevtools() && document.querySelectorAll('ssekit-devtools').length === 1;
  });
  expect(isSame).toBe(true);
  await page.evaluate(() => {
    ssekitDevtools.mountDevtools().unmount();
  });
  expect(await page.locator('ssekit-devtools').count()).toBe(0);
});
