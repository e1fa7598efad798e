import { server } from 'vitest/browser';
import { describe, expect, inject, test } from 'vitest';
import { SseClient } from 'ssekit';
import { xhrTransport } from 'ssekit/xhr';
import { describeClient, type Environment } from '../contract.ts';
import {
  elsewhereAttempts,
  faults,
  perform,
  toCompress,
  withoutUnsure,
  type Engine,
  type Outcome,
} from '../faults.ts';
import { script } from '../script.ts';

/** The transport over XMLHttpRequest: the contract's stream cases, and each fault. */

const SAME = inject('sameOrigin');
const CROSS = inject('crossOrigin');
const engine = server.browser as Engine;
const transport = xhrTransport();

const environment: Environment = {
  engine,
  scope: 'page',
  isNative: false,
  origin: location.origin,
  crossOrigin: CROSS,
  crossOriginSameSite: inject('crossOriginSameSite'),
};
describeClient(transport, environment);

async function gzip(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}

const outcomeHere = (outcome: Outcome) => (typeof outcome === 'object' ? outcome[engine] : outcome);

describe('a fault over xhr ends as over fetch', { concurrent: true }, () => {
  const names = faults('', '', '').map(({ name }) => name);
  test.for(names)('%s', { timeout: 60_000 }, async (name) => {
    const elsewhere = await script(CROSS, elsewhereAttempts);
    const table = faults(await gzip(toCompress), location.origin, elsewhere.url);
    const fault = table.find((fault) => fault.name === name);
    if (!fault) throw new Error(`no fault ${name}`);
    const { outcome, problems, ids, maxOpen } = await perform(SAME, fault.attempts, {
      transport,
      retryInterval: 100,
      retry: { jitter: false, factor: 1 },
      ...fault.options,
    });
    await elsewhere.release(2);
    await elsewhere.closed();
    expect(withoutUnsure(fault, outcome)).toBe(outcomeHere(fault.fetch));
    expect(problems).toEqual([]);
    expect(maxOpen).toBe(1);
    if (fault.ids) expect(ids).toEqual(fault.otherIds?.[engine]?.fetch ?? fault.ids);
  });
});

/** Events of 512 Ki characters. */
const large = (from: number, count: number, id: boolean) =>
  Array.from({ length: count }, (_, i) => {
    const line = `data: ${String(from + i)}${' '.repeat(512 * 1024)}\n\n`;
    return id ? `id: ${String(from + i)}\n${line}` : line;
  });

test('past 2 Mi characters another request continues after the latest ID, and nobody sees that', async () => {
  const s = await script(SAME, [
    { chunks: [...large(1, 6, true), { wait: true }], end: 'hold' },
    { chunks: [...large(5, 2, true), 'event: end\ndata\n\n'], end: 'hold' },
  ]);
  const client = new SseClient(s.url, { transport });
  const seen: string[] = [];
  client.onOpen(() => seen.push('open'));
  client.onError(({ code }) => seen.push(code));
  client.onMessage(({ data }) => seen.push(data.trim()));
  await client.once('end');
  client.close();
  await s.release(2);
  const { requests } = await s.closed();
  const [, renewal] = requests;
  const resumedAt = Number(renewal?.headers['last-event-id']);
  expect(requests).toHaveLength(2);
  // What the first request still brought after that event isn't delivered: it would come again.
  const delivered = Array.from({ length: resumedAt }, (_, i) => `${i + 1}`);
  expect(resumedAt).toBeGreaterThanOrEqual(1);
  expect(seen).toEqual(['open', ...delivered, '5', '6']);
});

test('an ID that still came with the event before another request is not kept', async () => {
  const lines = `id: 1\ndata: ${' '.repeat(2 * 1024 * 1024)}\n\n`;
  const s = await script(SAME, [
    { chunks: [`${lines}id: 9\n\n`, { wait: true }], end: 'hold' },
    { chunks: [':\n'] },
    { chunks: ['event: end\ndata\n\n'], end: 'hold' },
  ]);
  const client = new SseClient(s.url, { transport, retryInterval: 100 });
  await client.once('end');
  client.close();
  await s.release(2);
  const { requests } = await s.closed();
  // The second request continued after 1 and brought no event. A third one after 9 would skip events.
  expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1', '1']);
});

test.for(['GET', 'POST'])(
  'a response over %s without IDs fails with overflow at 8 Mi characters',
  async (method) => {
    const s = await script(SAME, [{ chunks: large(1, 17, method === 'POST'), end: 'hold' }]);
    const client = new SseClient(s.url, { transport, method });
    const error = await new Promise((resolve) => client.onError(resolve));
    expect(error).toMatchObject({ code: 'overflow', willRetry: false });
    client.close();
    await s.closed();
  },
);
