import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ReadyState, SseClient, type SseClientOptions, type SseError, type SseState } from 'ssekit';
import { script, type Attempt } from '../script.ts';
import { createTestServer, type TestServer } from '../server.ts';

/** R5 end to end: what the server sends decides when the next request starts. */

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

const exactly = { jitter: false } as const;

/** Runs a client against these attempts, and records its failures and the state at each. */
async function run(attempts: readonly Attempt[], options: SseClientOptions) {
  const s = await script(server.origin, attempts);
  const client = new SseClient(s.url, options);
  clients.push(client);
  const failures: { error: SseError; state: SseState; now: number }[] = [];
  client.onError((error) => failures.push({ error, state: client.getSnapshot(), now: Date.now() }));
  return {
    s,
    client,
    failures,
    failed: (count: number) =>
      vi.waitFor(() => {
        expect(failures.length).toBeGreaterThanOrEqual(count);
      }, 4000),
    closed: () =>
      vi.waitFor(() => {
        expect(client.readyState).toBe(ReadyState.Closed);
      }, 4000),
    /** How long the wait after failure number `count` is, according to the state. */
    wait: (count: number) => {
      const failure = failures[count - 1];
      return (failure?.state.retryAt ?? NaN) - (failure?.now ?? NaN);
    },
  };
}

describe('the delay', () => {
  test('grows with each failure in a row, and retryAt tells it', async () => {
    const { failed, wait, failures } = await run([{ status: 503 }], { retryInterval: 100, retry: exactly });
    await failed(3);
    // Time may pass between the failure and this reading of the clock.
    expect(wait(1)).toBeGreaterThan(50);
    expect(wait(1)).toBeLessThanOrEqual(100);
    expect(wait(2)).toBeGreaterThan(150);
    expect(wait(2)).toBeLessThanOrEqual(200);
    expect(wait(3)).toBeGreaterThan(350);
    expect(wait(3)).toBeLessThanOrEqual(400);
    expect(failures.map(({ error }) => error.failures)).toEqual([1, 2, 3]);
    expect(failures.every(({ state }) => state.status === 'reconnecting')).toBe(true);
  });

  test('is never under what Retry-After says in seconds, jitter or not', async () => {
    for (const retry of [exactly, {}]) {
      const { failed, wait, failures } = await run([{ status: 503, headers: { 'retry-after': '7' } }], {
        retryInterval: 100,
        retry,
      });
      await failed(1);
      expect(failures[0]?.error.retryAfter).toBe(7000);
      expect(wait(1)).toBeGreaterThan(6900);
      expect(wait(1)).toBeLessThanOrEqual(7100);
    }
  });

  test('is never under what Retry-After says as a date', async () => {
    const date = new Date(Date.now() + 10_000).toUTCString();
    const { failed, failures } = await run([{ status: 429, headers: { 'retry-after': date } }], {
      retryInterval: 100,
      retry: exactly,
    });
    await failed(1);
    const { error, state } = failures[0] ?? {};
    expect(error?.retryAfter).toBeGreaterThan(5000);
    expect(state?.retryAt).toBeGreaterThanOrEqual(Date.parse(date) - 5);
    // The server's own clock counts, and its `Date` header has no fraction of a second.
    expect(state?.retryAt).toBeLessThanOrEqual(Date.parse(date) + 1100);
  });

  test.for(['0', 'Thu, 01 Jan 2015 00:00:00 GMT', 'soon', '-5', '1.5'])(
    'is the usual one with Retry-After: %s',
    async (value) => {
      const { failed, wait } = await run([{ status: 503, headers: { 'retry-after': value } }], {
        retryInterval: 1000,
        retry: exactly,
      });
      await failed(1);
      expect(wait(1)).toBeGreaterThan(900);
      expect(wait(1)).toBeLessThanOrEqual(1000);
    },
  );

  test('has the reconnection time of the server as its base, also in later attempts', async () => {
    const { failed, wait } = await run(
      [{ chunks: ['retry: 5000\n\ndata: a\n\n'] }, { chunks: ['data: a\n\n'] }],
      { retryInterval: 100, retry: exactly },
    );
    await failed(1);
    expect(wait(1)).toBeGreaterThan(4900);
    expect(wait(1)).toBeLessThanOrEqual(5000);
    clients[0]?.reconnect();
    await failed(2);
    expect(wait(2)).toBeGreaterThan(4900);
    expect(wait(2)).toBeLessThanOrEqual(5000);
  });

  test.for(['soon', '-1', '1.5', '1e3', ' 5'])(
    'ignores retry: %s, which is no number of ms',
    async (value) => {
      const { failed, wait } = await run([{ chunks: [`retry: ${value}\ndata: a\n\n`] }], {
        retryInterval: 1000,
        retry: exactly,
      });
      await failed(1);
      expect(wait(1)).toBeGreaterThan(900);
      expect(wait(1)).toBeLessThanOrEqual(1000);
    },
  );

  test.for(['99999999999', '9'.repeat(400)])(
    'is what the server asks for, beyond maxInterval, too: retry: %s is the longest a timer can keep',
    async (value) => {
      const { failed, wait, s } = await run([{ chunks: [`retry: ${value}\ndata: a\n\n`] }], {
        retry: exactly,
      });
      await failed(1);
      expect(wait(1)).toBeGreaterThan(2 ** 31 - 100);
      expect(wait(1)).toBeLessThan(2 ** 31);
      expect((await s.closed()).requests).toHaveLength(1);
    },
  );

  test.for([99_999_999_999, Number.MAX_VALUE, Infinity])(
    'of %d ms from the options is the longest a timer can keep, not none',
    async (huge) => {
      const { failed, wait, s } = await run([{ status: 503 }], {
        retryInterval: huge,
        retry: { ...exactly, maxInterval: huge },
      });
      await failed(1);
      expect(wait(1)).toBeGreaterThan(2 ** 31 - 100);
      expect(wait(1)).toBeLessThan(2 ** 31);
      expect((await s.closed()).requests).toHaveLength(1);
    },
  );
});

describe('the counter', () => {
  test('goes back to 0 on the first event, not on an open stream', async () => {
    const { failed, failures, client } = await run(
      [
        { status: 503 },
        { end: 'destroy' },
        { chunks: [': open, but silent\n\nretry: 100\n\n'] },
        { chunks: ['data: a\n\n'] },
        { status: 503 },
        { end: 'hold' },
      ],
      { retryInterval: 100, retry: { ...exactly, factor: 1 } },
    );
    const log: string[] = [];
    client.onMessage(() => log.push('event'));
    client.onStateChange(({ status, failures }) => {
      if (status === 'open') log.push(`open ${failures}`);
    });
    await failed(5);
    expect(failures.map(({ error }) => error.failures)).toEqual([1, 2, 3, 1, 2]);
    expect(log.slice(0, 3)).toEqual(['open 1', 'open 2', 'open 3']);
    expect(log.slice(3).sort()).toEqual(['event', 'open 0']);
  });
});

describe('giving up', () => {
  test('after limit failures in a row: one request more than that', async () => {
    const { closed, failures, s, client } = await run([{ status: 503 }], {
      retryInterval: 100,
      retry: { ...exactly, factor: 1, limit: 2 },
    });
    await closed();
    expect(failures.map(({ error }) => error.willRetry)).toEqual([true, true, false]);
    expect(client.getSnapshot()).toMatchObject({
      status: 'closed',
      failures: 3,
      retryAt: undefined,
      error: failures[2]?.error,
    });
    expect((await s.closed()).requests).toHaveLength(3);
  });

  test('after maxElapsed, whatever the limit', async () => {
    const { closed, failures, s } = await run([{ status: 503 }], {
      retryInterval: 100,
      retry: { ...exactly, factor: 1, maxElapsed: 250 },
    });
    await closed();
    expect(failures.at(-1)?.error.willRetry).toBe(false);
    expect((failures.at(-1)?.now ?? 0) - (failures[0]?.now ?? 0)).toBeGreaterThanOrEqual(245);
    const { requests } = await s.closed();
    expect(requests.length).toBeGreaterThanOrEqual(2);
    expect(requests.length).toBeLessThanOrEqual(4);
  });

  test('at once with retry: false', async () => {
    const { closed, failures, s } = await run([{ status: 503 }], { retry: false });
    await closed();
    expect(failures.map(({ error }) => error.willRetry)).toEqual([false]);
    expect((await s.closed()).requests).toHaveLength(1);
  });

  test('when shouldRetry says so, which sees the whole failure', async () => {
    const seen: unknown[] = [];
    const { closed, s } = await run(
      [
        { status: 503, chunks: ['maintenance'] },
        { status: 503, chunks: ['gone'] },
      ],
      {
        retryInterval: 100,
        retry: {
          ...exactly,
          shouldRetry: ({ code, status, body, failures }) => {
            seen.push([code, status, body, failures]);
            return body === 'gone' ? false : undefined;
          },
        },
      },
    );
    await closed();
    expect(seen).toEqual([
      ['http', 503, 'maintenance', 1],
      ['http', 503, 'gone', 2],
    ]);
    expect((await s.closed()).requests).toHaveLength(2);
  });

  test('not for a 404 that shouldRetry knows to be passing', async () => {
    const { client, s } = await run([{ status: 404 }, { chunks: ['data: a\n\n'], end: 'hold' }], {
      retryInterval: 100,
      retry: { ...exactly, shouldRetry: ({ status }) => status === 404 || undefined },
    });
    expect((await client.once('message')).data).toBe('a');
    expect((await s.log()).requests).toHaveLength(2);
  });

  test('is not for ever: connect() starts over, with a fresh count', async () => {
    const { client, closed, failures, s } = await run(
      [{ status: 401 }, { chunks: ['data: a\n\n'], end: 'hold' }],
      { retry: exactly },
    );
    await closed();
    client.connect();
    expect(client.getSnapshot()).toMatchObject({ status: 'connecting', failures: 0, error: undefined });
    expect((await client.once('message')).data).toBe('a');
    expect(failures).toHaveLength(1);
    expect((await s.log()).requests).toHaveLength(2);
  });
});
