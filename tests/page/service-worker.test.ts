import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { script } from '../script.ts';
import { createTestServer, type TestServer } from '../server.ts';
import { engine, launchEngine } from './engine.ts';

/**
 * A service worker, which only has an `EventSource` in new engines. Checks what
 * docs/recipes/frameworks.md says about it.
 */

const page = '<!doctype html><title>service worker</title>';

/** Streams from the URL it receives, and answers with the result. */
const worker = `
  importScripts('/ssekit.js');
  addEventListener('message', (message) => {
    if (message.data.isOld) globalThis.EventSource = undefined;
    const client = new ssekit.SseClient(message.data.url);
    message.waitUntil(
      client.once('tick').then(({ data }) => {
        const { transport } = client.getSnapshot();
        message.source.postMessage({ transport, data });
        client.close();
      }),
    );
  });
`;

let server: TestServer;
beforeAll(async () => {
  const files: Readonly<Record<string, readonly [string, string]>> = {
    '/': ['text/html', page],
    '/worker.js': ['text/javascript', worker],
    '/ssekit.js': ['text/javascript', inject('library')],
  };
  server = await createTestServer((request, response, next) => {
    const file = files[request.url ?? ''];
    if (file) response.setHeader('content-type', file[0]).end(file[1]);
    else next();
  });
});
afterAll(() => server.close());

test.for([
  [false, 'native'],
  [true, 'fetch'],
] as const)(
  `in ${engine} a client streams over what there is: without EventSource %s, %s`,
  async ([isOld, transport]) => {
    const browser = await launchEngine();
    onTestFinished(() => browser.close());
    const tab = await browser.newPage();
    await tab.goto(server.origin);
    const s = await script(server.origin, [{ chunks: ['event: tick\ndata: 42\n\n'], end: 'hold' }]);
    const answer = await tab.evaluate(
      async (ask) => {
        await navigator.serviceWorker.register('/worker.js');
        const { active } = await navigator.serviceWorker.ready;
        return new Promise<unknown>((resolve) => {
          navigator.serviceWorker.onmessage = ({ data }) => {
            resolve(data);
          };
          active?.postMessage(ask);
        });
      },
      { url: s.url, isOld },
    );
    expect(answer).toEqual({ transport, data: '42' });
    await s.closed();
  },
);
