import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ReadyState, SseClient, type SseClientOptions } from 'ssekit';
import { script, type Attempt } from '../script.ts';
import { createTestServer, type TestServer } from '../server.ts';

/** Servers and callers that try their best to cause a request storm. */

let server: TestServer;
const clients: SseClient[] = [];

beforeAll(async () => {
  server = await createTestServer();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(async () => {
  await server.close();
});

/** Node's timers fire a little early. */
const SHORTEST_GAP = 98;

/** A client, and when each of its attempts started. */
async function storm(
  attempts: readonly Attempt[],
  options: SseClientOptions = {},
  drive: (client: SseClient) => void = () => undefined,
) {
  const s = await script(server.origin, attempts);
  const begun: number[] = [];
  const client = new SseClient(() => {
    begun.push(performance.now());
    return s.url;
  }, options);
  clients.push(client);
  drive(client);
  return {
    s,
    client,
    /** The times between the first `count` attempts. */
    gaps: async (count: number) => {
      await s.requests(count);
      client.close();
      const { requests, maxOpen } = await s.closed();
      expect(maxOpen).toBe(1);
      // The last one may have been closed before it was sent.
      expect([0, 1]).toContain(begun.length - requests.length);
      return begun.slice(1).map((time, i) => time - (begun[i] ?? 0));
    },
  };
}

describe('at least 100 ms lie between two requests, and one connection is open at most', () => {
  test.for<[string, readonly Attempt[], SseClientOptions]>([
    ['retry: 0 and an end without an event', [{ chunks: ['retry: 0\n\n'] }], { retry: { factor: 1 } }],
    ['retry: 0 and an event each time', [{ chunks: ['retry: 0\ndata: a\n\n'] }], {}],
    ['a server that accepts and drops', [{ end: 'destroy' }], { retryInterval: 0 }],
    ['a server that resets', [{ status: 0 }], { retryInterval: 0 }],
    ['503 with Retry-After: 0', [{ status: 503, headers: { 'retry-after': '0' } }], { retryInterval: 0 }],
    [
      'a 401 that is always retried',
      [{ status: 401 }],
      { retryInterval: 0, retry: { shouldRetry: () => true } },
    ],
    [
      'a 204 that is always retried',
      [{ status: 204 }],
      { retryInterval: 0, retry: { shouldRetry: () => true } },
    ],
    ['bodies held open in silence', [{ end: 'hold' }], { retryInterval: 0, idleTimeout: 20 }],
    ['heads held back', [{ wait: true }], { retryInterval: 0, openTimeout: 20 }],
    [
      'bodies of errors held open',
      [{ status: 500, chunks: [{ text: 'x', repeat: 10_000 }], end: 'hold' }],
      { retryInterval: 0 },
    ],
  ])('%s', async ([, attempts, options]) => {
    const { gaps } = await storm(attempts, options);
    for (const gap of await gaps(6)) expect(gap).toBeGreaterThanOrEqual(SHORTEST_GAP);
  });

  test('reconnect() in every onError', async () => {
    const { gaps } = await storm([{ status: 503 }], {}, (client) => {
      client.onError(() => {
        client.reconnect();
      });
    });
    for (const gap of await gaps(6)) expect(gap).toBeGreaterThanOrEqual(SHORTEST_GAP);
  });

  test('close() and connect() in every onError, of a failure that is final', async () => {
    const { gaps } = await storm([{ status: 404 }], {}, (client) => {
      client.onError(() => {
        client.close();
        client.connect();
      });
    });
    for (const gap of await gaps(6)) expect(gap).toBeGreaterThanOrEqual(SHORTEST_GAP);
  });

  test('reconnect() at every change of state, on streams held open', async () => {
    const { gaps } = await storm([{ end: 'hold' }], { retry: {} }, (client) => {
      client.onStateChange(({ status }) => {
        if (status === 'open') for (let i = 0; i < 10; i++) client.reconnect();
      });
    });
    for (const gap of await gaps(6)) expect(gap).toBeGreaterThanOrEqual(SHORTEST_GAP);
  });
});

test('without jitter the requests are as far apart as the policy says', async () => {
  const { gaps } = await storm([{ end: 'destroy' }], {
    retryInterval: 100,
    retry: { jitter: false, maxInterval: 400 },
  });
  const policy = [100, 200, 400, 400];
  for (const [i, gap] of (await gaps(5)).entries()) expect(gap).toBeGreaterThanOrEqual((policy[i] ?? 0) - 2);
});

test('one event only, and then drops for ever: the count still ends it', async () => {
  const { s, client } = await storm([{ chunks: ['data: a\n\n'] }, { end: 'destroy' }], {
    retryInterval: 0,
    retry: { limit: 3 },
  });
  await vi.waitFor(() => {
    expect(client.readyState).toBe(ReadyState.Closed);
  }, 4000);
  const { requests, maxOpen } = await s.closed();
  expect(requests).toHaveLength(1 + 3);
  expect(maxOpen).toBe(1);
});

test('a hundred reconnect() and close()/connect() in one tick are one request', async () => {
  const { s, client } = await storm([{ chunks: ['data: a\n\n'], end: 'hold' }], { retry: {} });
  for (let i = 0; i < 100; i++) {
    client.reconnect();
    client.close();
    client.connect();
  }
  expect((await client.once('message')).data).toBe('a');
  const { requests, open, maxOpen } = await s.log();
  expect(requests).toHaveLength(1);
  expect([open, maxOpen]).toEqual([1, 1]);
});
