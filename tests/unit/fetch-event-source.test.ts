import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FetchEventSource } from 'ssekit';
import { mockSse } from 'ssekit/testing';

/** Cases that would take minutes in the contract suite. */

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('members that are none of its own, or null, change nothing', async () => {
  const server = mockSse();
  const init = { fetch: server.fetch, until: 'b', retry: false, method: null, redirect: null };
  const source = new FetchEventSource('/sse', init as object);
  const data: unknown[] = [];
  source.onmessage = (event) => data.push(event.data);
  const first = await server.next();
  first.send({ data: 'a' });
  first.send({ data: 'b' });
  await vi.advanceTimersByTimeAsync(0);
  expect(data).toEqual(['a', 'b']);
  expect(first.request).toMatchObject({ method: 'GET', redirect: 'follow' });
  first.end();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(server.exchanges).toHaveLength(2);
  source.close();
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
