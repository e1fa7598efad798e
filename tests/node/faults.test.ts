import { gzipSync } from 'node:zlib';
import { format, resolveConfig } from 'prettier';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SseClient } from 'ssekit';
import { elsewhereAttempts, faults, perform, withoutUnsure, toCompress } from '../faults.ts';
import { Gate } from '../faults/gate.ts';
import { toMarkdown } from '../faults/markdown.ts';
import { script } from '../script.ts';
import { createTestServer, type TestServer } from '../server.ts';

/** Each fault over `fetch` in Node. The same table runs in tests/browser/faults.test.ts. */

let server: TestServer;
let other: TestServer;

beforeAll(async () => {
  [server, other] = await Promise.all([createTestServer(), createTestServer()]);
});
afterAll(() => Promise.all([server.close(), other.close()]));

const fast = { retryInterval: 100, retry: { jitter: false, factor: 1 } } as const;

/** Before there are servers, only the names are needed. */
const names = faults('', '', '').map(({ name }) => name);

describe.for(['fetch', 'auto'] as const)('over %s', (transport) => {
  test.for(names)('%s', async (name) => {
    const elsewhere = await script(other.origin, elsewhereAttempts);
    const table = faults(gzipSync(toCompress).toString('base64'), server.origin, elsewhere.url);
    const fault = table.find((fault) => fault.name === name);
    if (!fault) throw new Error(`no fault ${name}`);
    const { outcome, problems, ids, maxOpen, times } = await perform(server.origin, fault.attempts, {
      ...fast,
      ...fault.options,
      transport,
    });
    // Without an EventSource, auto uses fetch.
    expect(withoutUnsure(fault, outcome)).toBe(fault.fetch);
    expect(problems).toEqual([]);
    expect(maxOpen).toBe(1);
    if (fault.ids) expect(ids).toEqual(fault.ids);
    if (fault.minDelay !== undefined) {
      expect((times[1] ?? NaN) - (times[0] ?? NaN)).toBeGreaterThanOrEqual(fault.minDelay - 5);
    }
  });
});

test('a server that refuses the connection is tried again until it is back, and the stream resumed', async () => {
  const s = await script(server.origin, [
    { chunks: ['id: 1\ndata: 1\n\n'], end: 'hold' },
    { chunks: ['id: 2\ndata: 2\n\n'], end: 'hold' },
  ]);
  const gate = new Gate(Number(new URL(server.origin).port));
  const url = new URL(s.url);
  url.port = String(await gate.open());
  const client = new SseClient(url, fast);
  const told: string[] = [];
  let shut: Promise<number> | undefined;
  const back = new Promise<void>((resolve) => {
    client.onMessage(({ data }) => {
      told.push(data);
      if (data === '1') shut = gate.shut();
      else resolve();
    });
    client.onError(({ code, failures, willRetry }) => {
      told.push(`${code} ${failures ?? ''} ${willRetry ? 'again' : 'final'}`);
      if (failures === 4) void shut?.then(() => gate.open());
    });
  });
  await back;
  client.close();
  expect(told).toEqual(['1', ...[1, 2, 3, 4].map((n) => `network ${n} again`), '2']);
  const { requests, maxOpen } = await s.closed();
  expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1']);
  expect(maxOpen).toBe(1);
  await gate.shut();
});

// `npx vitest run --project node faults -u` updates it.
test('docs/faults.md says what these tests expect', async () => {
  const options = await resolveConfig(new URL('../../package.json', import.meta.url));
  const page = await format(toMarkdown(), { ...options, parser: 'markdown' });
  await expect(page).toMatchFileSnapshot('../../docs/faults.md');
});
