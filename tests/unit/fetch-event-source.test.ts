// @vitest-environment jsdom
import { expect, test, vi } from 'vitest';
import { FetchEventSource } from 'ssekit';
import { mockSse } from 'ssekit/testing';
import { stopClock } from './setup.ts';

/** Cases that would take minutes in the contract suite. */

stopClock();

test('members that are none of its own, or null, change nothing', async () => {
  const server = mockSse();
  const init = { fetch: server.fetch, until: 'b', json: {}, method: null, redirect: null };
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

test("a page that's shown ends the wait, but not before the server's own reconnection time", async () => {
  const server = mockSse();
  const source = new FetchEventSource('/sse', { fetch: server.fetch });
  const show = async (expected: number) => {
    document.dispatchEvent(new Event('visibilitychange'));
    await vi.advanceTimersByTimeAsync(100);
    expect(server.exchanges).toHaveLength(expected);
  };
  (await server.next()).end();
  await vi.advanceTimersByTimeAsync(100);
  await show(2);
  const second = server.exchanges[1];
  second?.send('retry: 3000\n\n');
  second?.end();
  await vi.advanceTimersByTimeAsync(2500);
  await show(2);
  await vi.advanceTimersByTimeAsync(400);
  await show(3);
  source.close();
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

test('its accessors have the names that WebIDL gives them', () => {
  for (const name of ['onopen', 'onmessage', 'onerror']) {
    const attribute = Object.getOwnPropertyDescriptor(FetchEventSource.prototype, name);
    expect(attribute).toMatchObject({ enumerable: true, configurable: true });
    expect([attribute?.get?.name, attribute?.set?.name]).toEqual([`get ${name}`, `set ${name}`]);
  }
});

/** The `readyState` at each `error` event. */
function errorsOf(source: FetchEventSource): number[] {
  const states: number[] = [];
  source.onerror = () => states.push(source.readyState);
  return states;
}

test('with `retry` it survives a 503, and gives up by the policy', async () => {
  const server = mockSse();
  const source = new FetchEventSource('/sse', { fetch: server.fetch, retry: { limit: 2, jitter: false } });
  const errors = errorsOf(source);
  const refuse = async () => {
    const exchange = await server.next();
    exchange.open({ status: 503 });
    exchange.end();
    await vi.advanceTimersByTimeAsync(0);
  };
  await refuse();
  await vi.advanceTimersByTimeAsync(2999);
  expect(server.exchanges).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  await refuse();
  await vi.advanceTimersByTimeAsync(6000);
  await refuse();
  expect(errors).toEqual([0, 0, 2]);
});

test.for([
  ['false', false],
  ['0', 0],
] as const)('with `retry: %s` the end of the stream is final', async ([, retry]) => {
  const server = mockSse();
  const errors = errorsOf(new FetchEventSource('/sse', { fetch: server.fetch, retry }));
  (await server.next()).end();
  await vi.advanceTimersByTimeAsync(0);
  expect(errors).toEqual([2]);
});

test('`retryInterval` is the reconnection time, without jitter, until the server sets another', async () => {
  const server = mockSse();
  const source = new FetchEventSource('/sse', { fetch: server.fetch, retryInterval: 500 });
  (await server.next()).end();
  await vi.advanceTimersByTimeAsync(499);
  expect(server.exchanges).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(server.exchanges).toHaveLength(2);
  source.close();
});

test('`lastEventIdParam` carries the ID in the query', async () => {
  const server = mockSse();
  const source = new FetchEventSource('/sse?a=~', { fetch: server.fetch, lastEventIdParam: 'after' });
  const first = await server.next();
  first.send({ data: 'a', id: '7' });
  first.end();
  await vi.advanceTimersByTimeAsync(3000);
  expect(server.exchanges.map(({ request }) => new URL(request.url).search)).toEqual([
    '?a=~',
    '?a=~&after=7',
  ]);
  source.close();
});

test.for(['openTimeout', 'idleTimeout'] as const)('%s is a loss, after which it reconnects', async (name) => {
  const server = mockSse();
  const source = new FetchEventSource('/sse', { fetch: server.fetch, [name]: 1000 });
  const errors = errorsOf(source);
  const first = await server.next();
  if (name === 'idleTimeout') first.open();
  await vi.advanceTimersByTimeAsync(1000);
  expect(errors).toEqual([0]);
  await vi.advanceTimersByTimeAsync(3000);
  expect(server.exchanges).toHaveLength(2);
  source.close();
});

test('a GET with a body fails for good', async () => {
  const server = mockSse();
  const init = { fetch: server.fetch, method: 'GET', body: 'a' };
  const errors = errorsOf(new FetchEventSource('/sse', init));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(errors).toEqual([2]);
});

test.for(['app://bundle/sse', 'chrome-extension://abc/sse'])(
  '%s reconnects where fetch serves it, and fails for good where not',
  async (url) => {
    let isServed = true;
    const fetch = vi.fn<typeof globalThis.fetch>(() =>
      isServed
        ? Promise.resolve(new Response('data: 1\n\n', { headers: { 'content-type': 'text/event-stream' } }))
        : Promise.reject(new TypeError('Failed to fetch')),
    );
    const served = new FetchEventSource(url, { fetch });
    await vi.advanceTimersByTimeAsync(3000);
    expect(fetch).toHaveBeenCalledTimes(2);
    served.close();
    isServed = false;
    const errors = errorsOf(new FetchEventSource(url, { fetch }));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(errors).toEqual([2]);
  },
);

test('members that are inherited, or getters, count', async () => {
  const server = mockSse();
  class Init {
    get headers() {
      return { 'x-token': 't' };
    }
  }
  const init = Object.assign(new Init(), { fetch: server.fetch });
  const source = new FetchEventSource('/sse', Object.create(init) as Init);
  expect((await server.next()).request.headers.get('x-token')).toBe('t');
  source.close();
});
