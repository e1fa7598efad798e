import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { SseClient, SseError } from 'ssekit';
import { script } from '../script.ts';
import { engine, launchEngine } from './engine.ts';
import { createLibraryPages, type LibraryPages } from './library-page.ts';

/** R7 across reloads: with `storage`, the text continues where the previous page stopped. */

const text = readFileSync(new URL('../../demo/server/index.txt', import.meta.url), 'utf8').replace(
  /\r\n?/g,
  '\n',
);

let pages: LibraryPages;
beforeAll(async () => {
  pages = await createLibraryPages();
});
afterAll(() => pages.close());

declare global {
  /** What the scenes leave for the test. */
  var scene: { client: SseClient; done: boolean; errors: SseError[] };
}

interface Setting {
  readonly storage: 'sessionStorage' | 'localStorage';
  readonly transport: 'auto' | 'fetch' | 'native';
  readonly session: string;
  /** How often the page reloads itself. */
  readonly reloads: number;
}

/**
 * Types the demo's text and stores it at once, as a page does that wants to survive a reload.
 * Reloads itself in the middle.
 */
function typewriter({ storage, transport, session, reloads }: Setting): void {
  const kept = globalThis[storage];
  const common = { storage: () => kept, lastEventIdParam: 'lastEventId' };
  const client = new globalThis.ssekit.SseClient(
    `/api/sse?interval=2&session=${session}`,
    transport === 'native' ? { ...common, transport } : { ...common, transport },
  );
  globalThis.scene = { client, done: false, errors: [] };
  // Events keep arriving until the page is gone. They mustn't count as another reload.
  let isLeaving = false;
  client.on('lol', ({ data }) => {
    const typed = (kept.getItem('typed') ?? '') + data;
    kept.setItem('typed', typed);
    const done = Number(kept.getItem('reloads'));
    if (isLeaving || done === reloads || typed.length < 60 * (done + 1)) return;
    isLeaving = true;
    kept.setItem('reloads', String(done + 1));
    location.reload();
  });
  client.on('done', () => {
    globalThis.scene.done = true;
    client.close();
  });
  client.onError((error) => globalThis.scene.errors.push(error));
}

const typed = (page: Page, storage: Setting['storage']) =>
  page.evaluate((storage) => globalThis[storage].getItem('typed') ?? '', storage);

// A page that's still loading has no scene yet.
const isDone = (page: Page) => page.waitForFunction(() => 'scene' in globalThis && globalThis.scene.done);

const hasTyped = (page: Page, storage: Setting['storage'], count: number) =>
  page.waitForFunction(([storage, count]) => (globalThis[storage].getItem('typed') ?? '').length >= count, [
    storage,
    count,
  ] as const);

async function requests(session: string): Promise<{ requests: number; open: number } | undefined> {
  const stats = (await (await fetch(`${pages.origin}/api/stats`)).json()) as {
    sessions: Record<string, { requests: number; open: number }>;
  };
  return stats.sessions[session];
}

describe(`in ${engine}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchEngine();
  });
  afterAll(() => browser.close());

  async function open(url: string): Promise<Page> {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(url);
    return page;
  }

  test.for<[Setting['storage'], Setting['transport']]>([
    ['sessionStorage', 'auto'],
    ['sessionStorage', 'fetch'],
    ['localStorage', 'auto'],
    ['localStorage', 'native'],
  ])('a page reloaded mid-stream loses and doubles nothing: %s, %s', async ([storage, transport]) => {
    const session = `${engine}-${storage}-${transport}`;
    const page = await open(pages.page(typewriter, { storage, transport, session, reloads: 3 }));
    await isDone(page);
    expect(await typed(page, storage)).toBe(text);
    expect(await page.evaluate(() => globalThis.scene.errors.map(({ message }) => message))).toEqual([]);
    expect(await requests(session)).toEqual({ requests: 4, open: 0 });
  });

  test('a page that is left for another and visited again goes on where it was left', async () => {
    const setting = {
      storage: 'sessionStorage',
      transport: 'auto',
      session: `${engine}-left`,
      reloads: 0,
    } as const;
    const url = pages.page(typewriter, setting);
    const page = await open(url);
    await hasTyped(page, 'sessionStorage', 60);
    await page.goto(pages.page(() => undefined, null));
    const left = await typed(page, 'sessionStorage');
    expect(text.startsWith(left)).toBe(true);
    await page.goto(url);
    await isDone(page);
    expect(await typed(page, 'sessionStorage')).toBe(text);
  });

  test('close() and connect() resume without a storage too, however often', async () => {
    const session = `${engine}-manual`;
    const url = pages.page((session: string) => {
      const client = new globalThis.ssekit.SseClient(`/api/sse?interval=2&session=${session}`);
      let count = 0;
      globalThis.scene = { client, done: false, errors: [] };
      client.on('lol', ({ data }) => {
        document.body.append(data);
        if (++count % 50 > 0 || count > 250) return;
        client.close();
        client.connect();
      });
      client.on('done', () => {
        globalThis.scene.done = true;
        client.close();
      });
    }, session);
    const page = await open(url);
    await isDone(page);
    expect(await page.evaluate(() => document.body.textContent)).toBe(text);
    expect(await requests(session)).toMatchObject({ requests: 6, open: 0 });
  });

  test('the storage of a page that may have none is an error, and the stream goes on', async () => {
    const s = await script(pages.origin, [
      { chunks: ['id: 1\ndata: a\n\n', 'id: 2\ndata: b\n\n'], end: 'hold' },
    ]);
    const url = pages.page(
      (url: string) => {
        const seen: string[] = [];
        const client = new globalThis.ssekit.SseClient(url, { storage: () => sessionStorage });
        globalThis.scene = { client, done: false, errors: [] };
        client.onError((error) => globalThis.scene.errors.push(error));
        client.onMessage(({ data }) => {
          seen.push(data);
          globalThis.scene.done = seen.join('') === 'ab';
        });
      },
      s.url,
      // An opaque origin without storage: merely accessing it throws.
      { 'content-security-policy': 'sandbox allow-scripts' },
    );
    const page = await open(url);
    await isDone(page);
    const errors = await page.evaluate(() =>
      globalThis.scene.errors.map(({ code, willRetry, cause }) => [code, willRetry, (cause as Error).name]),
    );
    expect(errors).toEqual([['storage', true, 'SecurityError']]);
    await page.close();
    expect((await s.closed()).maxOpen).toBe(1);
  });

  test('a storage that is full is an error, and the stream goes on', async () => {
    const session = `${engine}-full`;
    const url = pages.page((session: string) => {
      sessionStorage.clear();
      // To the last character.
      for (let size = 2 ** 23, key = 0; size >= 1; key++) {
        try {
          sessionStorage.setItem(String(key), 'x'.repeat(size));
        } catch {
          size >>= 1;
        }
      }
      const client = new globalThis.ssekit.SseClient(`/api/sse?interval=2&session=${session}`, {
        storage: sessionStorage,
      });
      globalThis.scene = { client, done: false, errors: [] };
      client.onError((error) => globalThis.scene.errors.push(error));
      client.on('lol', ({ data }) => {
        document.body.append(data);
      });
      client.on('done', () => {
        globalThis.scene.done = true;
        client.close();
      });
    }, session);
    const page = await open(url);
    await isDone(page);
    expect(await page.evaluate(() => document.body.textContent)).toBe(text);
    const errors = await page.evaluate(() =>
      globalThis.scene.errors.map(({ code, willRetry, cause }) => [code, willRetry, (cause as Error).name]),
    );
    expect(errors).toEqual([['storage', true, 'QuotaExceededError']]);
  });
});
