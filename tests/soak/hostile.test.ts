import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SseClient } from 'ssekit';
import { Weighed } from '../faults/weighed.ts';
import { script, type Attempt } from '../script.ts';
import { createTestServer, type TestServer } from '../server.ts';

/** Streams that try to fill the reader's memory. Measured in a process that does nothing else. */

let server: TestServer;
let reader: Weighed;

beforeAll(async () => {
  server = await createTestServer();
  reader = new Weighed(server.origin);
});
afterAll(async () => {
  await reader.close();
  await server.close();
});

const MiB = 2 ** 20;
const kilo = 'x'.repeat(1024);

/**
 * Memory that isn't ours but can't be separated: compiled code and socket buffers. Far less than
 * the streams send.
 */
const NOISE = MiB;

/**
 * The most bytes per character of text, and per empty line, which is a reference in a list that
 * grows by half.
 */
const BYTES = 4;
const BYTES_OF_A_LINE = 16;

describe('a stream that never ends its event', () => {
  test.for<[string, NonNullable<Attempt['chunks']>, bytes?: number]>([
    ['an endless line of data', ['data: ', { text: kilo.repeat(16), repeat: 'endless' }]],
    ['an endless comment', [':', { text: kilo.repeat(16), repeat: 'endless' }]],
    ['an endless name of a field', [{ text: kilo.repeat(16), repeat: 'endless' }]],
    ['an endless id', ['id: ', { text: kilo.repeat(16), repeat: 'endless' }]],
    ['data lines without end', [{ text: `data: ${kilo}\n`.repeat(16), repeat: 'endless' }]],
    ['empty data lines without end', [{ text: 'data\n'.repeat(4000), repeat: 'endless' }], BYTES_OF_A_LINE],
  ])(
    'is left at maxEventSize, for good, and nothing of it is kept: %s',
    { timeout: 60_000 },
    async ([, chunks, bytes = BYTES]) => {
      const read = (maxEventSize: number) =>
        reader.read(
          { chunks: ['id: 1\ndata: 1\n\n', ...chunks], end: 'hold' },
          { options: { maxEventSize }, step: maxEventSize / 4 },
        );
      const small = await read(MiB);
      const large = await read(4 * MiB);
      for (const { errors, events, requests } of [small, large]) {
        expect(errors).toEqual(['overflow final']);
        expect(events).toBe(1);
        expect(requests).toHaveLength(1);
        expect(requests[0]?.closedAt).toBeDefined();
      }
      expect(large.highest - small.highest).toBeLessThan(bytes * 3 * MiB + NOISE);
      expect(large.left - small.left).toBeLessThan(NOISE);
    },
  );

  test('is left at 16 Mi characters by default', { timeout: 60_000 }, async () => {
    const { message, errors, left } = await reader.read({
      chunks: ['data: ', { text: kilo.repeat(64), repeat: 'endless' }],
      end: 'hold',
    });
    expect(errors).toEqual(['overflow final']);
    expect(message).toContain(String(16 * MiB));
    expect(left).toBeLessThan(NOISE);
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
    { timeout: 60_000 },
    async () => {
      const read = (count: number) =>
        reader.read(
          {
            chunks: [{ text: ': nothing to say\n', repeat: count }, 'data: 1\n\nevent: end\ndata\n\n'],
            end: 'hold',
          },
          { step: count * 2 },
        );
      const few = await read(100_000);
      const many = await read(2_000_000);
      expect([few.events, many.events]).toEqual([1, 1]);
      // During the stream there are socket buffers that the engine hasn't freed yet: far less than
      // the 30 MiB more that came.
      expect(many.highest - few.highest).toBeLessThan(16 * MiB);
      expect(many.left - few.left).toBeLessThan(NOISE);
    },
  );
});

test('an event of 1,000,000 lines arrives whole', { timeout: 60_000 }, async () => {
  const { events, longest } = await reader.read({
    chunks: [{ text: 'data: a\n', repeat: 1_000_000 }, '\nevent: end\ndata\n\n'],
    end: 'hold',
  });
  expect([events, longest]).toEqual([1, 1_999_999]);
});
test('an id of 1 MB is kept, not sent, and reported once', async () => {
  const s = await script(server.origin, [
    { chunks: [{ text: `id: ${'x'.repeat(1_000_000)}\ndata: 1\n\n` }] },
    { status: 503 },
    { chunks: ['id: 2\ndata: 2\n\n'], end: 'hold' },
  ]);
  const client = new SseClient(s.url, { retryInterval: 0, transport: 'fetch' });
  const codes: string[] = [];
  client.onError(({ code }) => codes.push(code));
  const first = await client.once('message');
  expect(first.lastEventId).toHaveLength(1_000_000);
  const second = await client.once('message');
  expect(second.data).toBe('2');
  client.close();
  const { requests } = await s.closed();
  expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, undefined, undefined]);
  expect(codes.filter((code) => code === 'gap')).toHaveLength(1);
});

test('100,000 event types and ids leave nothing behind', { timeout: 60_000 }, async () => {
  const read = (count: number) =>
    reader.read({
      chunks: [
        Array.from({ length: count }, (_, i) => `event: type ${i}\nid: id ${i}\ndata: ${i}\n\n`).join(''),
        'data: 1\n\nevent: end\ndata\n\n',
      ],
      end: 'hold',
    });
  const few = await read(10_000);
  const many = await read(100_000);
  expect([few.events, many.events]).toEqual([1, 1]);
  // About ten bytes per event.
  expect(many.left - few.left).toBeLessThan(NOISE * 0.9);
});

test('1,000,000 events keep the heap flat', { timeout: 60_000 }, async () => {
  const thousand = Array.from({ length: 1000 }, (_, i) => `id: ${i}\ndata: {"price":${i}}\n\n`).join('');
  const read = (count: number) =>
    reader.read(
      { chunks: [{ text: thousand, repeat: count / 1000 }, 'event: end\ndata\n\n'], end: 'hold' },
      { step: count * 3 },
    );
  const few = await read(100_000);
  const many = await read(1_000_000);
  expect([few.events, many.events]).toEqual([100_000, 1_000_000]);
  console.info(
    `1,000,000 events: ${Math.round((many.highest - few.highest) / 1024)} KiB more on the way, ${Math.round((many.left - few.left) / 1024)} KiB more at the end, than after 100,000`,
  );
  expect(many.highest - few.highest).toBeLessThan(NOISE);
  expect(many.left - few.left).toBeLessThan(NOISE);
});

test.for<[string, Attempt, number]>([
  ['connect and close', { chunks: ['data: a\n\nevent: end\ndata\n\n'], end: 'hold' }, 1000],
  ['ten attempts that fail', { status: 503, chunks: ['busy'] }, 100],
])('1,000 times %s keep the heap flat', { timeout: 120_000 }, async ([what, attempt, times]) => {
  const read = (times: number) =>
    reader.read(attempt, { times, options: { retryInterval: 0, retry: { limit: 9 }, idleTimeout: 60_000 } });
  // By now the engine has compiled and cached everything.
  await read(times / 5);
  const { requests, left } = await read(times);
  console.info(`1,000 times ${what}: ${Math.round(left / 1024)} KiB more`);
  expect(requests).toHaveLength(1000);
  // One client with everything that belongs to it takes 14 KiB.
  expect(left).toBeLessThan(4 * MiB);
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
