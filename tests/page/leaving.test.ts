import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { SseClient as Client } from 'ssekit';
import { script } from '../script.ts';
import { engine, launchEngine } from './engine.ts';
import { createLibraryPages, type LibraryPages } from './library-page.ts';

/** R25: leaving a page cuts its streams, and nobody can do anything about that. */

let pages: LibraryPages;
beforeAll(async () => {
  pages = await createLibraryPages();
});
afterAll(() => pages.close());

const ways = ['auto', 'native', 'fetch', 'POST', 'FetchEventSource'] as const;

interface Setting {
  readonly way: (typeof ways)[number];
  readonly url: string;
  /** A download. */
  readonly file?: string;
}

/** Opens a stream, and keeps what it reports in the storage of the tab, where the next page finds it. */
function reporter({ way, url, file = '' }: Setting): void {
  const keep = (key: string, text: string) => {
    sessionStorage.setItem(key, `${sessionStorage.getItem(key) ?? ''}${text} `);
  };
  const { FetchEventSource, SseClient } = globalThis.ssekit;
  for (const [textContent, href] of [
    ['next', '?next'],
    ['file', file],
  ] as const)
    document.documentElement.append(Object.assign(document.createElement('a'), { textContent, href }));
  const complain = console.error;
  console.error = (...parts: unknown[]) => {
    keep('reports', String(parts[0]));
    complain(...parts);
  };
  if (way === 'FetchEventSource') {
    const source = new FetchEventSource(url);
    source.onopen = () => {
      keep('opened', way);
    };
    source.onerror = () => {
      keep('reports', `error ${source.readyState}`);
    };
    return;
  }
  const make: Record<Exclude<typeof way, 'FetchEventSource'>, () => Client> = {
    auto: () => new SseClient(url),
    native: () => new SseClient(url, { transport: 'native' }),
    fetch: () => new SseClient(url, { transport: 'fetch', retry: { jitter: false }, retryInterval: 100 }),
    POST: () => new SseClient(url, { json: {} }),
  };
  const client = make[way]();
  client.onOpen(() => {
    keep('opened', way);
  });
  client.onMessage(({ data }) => {
    keep('events', data);
  });
  client.onStateChange(({ status }) => {
    if (status !== 'open' && status !== 'connecting') keep('reports', status);
  });
  // Without a listener, a final error would be a line in the console.
  if (way !== 'POST')
    client.onError(({ code }) => {
      keep('reports', code);
    });
}

const kept = (page: Page, key: string) =>
  page.evaluate((key) => sessionStorage.getItem(key)?.trim().split(' ') ?? [], key);

const has = (page: Page, key: string, count: number) =>
  page.waitForFunction(
    ([key, count]) => (sessionStorage.getItem(key)?.trim().split(' ') ?? []).length >= count,
    [key, count] as const,
  );

describe(`in ${engine}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchEngine();
  });
  afterAll(() => browser.close());

  async function open(setting: Setting): Promise<Page> {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(pages.page(reporter, setting));
    return page;
  }

  test.for(ways)('a page that is reloaded and left by a link reports nothing: %s', async (way) => {
    const s = await script(pages.origin, [{ chunks: ['id: 1\ndata: 1\n\n'], end: 'hold' }]);
    const page = await open({ way, url: s.url });
    await has(page, 'opened', 1);
    await page.reload();
    await has(page, 'opened', 2);
    await page.click('text=next');
    await page.waitForURL(/next/);
    expect(await kept(page, 'reports')).toEqual([]);
  });

  // Firefox cuts the streams of a page whose link leads to a download.
  test('a click on a download is no alarm, and the stream continues', async () => {
    const s = await script(pages.origin, [
      { chunks: ['id: 1\ndata: 1\n\n', { text: 'id: 2\ndata: 2\n\n', wait: true }], end: 'hold' },
      { chunks: [{ text: 'id: 2\ndata: 2\n\n', wait: true }], end: 'hold' },
    ]);
    const file = pages.page(() => undefined, null, { 'content-disposition': 'attachment' });
    const page = await open({ way: 'fetch', url: s.url, file });
    await has(page, 'events', 1);
    const download = page.waitForEvent('download');
    await page.click('text=file');
    await download;
    await s.release();
    if (engine === 'Firefox') await s.release();
    await has(page, 'events', 2);
    expect(await kept(page, 'reports')).toEqual([]);
  });
});
