import { fileURLToPath } from 'node:url';
import type { Browser, CDPSession } from 'playwright';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SseClient, SseClientOptions } from 'ssekit';
import { launchChromium } from '../engines/find.ts';
import { script } from '../script.ts';
import { createTestServer, type TestServer } from '../server.ts';
import type { LibraryGlobal } from './library-page.ts';

/** What 1,000 clients leave in a page of Chromium: nothing that its heap would know of. */

declare global {
  var ssekit: LibraryGlobal;
  /** One that is to be found: a count of none would prove nothing. */
  var kept: SseClient;
}

let browser: Browser;
let server: TestServer;
let library: string;

beforeAll(async () => {
  [browser, server, library] = await Promise.all([launchChromium(), createTestServer(), bundle()]);
});
afterAll(() => Promise.all([browser.close(), server.close()]));

async function bundle(): Promise<string> {
  const result = await build({
    root: fileURLToPath(new URL('../../', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    build: { write: false, lib: { entry: 'src/index.ts', formats: ['iife'], name: 'ssekit' } },
  });
  for (const built of [result].flat()) if ('output' in built) return built.output[0].code;
  throw new Error('nothing was built');
}

/** What is alive in the page after a collection. */
async function measure(session: CDPSession) {
  await session.send('HeapProfiler.collectGarbage');
  const alive = async (prototype: string): Promise<number> => {
    const { result } = await session.send('Runtime.evaluate', { expression: prototype });
    const { objects } = await session.send('Runtime.queryObjects', {
      prototypeObjectId: result.objectId ?? '',
    });
    const { result: length } = await session.send('Runtime.callFunctionOn', {
      objectId: objects.objectId ?? '',
      functionDeclaration: 'function () { return this.length; }',
      returnByValue: true,
    });
    await session.send('Runtime.releaseObject', { objectId: objects.objectId ?? '' });
    return Number(length.value);
  };
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { jsEventListeners } = await session.send('Memory.getDOMCounters');
  return {
    clients: await alive('ssekit.SseClient.prototype'),
    sources: await alive('EventSource.prototype'),
    signals: await alive('AbortSignal.prototype'),
    readers: await alive('ReadableStreamDefaultReader.prototype'),
    listeners: jsEventListeners,
    heap: usedSize,
  };
}

test.for<[string, SseClientOptions, 'event' | 'failure']>([
  ['native, closed after an event', { transport: 'native' }, 'event'],
  ['fetch, closed after an event', { transport: 'fetch', idleTimeout: 60_000 }, 'event'],
  ['auto, closed while it waits to try again', {}, 'failure'],
])('1,000 clients leave nothing: %s', { timeout: 240_000 }, async ([name, options, moment]) => {
  const s = await script(server.origin, [
    moment === 'event' ? { chunks: ['data: a\n\n'], end: 'hold' } : { status: 503 },
  ]);
  const page = await browser.newPage();
  // A page of the server's own, so that nothing is cross-origin.
  await page.route(`${server.origin}/page`, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Leaks</title>' }),
  );
  await page.goto(`${server.origin}/page`);
  await page.addScriptTag({ content: library });
  const session = await page.context().newCDPSession(page);

  const run = (count: number) =>
    page.evaluate(
      async ({ url, options, moment, count }) => {
        const one = () =>
          new Promise<void>((resolve) => {
            const client = new ssekit.SseClient(url, options);
            const close = () => {
              client.close();
              resolve();
            };
            if (moment === 'event') client.onMessage(close);
            else client.onError(close);
          });
        for (let done = 0; done < count; done += 4) await Promise.all([one(), one(), one(), one()]);
      },
      { url: s.url, options, moment, count },
    );

  // What the engine and the library make once is there after these.
  await run(200);
  await page.evaluate((url) => {
    globalThis.kept = new ssekit.SseClient(url, { autoConnect: false });
  }, s.url);
  const before = await measure(session);
  await run(1000);
  const { open, requests } = await s.closed();
  const after = await measure(session);
  console.info(`${name}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`);
  await page.close();

  expect(open).toBe(0);
  expect(requests.length).toBeGreaterThanOrEqual(1200);
  expect([before.clients, after.clients]).toEqual([1, 1]);
  for (const what of ['sources', 'signals', 'readers', 'listeners'] as const) {
    expect(after[what] - before[what], what).toBeLessThan(10);
  }
  // A client that is kept takes more than 4 KiB.
  expect(after.heap - before.heap).toBeLessThan(2 * 2 ** 20);
});
