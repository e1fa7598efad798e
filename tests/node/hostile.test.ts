import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { SseClient, type SseClientOptions, type SseError } from 'ssekit';
import { script, type Attempt } from '../script.ts';
import { createTestServer, type TestServer } from '../server.ts';

/** Streams that want the memory of whoever reads them. */

let server: TestServer;

beforeAll(async () => {
  server = await createTestServer();
});
afterAll(() => server.close());

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What the heap and the buffers outside of it hold, in MiB. */
function held(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}

/** The stream goes on for as long as somebody reads it. */
async function read(attempt: Attempt, options: SseClientOptions = {}) {
  const s = await script(server.origin, [attempt]);
  const before = held();
  let highest = 0;
  let sampling: ReturnType<typeof setTimeout> | undefined;
  // To collect takes long: most of the time is for the stream.
  const sample = (took: number) => {
    sampling = setTimeout(
      () => {
        const start = performance.now();
        highest = Math.max(highest, held() - before);
        sample(performance.now() - start);
      },
      10 + took * 5,
    );
  };
  sample(0);
  const client = new SseClient(s.url, { ...options, transport: 'fetch' });
  const data: string[] = [];
  client.onMessage((message) => data.push(message.data));
  const errors: SseError[] = [];
  await new Promise<void>((resolve) => {
    client.onError((error) => {
      errors.push(error);
      if (!error.willRetry) resolve();
    });
    client.on('end', () => {
      resolve();
    });
  });
  clearTimeout(sampling);
  const state = client.getSnapshot();
  client.close();
  const { requests } = await s.closed();
  return { state, errors, data, highest, requests, left: held() - before };
}

const MiB = 2 ** 20;
const kilo = 'x'.repeat(1024);

describe('a stream that never ends its event', () => {
  test.for<[string, Attempt['chunks']]>([
    ['an endless line of data', ['data: ', { text: kilo.repeat(16), repeat: 'endless' }]],
    ['an endless comment', [':', { text: kilo.repeat(16), repeat: 'endless' }]],
    ['an endless name of a field', [{ text: kilo.repeat(16), repeat: 'endless' }]],
    ['an endless id', ['id: ', { text: kilo.repeat(16), repeat: 'endless' }]],
    ['data lines without end', [{ text: `data: ${kilo}\n`.repeat(16), repeat: 'endless' }]],
    ['empty data lines without end', [{ text: 'data\n'.repeat(4000), repeat: 'endless' }]],
  ])('is left at maxEventSize, for good, and the server sees it: %s', async ([, chunks]) => {
    const { state, errors, data, highest, requests, left } = await read(
      { chunks: ['id: 1\ndata: 1\n\n', ...(chunks ?? [])], end: 'hold' },
      { maxEventSize: MiB },
    );
    expect(errors.map(({ code, willRetry }) => [code, willRetry])).toEqual([['overflow', false]]);
    expect(state).toMatchObject({ status: 'closed', error: errors[0] });
    expect(data).toEqual(['1']);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.closedAt).toBeDefined();
    expect(highest).toBeLessThan(48);
    expect(left).toBeLessThan(8);
  });

  test('is left at 16 Mi characters by default', { timeout: 30_000 }, async () => {
    const { errors, highest, left } = await read({
      chunks: ['data: ', { text: kilo.repeat(64), repeat: 'endless' }],
      end: 'hold',
    });
    expect(errors[0]?.message).toContain(String(16 * MiB));
    expect(highest).toBeLessThan(160);
    expect(left).toBeLessThan(8);
  });

  test('is tried again where shouldRetry says so, and resumed after the last whole event', async () => {
    const s = await script(server.origin, [
      { chunks: ['id: 1\ndata: 1\n\ndata: ', { text: kilo, repeat: 'endless' }] },
      { chunks: ['id: 2\ndata: 2\n\n'], end: 'hold' },
    ]);
    const client = new SseClient(s.url, {
      maxEventSize: 4096,
      retryInterval: 0,
      retry: { shouldRetry: ({ code }) => (code === 'overflow' ? true : undefined) },
    });
    const data: string[] = [];
    await new Promise<void>((resolve) => {
      client.onMessage((message) => {
        if (data.push(message.data) === 2) resolve();
      });
    });
    client.close();
    expect(data).toEqual(['1', '2']);
    const { requests } = await s.closed();
    expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1']);
  });

  test(
    'and of which each comment is short costs nothing, however long it goes on',
    { timeout: 30_000 },
    async () => {
      const comments = ': nothing to say\n'.repeat(4000);
      const { data, highest, left } = await read({
        chunks: [...Array<string>(500).fill(comments), 'data: 1\n\nevent: end\ndata\n\n'],
        end: 'hold',
      });
      expect(data).toEqual(['1']);
      expect(highest).toBeLessThan(48);
      expect(left).toBeLessThan(8);
    },
  );
});

test('an event of 1,000,000 lines arrives whole, in time that is linear', async () => {
  const { data } = await read({
    chunks: [{ text: 'data: a\n', repeat: 1_000_000 }, '\nevent: end\ndata\n\n'],
    end: 'hold',
  });
  expect(data).toHaveLength(1);
  expect(data[0]).toHaveLength(1_999_999);
});

test('an id of 1 MB is kept, not sent, and reported once', async () => {
  const reportError = vi.fn();
  vi.stubGlobal('reportError', reportError);
  const s = await script(server.origin, [
    { chunks: [{ text: `id: ${'x'.repeat(1_000_000)}\ndata: 1\n\n` }] },
    { status: 503 },
    { chunks: ['id: 2\ndata: 2\n\n'], end: 'hold' },
  ]);
  const client = new SseClient(s.url, { retryInterval: 0, transport: 'fetch' });
  const first = await client.once('message');
  expect(first.lastEventId).toHaveLength(1_000_000);
  const second = await client.once('message');
  expect(second.data).toBe('2');
  client.close();
  vi.unstubAllGlobals();
  const { requests } = await s.closed();
  expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, undefined, undefined]);
  expect(reportError).toHaveBeenCalledTimes(1);
});

test('100,000 event types and ids leave nothing behind', async () => {
  const lines = Array.from({ length: 1000 }, (_, i) => `event: type${i}\nid: ${i}\ndata: ${kilo}\n\n`).join(
    '',
  );
  const { left } = await read({
    chunks: [{ text: lines, repeat: 100 }, 'event: end\ndata\n\n'],
    end: 'hold',
  });
  expect(left).toBeLessThan(8);
});

test('a server that sends an event and leaves, again and again, is asked ten times a second at most', async () => {
  const s = await script(server.origin, [{ chunks: ['retry: 0\n\ndata: 1\n\n'] }]);
  const client = new SseClient(s.url, { transport: 'fetch', retryInterval: 0 });
  const { requests } = await s.requests(6);
  client.close();
  const gaps = requests.slice(1).map(({ time }, i) => time - (requests[i]?.time ?? NaN));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(95);
  await s.closed();
});
