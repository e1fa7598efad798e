// @vitest-environment jsdom
import { afterEach, describe, expect, test, vi } from 'vitest';
import { FetchEventSource, SseClient, type CommonOptions } from 'ssekit';
import { mockSse } from 'ssekit/testing';
import { flush, stopClock } from './setup.ts';

/** R25: a page that's being left reports nothing. */

stopClock();
afterEach(() => {
  vi.restoreAllMocks();
});

const dispatch = (type: string) => window.dispatchEvent(new Event(type));

/** An open client, and what it reported since it opened. */
async function open(options: CommonOptions = {}) {
  const server = mockSse();
  const client = new SseClient('/feed', { fetch: server.fetch, retry: { jitter: false }, ...options });
  const exchange = await server.next();
  exchange.send({ data: '1' });
  await flush();
  const reports: string[] = [];
  client.onError(({ code }) => reports.push(code));
  client.onStateChange(({ status }) => reports.push(status));
  return { server, client, exchange, reports };
}

describe.for(['beforeunload', 'pagehide'])('after %s', (leave) => {
  test('a client reports neither errors nor states, and still reconnects', async () => {
    const { server, client, exchange, reports } = await open();
    dispatch(leave);
    exchange.cut();
    await flush();
    expect(reports).toEqual([]);
    expect(client.status).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.exchanges).toHaveLength(2);
    client.close();
  });

  test('the close of the page itself is reported', async () => {
    const { client, reports } = await open();
    dispatch(leave);
    client.close();
    expect(reports).toEqual(['closed']);
    dispatch('pageshow');
    expect(reports).toEqual(['closed']);
  });

  test('a final failure writes nothing to the console, and ends no loop', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue(undefined);
    const server = mockSse();
    const client = new SseClient('/feed', { fetch: server.fetch, json: {} });
    const settled = vi.fn();
    const exchange = await server.next();
    exchange.open();
    await flush();
    client.once('tick').then(settled, settled);
    dispatch(leave);
    exchange.cut();
    await flush();
    expect(client.status).toBe('closed');
    expect(settled).not.toHaveBeenCalled();
    dispatch('pageshow');
    await flush();
    expect(settled).toHaveBeenCalledOnce();
    expect(log).not.toHaveBeenCalled();
  });

  test('a FetchEventSource dispatches no error', async () => {
    const server = mockSse();
    const source = new FetchEventSource('/feed', { fetch: server.fetch });
    const errors = vi.fn();
    source.onerror = errors;
    const exchange = await server.next();
    exchange.open();
    await flush();
    dispatch(leave);
    exchange.cut();
    await flush();
    expect(errors).not.toHaveBeenCalled();
    dispatch('pageshow');
    expect(errors).toHaveBeenCalledOnce();
    source.close();
  });
});

describe('a page that stays', () => {
  test('reports the latest state and its error 2 s after beforeunload', async () => {
    const { client, exchange, reports } = await open({ retry: { jitter: false }, retryInterval: 9000 });
    dispatch('beforeunload');
    exchange.cut();
    await vi.advanceTimersByTimeAsync(1999);
    expect(reports).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(reports).toEqual(['reconnecting', 'network']);
    client.close();
  });

  test('reports no error of a stream that has come back meanwhile', async () => {
    const { server, client, exchange, reports } = await open();
    dispatch('beforeunload');
    exchange.cut();
    await vi.advanceTimersByTimeAsync(1000);
    (await server.next()).send({ data: '2' });
    await vi.advanceTimersByTimeAsync(1000);
    expect(reports).toEqual(['open']);
    client.close();
  });

  test('reports a payload that could not be decoded', async () => {
    const { client, exchange, reports } = await open({ decode: 'json' } as object);
    client.onMessage(() => undefined);
    dispatch('beforeunload');
    exchange.send({ data: '{' });
    exchange.send({ data: '{' });
    await flush();
    expect(reports).toEqual([]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(reports).toEqual(['decode']);
    client.close();
  });

  test('reports what happens after its return from the back/forward cache', async () => {
    const { client, exchange, reports } = await open();
    dispatch('beforeunload');
    dispatch('pagehide');
    await vi.advanceTimersByTimeAsync(60_000);
    dispatch('pageshow');
    expect(reports).toEqual([]);
    exchange.cut();
    await flush();
    expect(reports).toEqual(['reconnecting', 'network']);
    client.close();
  });

  test('closes the client in the listener of the state without another report', async () => {
    const { client, exchange, reports } = await open({ retryInterval: 9000 });
    client.onStateChange(({ status }) => {
      if (status === 'reconnecting') client.close();
    });
    dispatch('beforeunload');
    exchange.cut();
    await vi.advanceTimersByTimeAsync(2000);
    expect(reports).toEqual(['reconnecting', 'closed']);
  });
});

test.for(['close()', 'a final failure', 'the end of a FetchEventSource'])(
  '%s leaves no listener and no timer behind',
  async (way) => {
    const count = new Map<string, number>();
    const add = vi.spyOn(window, 'addEventListener');
    const remove = vi.spyOn(window, 'removeEventListener');
    const server = mockSse();
    const source = way.includes('EventSource') ? new FetchEventSource('/', server) : undefined;
    const client = source ?? new SseClient('/', { fetch: server.fetch, json: {} });
    const exchange = await server.next();
    exchange.open(source && { status: 503 });
    await flush();
    dispatch('beforeunload');
    if (way === 'close()') client.close();
    exchange.cut();
    await vi.advanceTimersByTimeAsync(2000);
    for (const [type] of add.mock.calls) count.set(type, (count.get(type) ?? 0) + 1);
    for (const [type] of remove.mock.calls) if (count.get(type)) count.set(type, 0);
    expect(count.get('beforeunload')).toBe(0);
    expect(count.get('pagehide')).toBe(0);
    expect(count.get('pageshow')).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  },
);
