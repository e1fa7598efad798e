import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FetchEventSource } from 'ssekit';
import { mockSse } from 'ssekit/testing';

/** What would take minutes in the contract suite. */

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a reconnection time over that of any policy of ours is kept, each time', async () => {
  const server = mockSse();
  const source = new FetchEventSource('/sse', { fetch: server.fetch });
  const first = await server.next();
  first.send('retry: 90000\n\n');
  first.end();
  for (const round of [1, 2, 3]) {
    await vi.advanceTimersByTimeAsync(89_000);
    expect(server.exchanges).toHaveLength(round);
    await vi.advanceTimersByTimeAsync(1500);
    expect(server.exchanges).toHaveLength(round + 1);
    server.exchanges.at(-1)?.end();
  }
  source.close();
  expect(vi.getTimerCount()).toBe(0);
});
