// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SseClient, type SseClientOptions } from 'ssekit';
import { mockSse, type MockSse } from 'ssekit/testing';
import { withDebug } from '../../../src/connection/debug.ts';
import { sharedConnection } from '../../../src/share/shared-connection.ts';
import { World } from '../../tabs.ts';
import { flush, recordErrors, stopClock } from '../setup.ts';

/** What `debug` writes in five sessions, line by line. None of them holds a secret. */

stopClock();
recordErrors();
beforeEach(() => {
  vi.spyOn(console, 'error').mockReturnValue(undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** The lines of a client, without the name in front. */
async function tell(
  options: SseClientOptions,
  play: (server: MockSse, client: SseClient) => Promise<void>,
): Promise<string> {
  const lines: string[] = [];
  const server = mockSse();
  const client = new SseClient('https://a.test/feed?token=secret', {
    fetch: server.fetch,
    retry: { jitter: false },
    headers: { 'X-Token': 'secret' },
    ...options,
    debug: (line: string) => lines.push(line),
  } as object);
  client.on('tick', () => undefined);
  await play(server, client);
  client.close();
  await vi.advanceTimersByTimeAsync(60_000);
  return text(lines);
}

const text = (lines: readonly string[]) => {
  expect(lines.join()).not.toContain('secret');
  expect(lines.every((line) => line.startsWith('ssekit '))).toBe(true);
  return lines.map((line) => line.slice('ssekit '.length)).join('\n');
};

const tick = (id: string) => ({ event: 'tick', id, data: 'secret' });

describe('debug tells', () => {
  test('a healthy session', async () => {
    const story = await tell({}, async (server) => {
      const stream = await server.next();
      stream.send(tick('1'));
      stream.send({ event: 'news', data: 'secret' });
      stream.send({ id: '2' });
      stream.send(tick('3'));
      await flush();
    });
    expect(story).toMatchInlineSnapshot(`
      "connecting
      connecting over fetch
      open over fetch
      opened over fetch, status 200
      event tick, id 1, 6 characters
      event news, id 1, 6 characters, nobody listens
      block without data, id 2
      event tick, id 3, 6 characters
      closed"
    `);
  });

  test('a 503, and back', async () => {
    const story = await tell({}, async (server) => {
      const first = await server.next();
      first.send(tick('1'));
      await flush();
      first.cut();
      await vi.advanceTimersByTimeAsync(1000);
      const refused = await server.next();
      refused.open({ status: 503, headers: { 'Retry-After': '5' } });
      refused.end();
      await vi.advanceTimersByTimeAsync(5000);
      (await server.next()).send(tick('2'));
      await flush();
    });
    expect(story).toMatchInlineSnapshot(`
      "connecting
      connecting over fetch
      open over fetch
      opened over fetch, status 200
      event tick, id 1, 6 characters
      reconnecting over fetch, failures 1, next attempt in 1000 ms
      error network, will retry: The connection failed, was cut, or refused by CORS.
      reconnecting over fetch, failures 1
      reconnecting over fetch, failures 2, next attempt in 5000 ms
      error http, will retry: The server answered 503.
      reconnecting over fetch, failures 2
      open over fetch, failures 2
      opened over fetch, status 200
      event tick, id 2, 6 characters
      open over fetch
      closed"
    `);
  });

  test('a 401, with refreshAuth', async () => {
    const refreshAuth = () => Promise.resolve();
    const story = await tell({ refreshAuth }, async (server) => {
      const refused = await server.next();
      refused.open({ status: 401 });
      refused.end();
      await flush();
      (await server.next()).send(tick('1'));
      await flush();
    });
    expect(story).toMatchInlineSnapshot(`
      "connecting
      connecting over fetch
      401: calling refreshAuth
      open over fetch
      opened over fetch, status 200
      event tick, id 1, 6 characters
      closed"
    `);
  });

  test('a tab that slept: no byte came after it was frozen', async () => {
    const story = await tell({}, async (server) => {
      (await server.next()).send(tick('1'));
      await flush();
      document.dispatchEvent(new Event('resume'));
      await vi.advanceTimersByTimeAsync(3000);
      (await server.next()).send(tick('2'));
      await flush();
    });
    expect(story).toMatchInlineSnapshot(`
      "connecting
      connecting over fetch
      open over fetch
      opened over fetch, status 200
      event tick, id 1, 6 characters
      reconnecting over fetch, failures 1, next attempt in 1000 ms
      error timeout, will retry: No byte came within 2 s after the page woke up.
      reconnecting over fetch, failures 1
      open over fetch, failures 1
      opened over fetch, status 200
      event tick, id 2, 6 characters
      open over fetch
      closed"
    `);
  });

  test('a hand-over between two tabs that share a connection', async () => {
    const world = new World();
    for (const [name, value] of Object.entries(world.globals)) vi.stubGlobal(name, value);
    const open = () => {
      const lines: string[] = [];
      const tab = world.open({
        share: (options, observer) =>
          sharedConnection('prices:secret')(
            options,
            withDebug(
              observer,
              (line) => lines.push(line),
              () => true,
            ),
          ),
      });
      return { tab, lines };
    };
    const send = (at: number, id: string) => {
      const { sink, tab } = world.attempts[at] ?? {};
      tab?.run(() => {
        if (id === '1' || id === '2') sink?.open({ url: 'https://a.test/feed?token=secret', status: 200 });
        sink?.message({ type: 'tick', data: 'secret', raw: 'secret', lastEventId: id, origin: '' });
      });
    };
    const first = open();
    const second = open();
    await world.settle();
    send(0, '1');
    await world.settle();
    first.tab.run(() => {
      first.tab.connection.close();
    });
    await world.settle();
    await vi.advanceTimersByTimeAsync(100);
    await world.settle();
    send(1, '2');
    await world.settle();
    expect(text(first.lines)).toMatchInlineSnapshot(`
      "connecting
      this tab has the connection
      connecting over transport
      open over transport
      opened over transport, status 200
      event tick, id 1, 6 characters
      this tab gives the connection up
      closed"
    `);
    expect(text(second.lines)).toMatchInlineSnapshot(`
      "connecting
      connecting over transport
      open over transport
      opened over transport, status 200
      event tick, id 1, 6 characters
      this tab has the connection
      reconnecting
      reconnecting over transport
      open over transport
      opened over transport, status 200
      event tick, id 2, 6 characters"
    `);
  });
});
