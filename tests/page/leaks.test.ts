import type { Browser, CDPSession } from 'playwright';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { SseClient, SseClientOptions } from 'ssekit';
import { launchChromium } from '../engines/find.ts';
import { script, type Attempt } from '../script.ts';
import { createTestServer, type TestServer } from '../server.ts';

/** What 1,000 clients or attempts leave on the heap of a Chromium page: nothing. */

declare global {
  /** One that must be found: otherwise a count of 0 would prove nothing. */
  var kept: SseClient;
}

let browser: Browser;
let server: TestServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([launchChromium(), createTestServer()]);
});
afterAll(() => Promise.all([browser.close(), server.close()]));

/** Bytes after a garbage collection. */
async function weigh(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}

/** What is alive in the page after a garbage collection. */
async function count(session: CDPSession) {
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
  const { jsEventListeners } = await session.send('Memory.getDOMCounters');
  return {
    clients: await alive('ssekit.SseClient.prototype'),
    sources: await alive('EventSource.prototype'),
    signals: await alive('AbortSignal.prototype'),
    readers: await alive('ReadableStreamDefaultReader.prototype'),
    listeners: jsEventListeners,
  };
}

interface Case {
  readonly name: string;
  readonly options: SseClientOptions;
  readonly attempt: Attempt;
  /** When the client is closed. `end`: it gives up. */
  readonly moment: 'event' | 'failure' | 'end';
  /** How many clients make 1,000 attempts. Fewer than 1,000 clients make several each. */
  readonly clients: number;
}

const live: Attempt = { chunks: ['data: a\n\n'], end: 'hold' };
const unavailable: Attempt = { status: 503 };

const cases: readonly Case[] = [
  {
    name: '1,000 native clients, closed after an event',
    options: { transport: 'native' },
    attempt: live,
    moment: 'event',
    clients: 1000,
  },
  {
    name: '1,000 clients over fetch, closed after an event',
    options: { transport: 'fetch', idleTimeout: 60_000 },
    attempt: live,
    moment: 'event',
    clients: 1000,
  },
  {
    name: '1,000 clients, closed while they wait to try again',
    options: {},
    attempt: unavailable,
    moment: 'failure',
    clients: 1000,
  },
  {
    name: '1,000 attempts that fail, 40 of each client until it gives up',
    options: { transport: 'fetch', retryInterval: 0, retry: 39 },
    attempt: unavailable,
    moment: 'end',
    clients: 25,
  },
];

test.for(cases.map((scene) => [scene.name, scene] as const))(
  '%s leave nothing',
  { timeout: 240_000 },
  async ([name, scene]) => {
    const { options, attempt, moment, clients } = scene;
    const s = await script(server.origin, [attempt]);
    const page = await browser.newPage();
    // A page on the server's own origin, so that nothing is cross-origin.
    await page.route(`${server.origin}/page`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Leaks</title>' }),
    );
    await page.goto(`${server.origin}/page`);
    await page.addScriptTag({ content: inject('library') });
    const session = await page.context().newCDPSession(page);

    const run = (total: number) =>
      page.evaluate(
        async ({ url, options, moment, total, atOnce }) => {
          const one = () =>
            new Promise<void>((resolve) => {
              const client = new ssekit.SseClient(url, options);
              const close = () => {
                client.close();
                resolve();
              };
              if (moment === 'event') client.onMessage(close);
              else
                client.onError(({ willRetry }) => {
                  if (moment === 'failure' || !willRetry) close();
                });
            });
          for (let done = 0; done < total; done += atOnce)
            await Promise.all(Array.from({ length: atOnce }, one));
        },
        { url: s.url, options, moment, total, atOnce: moment === 'end' ? clients : 4 },
      );

    await page.evaluate((url) => {
      globalThis.kept = new ssekit.SseClient(url, { autoConnect: false });
    }, s.url);
    const before = await count(session);
    // Until here V8 recompiles the code it has inspected. After that nothing grows.
    await run(clients * 1.2);
    const heapBefore = await weigh(session);
    await run(clients);
    const { open, requests } = await s.closed();
    const heapAfter = await weigh(session);
    const after = await count(session);
    console.info(`${name}, before: ${JSON.stringify({ ...before, heap: heapBefore })}`);
    console.info(`${name}, after:  ${JSON.stringify({ ...after, heap: heapAfter })}`);
    await page.close();

    expect(open).toBe(0);
    expect(requests.length).toBeGreaterThanOrEqual(2200);
    expect([before.clients, after.clients]).toEqual([1, 1]);
    for (const what of ['sources', 'signals', 'readers', 'listeners'] as const) {
      expect(after[what] - before[what], what).toBeLessThan(10);
    }
    // One leaked closure with its context would take more.
    expect(heapAfter - heapBefore).toBeLessThan(128 * 1000);
  },
);
