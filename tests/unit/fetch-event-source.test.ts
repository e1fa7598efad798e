// @vitest-environment jsdom
import { expect, test, vi } from 'vitest';
import { FetchEventSource } from 'ssekit';
import { mockSse } from 'ssekit/testing';
import { stopClock } from './setup.ts';

/** Cases that would take minutes in the contract suite. */

stopClock();

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

test.for([
  ['with a control character', 'a\u0001b'],
  ['over 4 KiB', 'x'.repeat(5000)],
] as const)('an id %s is not sent, but events have it until the server sets another', async ([, id]) => {
  const server = mockSse();
  const source = new FetchEventSource('/sse', { fetch: server.fetch });
  const log: string[] = [];
  source.onmessage = ({ data, lastEventId }) => log.push(`${String(data)} ${lastEventId}`);
  source.onerror = () => log.push('error');
  const first = await server.next();
  first.send({ id, data: 'a' });
  first.end();
  for (const round of [1, 2]) {
    await vi.advanceTimersByTimeAsync(4000);
    const again = server.exchanges[round];
    expect(again?.request.headers.has('last-event-id')).toBe(false);
    again?.send({ data: 'b' });
    if (round === 2) again?.send({ id: '', data: 'c' });
    again?.end();
  }
  await vi.advanceTimersByTimeAsync(0);
  expect(log).toEqual([`a ${id}`, 'error', `b ${id}`, 'error', `b ${id}`, 'c ', 'error']);
  source.close();
});

test('an event without its blank line is dropped, after a POST, too', async () => {
  const server = mockSse();
  const source = new FetchEventSource('/sse', { fetch: server.fetch, method: 'POST', body: 'x' });
  const log: unknown[] = [];
  source.onmessage = ({ data }) => log.push(data);
  source.onerror = () => log.push('error');
  const exchange = await server.next();
  exchange.send('data: a\n\ndata: b\n');
  exchange.end();
  await vi.advanceTimersByTimeAsync(0);
  expect(log).toEqual(['a', 'error']);
});
