import { constants, createSecureServer, type Http2SecureServer } from 'node:http2';
import { Agent, fetch as undiciFetch } from 'undici';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { SseClient } from 'ssekit';
import { launchChromium } from '../engines/find.ts';
import { bundle } from '../page/bundle.ts';
import { selfSigned } from './certificate.ts';
import { nodeFeed, type Feed } from './feed.ts';
import { History, wire } from './history.ts';
import { speaksWith } from './suite.ts';

/**
 * HTTP/2 over TLS with Node's server. The clients are undici, where Node's `fetch` has HTTP/2
 * turned off, and Chromium.
 */

const { key, cert } = selfSigned();

function createStreams(history: History): { server: Http2SecureServer; sessions: () => number } {
  let sessions = 0;
  const server = createSecureServer({ key, cert });
  server.on('session', (session) => {
    sessions++;
    session.on('error', () => undefined); // it's cut on purpose
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    if (headers[constants.HTTP2_HEADER_PATH] !== '/events') {
      stream.respond({ ':status': 200, 'content-type': 'text/html' });
      stream.end('<!doctype html><title>streams</title>');
      return;
    }
    const id = headers['last-event-id']?.toString();
    stream.respond({
      ':status': 200,
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      ...history.sign(id),
    });
    stream.write('retry: 10\n\n');
    const leave = history.follow(id, (event) => stream.write(wire(event)));
    stream.on('close', leave);
  });
  return { server, sessions: () => sessions };
}

/** One agent per feed, because it keeps the connection. */
function fetchOverHttp2(): { fetch: typeof fetch; close: () => Promise<void> } {
  const dispatcher = new Agent({ allowH2: true, connections: 1, pipelining: 100, connect: { ca: cert } });
  return {
    fetch: ((url: string, init: object) =>
      undiciFetch(url, { ...init, dispatcher })) as unknown as typeof fetch,
    close: () => dispatcher.destroy(),
  };
}

speaksWith('HTTP/2 over TLS', async () => {
  const history = new History();
  const { fetch, close } = fetchOverHttp2();
  const feed = await nodeFeed(createStreams(history).server, history, 'https');
  return {
    ...feed,
    fetch,
    async stop() {
      await close();
      await feed.stop();
    },
  };
});

describe('one connection of HTTP/2', () => {
  const history = new History();
  const { server, sessions } = createStreams(history);
  const { fetch, close } = fetchOverHttp2();
  let feed: Feed;

  beforeAll(async () => {
    feed = await nodeFeed(server, history, 'https');
  });
  afterAll(async () => {
    await close();
    await feed.stop();
  });

  test('carries fifty clients, and each gets every event', async () => {
    const before = sessions();
    const got: string[][] = [];
    const clients = Array.from({ length: 50 }, () => {
      const mine: string[] = [];
      got.push(mine);
      const client = new SseClient(feed.url, { fetch });
      client.onMessage(({ data }) => mine.push(data));
      return client;
    });
    onTestFinished(() => {
      for (const client of clients) client.close();
    });
    await vi.waitFor(() => {
      expect(history.open).toBe(50);
    }, 15_000);
    for (const data of ['a', 'b']) await feed.publish('message', data);
    await vi.waitFor(() => {
      expect(got).toEqual(Array.from({ length: 50 }, () => ['a', 'b']));
    }, 15_000);
    expect(sessions() - before).toBe(1);
    for (const client of clients) client.close();
    await vi.waitFor(() => {
      expect(history.open).toBe(0);
    }, 15_000);
  });

  test(
    'carries twelve native streams of one page in Chromium, where HTTP/1.1 ends at six',
    { timeout: 60_000 },
    async () => {
      const browser = await launchChromium();
      onTestFinished(() => browser.close());
      const page = await browser.newPage({ ignoreHTTPSErrors: true });
      await page.goto(new URL('/', feed.url).href);
      await page.addScriptTag({ content: await bundle() });
      const opened = page.evaluate(
        (url) =>
          Promise.all(
            Array.from({ length: 12 }, () => {
              const client = new ssekit.SseClient(url);
              return client
                .once('message')
                .then(({ data }) => `${client.getSnapshot().transport ?? ''} ${data}`);
            }),
          ),
        feed.url,
      );
      await vi.waitFor(() => {
        expect(history.open).toBe(12);
      }, 20_000);
      await feed.publish('message', 'to all');
      expect(await opened).toEqual(Array.from({ length: 12 }, () => 'native to all'));
    },
  );
});
