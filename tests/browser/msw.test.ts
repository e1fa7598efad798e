import { http, HttpResponse, sse } from 'msw';
import { setupWorker, type SetupWorker } from 'msw/browser';
import workerScript from 'msw/mockServiceWorker.js?raw';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fetchSse, SseClient, type SseClientOptions } from 'ssekit';
import { script } from '../script.ts';

/** ssekit under Mock Service Worker, unchanged, with the page's service worker in between. */

const url = new URL('/prices', location.href).href;
const clients = new Set<{ close(): void }>();
let worker: SetupWorker;

beforeAll(async () => {
  // A test route serves the worker's script, so the repository needs no copy of it.
  const { url: scriptUrl } = await script('', [
    {
      headers: { 'content-type': 'text/javascript', 'service-worker-allowed': '/' },
      chunks: [workerScript],
    },
  ]);
  worker = setupWorker();
  await worker.start({
    serviceWorker: { url: scriptUrl, options: { scope: '/' } },
    onUnhandledRequest: 'bypass',
    quiet: true,
  });
});
afterEach(() => {
  for (const client of clients) client.close();
  clients.clear();
  worker.resetHandlers();
});
afterAll(async () => {
  worker.stop();
  for (const registration of await navigator.serviceWorker.getRegistrations())
    await registration.unregister();
});

/**
 * Whether a stream can be transferred to a service worker. If not (WebKit), MSW answers once the
 * stream has ended.
 */
const handsStreamsOver = (() => {
  const body = new ReadableStream();
  try {
    structuredClone(body, { transfer: [body] });
    return true;
  } catch {
    return false;
  }
})();

function connect(options: Pick<SseClientOptions, 'transport' | 'retryInterval'>): SseClient {
  const client = new SseClient(url, options);
  clients.add(client);
  return client;
}

test.for(['native', 'fetch'] as const)(
  'an sse() handler sends named and unnamed events with ids to a client on %s',
  async (transport) => {
    worker.use(
      sse<{ tick: string; message: string }>(url, ({ client: source }) => {
        source.send({ id: '1', event: 'tick', data: '42' });
        source.send({ data: 'unnamed' });
        if (!handsStreamsOver) source.close();
      }),
    );
    const client = connect({ transport });
    const tick = client.once('tick');
    const unnamed = client.once('message');
    expect(await tick).toMatchObject({ data: '42', lastEventId: '1' });
    expect(await unnamed).toMatchObject({ data: 'unnamed', lastEventId: '1' });
    expect(client.getSnapshot().transport).toBe(transport);
  },
);

test('an sse() handler that ends the stream sees the client come back', async () => {
  let requests = 0;
  worker.use(
    sse<{ tick: string }>(url, ({ client: source }) => {
      requests += 1;
      if (requests > 1) source.send({ event: 'tick', data: String(requests) });
      if (requests === 1 || !handsStreamsOver) source.close();
    }),
  );
  const client = connect({ retryInterval: 0 });
  expect(await client.once('tick')).toMatchObject({ data: '2' });
});

test('an http handler with a stream answers the POST of fetchSse', async () => {
  worker.use(
    http.post(url, async ({ request }) => {
      const { prompt } = (await request.json()) as { prompt: string };
      return new HttpResponse(`data: ${prompt}\n\ndata: [DONE]\n\n`, {
        headers: { 'content-type': 'text/event-stream' },
      });
    }),
  );
  const all: string[] = [];
  for await (const { data } of fetchSse(url, { json: { prompt: '你好' }, until: '[DONE]' })) all.push(data);
  expect(all).toEqual(['你好']);
});
