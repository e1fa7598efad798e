// @vitest-environment jsdom
import { afterEach, describe, expect, test, vi } from 'vitest';
import { fetchSse, parseSse, SseClient, type SseClientOptions, type SseError, type SseMessage } from 'ssekit';
import { mockSse } from 'ssekit/testing';
import { recordErrors, reportError, stopClock } from './setup.ts';

/** `failOn`: an event reports a failure, as from servers that answer 200 and then send `event: error`. */

stopClock();
recordErrors();

const failOn = ({ type }: SseMessage) => type === 'error';
const URL_ = new URL('/sse', location.href).href;
const clients: SseClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

const flush = () => vi.advanceTimersByTimeAsync(0);

/** A client with a record of everything it delivers, and the server it talks to. */
function setup(options: Pick<SseClientOptions, 'failOn' | 'json' | 'retry'> = {}) {
  const server = mockSse();
  const client = new SseClient(URL_, { failOn, retry: { jitter: false }, fetch: server.fetch, ...options });
  clients.push(client);
  const log: string[] = [];
  const errors: SseError[] = [];
  client.on('error', ({ data }) => log.push(`error ${data}`));
  client.onMessage(({ data }) => log.push(data));
  client.onAny(({ type }) => log.push(`any ${type}`));
  client.onError((error) => errors.push(error));
  return { server, client, log, errors };
}

describe('SseClient', () => {
  test('the attempt fails with the code server, the type and the text of the event', async () => {
    const { server, client, errors } = setup();
    const exchange = await server.next();
    exchange.send({ event: 'error', data: 'no\nroom' });
    await flush();
    expect(errors).toMatchObject([
      { code: 'server', event: 'error', raw: 'no\nroom', failures: 1, willRetry: true },
    ]);
    expect(client.getSnapshot()).toMatchObject({ status: 'reconnecting', failures: 1, error: errors[0] });
    expect(exchange.isAborted).toBe(true);
  });

  test("the event isn't delivered, nor is anything after it", async () => {
    const { server, log } = setup();
    const exchange = await server.next();
    exchange.send({ data: 'a' });
    exchange.send('event: error\ndata: b\n\ndata: c\n\n');
    exchange.send({ data: 'd' });
    await flush();
    expect(log).toEqual(['a', 'any message']);
  });

  test("its ID isn't taken: the stream is resumed after the last event that was delivered", async () => {
    const { server, client } = setup();
    const exchange = await server.next();
    exchange.send({ id: '41', data: 'a' });
    exchange.send({ id: '1', event: 'error', data: 'b' });
    await flush();
    expect(client.lastEventId).toBe('41');
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.exchanges[1]?.request.headers.get('last-event-id')).toBe('41');
  });

  test('it counts in a row, the delay grows, and the limit ends it', async () => {
    const { server, client, errors } = setup({ retry: { jitter: false, limit: 3 } });
    await flush();
    for (const delay of [1000, 2000, 4000]) {
      const exchange = server.exchanges.at(-1);
      exchange?.send({ event: 'error', data: 'b' });
      exchange?.end();
      await flush();
      expect(client.getSnapshot().retryAt).toBe(Date.now() + delay);
      await vi.advanceTimersByTimeAsync(delay);
    }
    server.exchanges.at(-1)?.send({ event: 'error', data: 'b' });
    await flush();
    expect(errors.map(({ code, failures, willRetry }) => [code, failures, willRetry])).toEqual([
      ['server', 1, true],
      ['server', 2, true],
      ['server', 3, true],
      ['server', 4, false],
    ]);
    expect(client.status).toBe('closed');
    expect(server.exchanges).toHaveLength(4);
  });

  test('an event before it proves that the stream worked, so the count begins anew', async () => {
    const { server, errors } = setup();
    await flush();
    for (const delay of [1000, 1000]) {
      server.exchanges.at(-1)?.send({ data: 'a' });
      server.exchanges.at(-1)?.send({ event: 'error', data: 'b' });
      await vi.advanceTimersByTimeAsync(delay);
    }
    expect(errors.map(({ failures }) => failures)).toEqual([1, 1]);
    expect(server.exchanges).toHaveLength(3);
  });

  test('shouldRetry decides, and sees the event', async () => {
    const shouldRetry = vi.fn(({ raw }: SseError) => raw !== 'gone');
    const { server, client } = setup({ retry: { shouldRetry } });
    (await server.next()).send({ event: 'error', data: 'gone' });
    await flush();
    expect(shouldRetry.mock.calls).toMatchObject([[{ code: 'server', event: 'error', raw: 'gone' }]]);
    expect(client.getSnapshot()).toMatchObject({ status: 'closed', error: { willRetry: false } });
  });

  test("a POST isn't repeated", async () => {
    const { server, client, errors } = setup({ json: {}, retry: undefined });
    (await server.next()).send({ event: 'error', data: 'b' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(errors).toMatchObject([{ code: 'server', willRetry: false }]);
    expect(client.status).toBe('closed');
    expect(server.exchanges).toHaveLength(1);
  });

  test('it may look at the data, of events that nobody listens to', async () => {
    const { server, errors } = setup({ failOn: ({ raw }) => raw.includes('overloaded') });
    const exchange = await server.next();
    exchange.send({ event: 'error', data: 'passing' });
    exchange.send({ event: 'unheard', data: 'overloaded' });
    await flush();
    expect(errors).toMatchObject([{ code: 'server', event: 'unheard', raw: 'overloaded' }]);
  });

  test('one that throws is reported, and the event is delivered', async () => {
    const bug = new Error('a bug');
    const { server, log, errors } = setup({
      failOn() {
        throw bug;
      },
    });
    (await server.next()).send({ data: 'a' });
    await flush();
    expect(log).toEqual(['a', 'any message']);
    expect(reportError.mock.calls).toEqual([[bug]]);
    expect(errors).toEqual([]);
  });
});

const body = 'id: 1\ndata: a\n\nid: 2\nevent: error\ndata: b\n\ndata: c\n\n';

describe.each([
  ['fetchSse', () => fetchSse(URL_, { failOn, fetch: () => Promise.resolve(streamOf(body)) })],
  ['parseSse', () => parseSse(streamOf(body), { failOn })],
])('%s', (_, read) => {
  test('delivers what came before, and rejects with the code server', async () => {
    const data: string[] = [];
    const loop = (async () => {
      for await (const message of read()) data.push(message.data);
    })();
    await expect(loop).rejects.toMatchObject({ name: 'SseError', code: 'server', event: 'error', raw: 'b' });
    expect(data).toEqual(['a']);
  });
});

test('fetchSse cancels the request', async () => {
  const server = mockSse();
  const next = fetchSse(URL_, { failOn, fetch: server.fetch }).next();
  const exchange = await server.next();
  exchange.send({ event: 'error', data: 'b' });
  await expect(next).rejects.toMatchObject({ code: 'server' });
  expect(exchange.isAborted).toBe(true);
});

function streamOf(text: string): Response {
  return new Response(text, { headers: { 'content-type': 'text/event-stream' } });
}
