import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { SseState } from 'ssekit';
import { script, type Attempt, type Script } from '../script.ts';
import { asShipped } from './as-shipped.ts';
import { engine, launchEngine } from './engine.ts';
import { createLibraryPages, type LibraryPages } from './library-page.ts';
import { listen, type WakeSetting } from './wake-scene.ts';

/**
 * R12: waiting ends when there's reason to hope, and a healthy stream is left alone. Playwright's
 * tabs are never hidden behind another one, so the hidden page here is the one that returns from
 * the back/forward cache. frozen.test.ts has tabs that are hidden and frozen.
 */

let pages: LibraryPages;
beforeAll(async () => {
  pages = await createLibraryPages();
});
afterAll(() => pages.close());

const has = (page: Page, text: string) =>
  page.waitForFunction((text) => 'wake' in globalThis && globalThis.wake.data.includes(text), text);
const is = (page: Page, status: SseState['status']) =>
  page.waitForFunction((status) => globalThis.wake.client.status === status, status);
const seen = (page: Page) =>
  page.evaluate(() => {
    const { data, statuses, pageEvents, errors } = globalThis.wake;
    return { data, statuses, pageEvents, errors };
  });

const hold = (...chunks: NonNullable<Attempt['chunks']>): Attempt => ({ chunks, end: 'hold' });
const unavailable: Attempt = { status: 503 };

describe(`in ${engine}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchEngine(engine === 'Chromium' ? asShipped : {});
  });
  afterAll(() => browser.close());

  async function visit(
    attempts: readonly Attempt[],
    setting: Omit<WakeSetting, 'url'>,
  ): Promise<{ page: Page; context: BrowserContext; s: Script }> {
    const s = await script(pages.origin, attempts);
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(pages.page(listen, { url: s.url, ...setting }));
    return { page, context, s };
  }

  const leave = (page: Page) => page.goto(pages.page(() => undefined, null));
  // A page from the back/forward cache loaded long ago, so `page.goBack()` has nothing to wait for.
  const goBack = (page: Page) =>
    page.evaluate(() => {
      history.back();
    });

  test('a page that waits tries at once when it returns from the back/forward cache', async () => {
    const { page, s } = await visit([unavailable, hold('data: back\n\n')], {
      transport: 'fetch',
      isPatient: true,
    });
    await is(page, 'reconnecting');
    await leave(page);
    await goBack(page);
    await has(page, 'back');
    const { pageEvents, statuses, errors } = await seen(page);
    expect(pageEvents).toContain('restored');
    expect(pageEvents).toContain('visible');
    expect(statuses).toEqual(['reconnecting', 'open']);
    expect(errors).toEqual(['http']);
    const log = await s.log();
    expect([log.requests.length, log.maxOpen]).toEqual([2, 1]);
  });

  test.for(['fetch', 'native'] as const)(
    engine === 'Chromium'
      ? 'an open stream survives the back/forward cache, and what was sent meanwhile is delivered once: %s'
      : 'an open stream keeps a page out of the back/forward cache and ends with it: %s',
    async (transport) => {
      const { page, s } = await visit(
        [hold('id: 1\ndata: before\n\n', { text: 'id: 2\ndata: meanwhile\n\n', wait: true })],
        { transport },
      );
      await has(page, 'before');
      await leave(page);
      if (engine === 'Firefox') {
        await s.closed();
        await goBack(page);
        await has(page, 'before');
        const { pageEvents } = await seen(page);
        expect(pageEvents).not.toContain('restored');
        expect((await s.log()).maxOpen).toBe(1);
        return;
      }
      await s.release();
      expect((await s.log()).open).toBe(1);
      await goBack(page);
      await has(page, 'meanwhile');
      expect(await seen(page)).toEqual({
        data: ['before', 'meanwhile'],
        statuses: ['open'],
        pageEvents: expect.arrayContaining(['hidden', 'visible', 'restored']) as string[],
        errors: [],
      });
      const log = await s.log();
      expect([log.requests.length, log.open, log.maxOpen]).toEqual([1, 1, 1]);
    },
  );

  test('a page that was left and visited again resumes at the stored id, over one connection', async () => {
    const { page, s } = await visit([hold('id: 7\ndata: before\n\n'), hold('id: 8\ndata: after\n\n')], {
      transport: 'fetch',
      stores: true,
    });
    await has(page, 'before');
    const url = page.url();
    await leave(page);
    await page.goto(url);
    await has(page, 'after');
    const log = await s.log();
    expect(log.requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '7']);
  });

  test('a page that waits tries at once when the network is back, and not when it goes', async () => {
    const { page, context, s } = await visit([unavailable, hold('data: back\n\n')], {
      transport: 'fetch',
      isPatient: true,
    });
    await is(page, 'reconnecting');
    await context.setOffline(true);
    await page.waitForFunction(() => globalThis.wake.pageEvents.includes('offline'));
    expect((await s.log()).requests).toHaveLength(1);
    await context.setOffline(false);
    await has(page, 'back');
    const { statuses, pageEvents } = await seen(page);
    expect(pageEvents).toEqual(['offline', 'online']);
    expect(statuses).toEqual(['reconnecting', 'open']);
    const log = await s.log();
    expect([log.requests.length, log.maxOpen]).toEqual([2, 1]);
  });

  test('a native stream that its browser reestablishes is left to it when the network is back', async () => {
    const { page, context, s } = await visit(
      [{ chunks: ['id: 1\ndata: a\n\n', { wait: true }], end: 'destroy' }, hold('id: 2\ndata: b\n\n')],
      { transport: 'native' },
    );
    // A browser that's behind drops what it has read from a broken connection.
    await has(page, 'a');
    await s.release();
    await is(page, 'reconnecting');
    await context.setOffline(true);
    await context.setOffline(false);
    await has(page, 'b');
    const { data } = await seen(page);
    expect(data).toEqual(['a', 'b']);
    const log = await s.log();
    expect([log.requests.length, log.maxOpen]).toEqual([2, 1]);
    expect(log.requests[1]?.headers['last-event-id']).toBe('1');
  });

  test('a thread that was held up is no verdict on a stream whose bytes wait to be read', async () => {
    const { page, s } = await visit([hold('data: a\n\n', { text: 'data: b\n\n', delay: 1500 })], {
      transport: 'fetch',
      idleTimeout: 2000,
    });
    await has(page, 'a');
    await page.evaluate(() => {
      const end = performance.now() + 5000;
      while (performance.now() < end);
    });
    await has(page, 'b');
    const { errors, statuses } = await seen(page);
    expect([errors, statuses]).toEqual([[], ['open']]);
    expect((await s.log()).requests).toHaveLength(1);
  });

  test('a clock that jumped by eight hours, as after sleep, is no verdict either', async () => {
    const { page, s } = await visit([hold('data: a\n\n', { text: 'data: b\n\n', delay: 7500 })], {
      transport: 'fetch',
      idleTimeout: 5000,
    });
    await has(page, 'a');
    await page.evaluate(() => {
      const now = performance.now.bind(performance);
      performance.now = () => now() + 8 * 3_600_000;
    });
    await has(page, 'b');
    const { errors, statuses } = await seen(page);
    expect([errors, statuses]).toEqual([[], ['open']]);
    expect((await s.log()).requests).toHaveLength(1);
  });

  test('a tab behind another keeps its one connection', async () => {
    const { page, context, s } = await visit([hold('data: a\n\n', { text: 'data: b\n\n', wait: true })], {
      transport: 'fetch',
    });
    await has(page, 'a');
    const other = await context.newPage();
    await other.goto(pages.page(() => undefined, null));
    await other.bringToFront();
    await s.release();
    await expect.poll(async () => (await seen(page)).data).toEqual(['a', 'b']);
    await page.bringToFront();
    expect((await seen(page)).statuses).toEqual(['open']);
    const log = await s.log();
    expect([log.requests.length, log.open, log.maxOpen]).toEqual([1, 1, 1]);
  });
});
