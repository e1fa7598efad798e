import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, CDPSession } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SseClient } from 'ssekit';
import type { xhrTransport } from 'ssekit/xhr';
import { launchChromium } from '../engines/find.ts';
import { createTestServer, type Middleware, type TestServer } from '../server.ts';

/** What a million events over XMLHttpRequest leave in a Chromium page. */

declare global {
  /** What the page has seen. */
  var arrived: { events: number; last: number; isInOrder: boolean };
  /** Resolves once the page has seen so many events. */
  var reach: (events: number) => Promise<void>;
  var library: { SseClient: typeof SseClient; xhrTransport: typeof xhrTransport };
}

const EVENTS = 1_000_000;
const src = fileURLToPath(new URL('../../src/', import.meta.url));

let browser: Browser;
let server: TestServer;
let code: string;
let requests = 0;

/** Numbered events after this one, in pieces of a thousand. */
function* eventsAfter(n: number): Generator<string> {
  while (n < EVENTS) {
    let text = '';
    for (let i = 0; i < 1000 && n < EVENTS; i++) text += `id: ${++n}\ndata: {"price":${n}}\n\n`;
    yield text;
  }
}

/** Sends events after Last-Event-ID, as fast as the page reads them. */
const app: Middleware = (request, response) => {
  if (request.url !== '/events') {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>xhr</title>');
    return;
  }
  requests++;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const after = Number(request.headers['last-event-id'] ?? 0);
  // Rejects when the page requests the stream again.
  pipeline(Readable.from(eventsAfter(after)), response).catch(() => undefined);
};

beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: "export { SseClient } from './index.ts'; export { xhrTransport } from './xhr.ts';",
      resolveDir: src,
    },
    absWorkingDir: join(src, '..'),
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'library',
  });
  code = outputFiles[0]?.text ?? '';
  [browser, server] = await Promise.all([
    launchChromium({ args: ['--enable-precise-memory-info'] }),
    createTestServer(app),
  ]);
});
afterAll(() => Promise.all([browser.close(), server.close()]));

/** After a garbage collection: the bytes of the heap, and how many requests are alive. */
async function weigh(session: CDPSession): Promise<{ heap: number; alive: number }> {
  await session.send('HeapProfiler.collectGarbage');
  const { result } = await session.send('Runtime.evaluate', { expression: 'XMLHttpRequest.prototype' });
  const { objects } = await session.send('Runtime.queryObjects', {
    prototypeObjectId: result.objectId ?? '',
  });
  const { result: length } = await session.send('Runtime.callFunctionOn', {
    objectId: objects.objectId ?? '',
    functionDeclaration: 'function () { return this.length; }',
    returnByValue: true,
  });
  await session.send('Runtime.releaseObject', { objectId: objects.objectId ?? '' });
  // Unlike the heap's own figure, this one counts the texts of responses.
  const expression = 'performance.memory.usedJSHeapSize';
  const { result: heap } = await session.send('Runtime.evaluate', { expression });
  return { heap: Number(heap.value), alive: Number(length.value) };
}

test('a million events over xhr arrive in order, and memory stays flat', { timeout: 180_000 }, async () => {
  const page = await browser.newPage();
  await page.goto(server.origin);
  await page.addScriptTag({ content: code });
  const session = await page.context().newCDPSession(page);
  await page.evaluate(() => {
    const arrived = { events: 0, last: 0, isInOrder: true };
    globalThis.arrived = arrived;
    const client = new library.SseClient('/events', { transport: library.xhrTransport() });
    client.onMessage(({ lastEventId }) => {
      const n = Number(lastEventId);
      if (n !== arrived.last + 1) arrived.isInOrder = false;
      arrived.last = n;
      arrived.events++;
    });
    globalThis.reach = (events) =>
      new Promise((resolve) => {
        const off = client.onMessage(() => {
          if (arrived.events < events) return;
          off();
          resolve();
        });
      });
  });
  await page.evaluate(() => reach(250_000));
  const early = await weigh(session);
  await page.evaluate((events) => reach(events), EVENTS);
  const late = await weigh(session);
  const arrived = await page.evaluate(() => globalThis.arrived);
  console.info(`xhr: ${JSON.stringify({ early, late, arrived, requests })}`);
  expect(arrived).toEqual({ events: EVENTS, last: EVENTS, isInOrder: true });
  // 37 Mi characters, and the stream is requested again after 2 Mi.
  expect(requests).toBeGreaterThan(8);
  expect(late.alive).toBeLessThanOrEqual(early.alive + 1);
  // Another 27 Mi characters came, and none of them is left.
  expect(late.heap - early.heap).toBeLessThan(1024 * 1024);
});
