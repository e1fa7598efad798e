import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { ReadyState, SseClient, type SseClientOptions, type SseError } from 'ssekit';
import { script, type Attempt } from '../script.ts';

/** R3 and R4: which transport `auto` uses, and what happens to a stream when native gives up. */

const SAME = inject('sameOrigin');
const CROSS = inject('crossOrigin');

const clients: SseClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

function connect(url: string, options: SseClientOptions = {}) {
  const client = new SseClient(url, options);
  clients.push(client);
  const data: string[] = [];
  const opens: string[] = [];
  const errors: SseError[] = [];
  const transports: (string | undefined)[] = [];
  client.onMessage((message) => data.push(message.data));
  client.onOpen(({ transport }) => opens.push(transport));
  client.onError((error) => errors.push(error));
  client.onStateChange(({ transport }) => {
    if (transport !== transports.at(-1)) transports.push(transport);
  });
  return {
    client,
    data,
    opens,
    errors,
    transports,
    received: (count: number) =>
      vi.waitFor(() => {
        expect(data.length).toBeGreaterThanOrEqual(count);
      }, 12_000),
    closed: () =>
      vi.waitFor(() => {
        expect(client.readyState).toBe(ReadyState.Closed);
      }, 12_000),
  };
}

const event = (id: number) => `id: ${id}\ndata: ${id}\n\n`;
const live: Attempt = { chunks: [event(1)], end: 'hold' };

describe('auto', () => {
  test('is native while nothing asks for more', async () => {
    const s = await script(SAME, [live]);
    const { client, opens, transports, received } = connect(s.url, { withCredentials: true });
    await received(1);
    expect(opens).toEqual(['native']);
    expect(transports).toEqual(['native']);
    expect(client.getSnapshot().transport).toBe('native');
  });

  test.for<[string, SseClientOptions]>([
    ['headers', { headers: { 'x-a': '1' } }],
    ['method', { method: 'GET' }],
    ['json', { json: {} }],
    ['body', { body: 'a' }],
    ['retryInterval', { retryInterval: 1000 }],
    ['retry', { retry: {} }],
    ['openTimeout', { openTimeout: 60_000 }],
    ['idleTimeout', { idleTimeout: 60_000 }],
    ['maxEventSize', { maxEventSize: 1000 }],
    ['redirect', { redirect: 'follow' }],
    ['fetch', { fetch: (...args) => fetch(...args) }],
    ['lastEventId', { lastEventId: '7' }],
  ])('is fetch with %s', async ([, options]) => {
    const s = await script(SAME, [live]);
    const { opens, transports, received } = connect(s.url, options);
    await received(1);
    expect(opens).toEqual(['fetch']);
    expect(transports).toEqual(['fetch']);
    expect((await s.log()).requests).toHaveLength(1);
  });

  test('is fetch with onAny before the stream opens, and delivers every type', async () => {
    const s = await script(SAME, [{ chunks: ['event: unforeseen\ndata: a\n\n'], end: 'hold' }]);
    const { client, opens } = connect(s.url);
    const type = await new Promise<string>((resolve) => {
      client.onAny((message) => {
        resolve(message.type);
      });
    });
    expect(type).toBe('unforeseen');
    expect(opens).toEqual(['fetch']);
    expect((await s.log()).requests).toHaveLength(1);
  });

  test('stays native with onAny on an open stream, and delivers the types that somebody listens to', async () => {
    const s = await script(SAME, [
      { chunks: [event(1), { text: 'event: lol\ndata: a\n\n', wait: true }], end: 'hold' },
    ]);
    const { client, received } = connect(s.url);
    await received(1);
    const types: string[] = [];
    client.onAny(({ type }) => types.push(type));
    const lol = client.once('lol');
    await s.release();
    await lol;
    expect(types).toEqual(['lol']);
    expect(client.getSnapshot().transport).toBe('native');
    expect((await s.log()).requests).toHaveLength(1);
  });

  test('sends a first lastEventId as a header over fetch, and in the query over native', async () => {
    const header = await script(SAME, [live]);
    const first = connect(header.url, { lastEventId: '7' });
    await first.received(1);
    expect((await header.log()).requests[0]?.lastEventIdHex).toBe('37');

    const query = await script(SAME, [live]);
    const second = connect(query.url, { lastEventId: '你', lastEventIdParam: 'after' });
    await second.received(1);
    expect(second.opens).toEqual(['native']);
    const { requests } = await query.log();
    expect(requests[0]?.url).toMatch(/\?after=%E4%BD%A0$/);
    expect(requests[0]?.lastEventIdHex).toBeUndefined();
  });
});

describe('when native gives up', () => {
  test('after a 503 the next attempt goes over fetch and resumes: nothing is lost, doubled or reordered', async () => {
    const s = await script(SAME, [
      { chunks: [`retry: 50\n${event(1)}`, event(2)] },
      { status: 503 },
      // Waits until the events have arrived: when a connection breaks, Chromium drops what it
      // hasn't delivered yet.
      { chunks: [event(3), event(4), { wait: true }], end: 'destroy' },
      { chunks: [event(5), 'data: no id\n\n'], end: 'hold' },
    ]);
    const { client, data, errors, opens, transports, received } = connect(s.url);
    await received(4);
    await s.release();
    await received(6);
    expect(data).toEqual(['1', '2', '3', '4', '5', 'no id']);
    expect(opens).toEqual(['native', 'fetch', 'fetch']);
    expect(transports).toEqual(['native', 'fetch']);
    expect(errors.map(({ code, willRetry }) => [code, willRetry])).toEqual([
      ['network', true],
      ['http', true],
      ['network', true],
    ]);
    expect(client.lastEventId).toBe('5');
    const { requests, maxOpen } = await s.log();
    expect(requests.map(({ lastEventIdHex }) => lastEventIdHex)).toEqual([undefined, '32', '32', '34']);
    expect(maxOpen).toBe(1);
  });

  test('at the very first attempt fetch learns that it was a deploy', async () => {
    const s = await script(SAME, [{ status: 503 }, { status: 503 }, live]);
    const { errors, opens, received } = connect(s.url);
    await received(1);
    expect(opens).toEqual(['fetch']);
    expect(errors.map(({ code, status, failures }) => [code, status, failures])).toEqual([
      ['failed', undefined, 1],
      ['http', 503, 2],
    ]);
  });

  test.for<[string, Attempt, Partial<SseError>]>([
    ['204', { status: 204 }, { code: 'no-content', status: 204 }],
    ['401', { status: 401, chunks: ['who are you?'] }, { code: 'http', status: 401, body: 'who are you?' }],
    ['404', { status: 404 }, { code: 'http', status: 404 }],
    [
      'a page instead of a stream',
      { headers: { 'content-type': 'text/html' } },
      { code: 'content-type', status: 200 },
    ],
  ])('for %s, fetch learns it and that is the end', async ([, attempt, error]) => {
    const s = await script(SAME, [attempt]);
    const { client, closed, errors } = connect(s.url);
    await closed();
    expect(errors.map(({ code, willRetry }) => [code, willRetry])).toEqual([
      ['failed', true],
      [error.code, false],
    ]);
    expect(errors[1]).toMatchObject(error);
    expect(client.getSnapshot()).toMatchObject({ status: 'closed', transport: 'fetch', error: errors[1] });
    expect((await s.closed()).requests).toHaveLength(2);
  });

  test('a server that honours the id is read to its end through a cut and a deploy, each character once', async () => {
    const session = `auto-${crypto.randomUUID()}`;
    const client = new SseClient(`/api/sse?session=${session}&interval=1&retry=50`);
    clients.push(client);
    const ids: number[] = [];
    const transports = new Set<string>();
    client.onOpen(({ transport }) => transports.add(transport));
    client.on('lol', ({ lastEventId }) => {
      ids.push(Number(lastEventId));
      if (ids.length !== 50) return;
      void (async () => {
        for (const fault of [{ kind: 'unavailable', times: 2 }, { kind: 'cut' }]) {
          await fetch('/api/faults', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ session, ...fault }),
          });
        }
      })();
    });
    const { data } = await client.once('done');
    client.close();
    const { count } = JSON.parse(data) as { count: number };
    expect(ids).toEqual(Array.from({ length: count }, (_, i) => i + 1));
    expect([...transports]).toEqual(['native', 'fetch']);
  });

  test('connect() after the end begins with native again', async () => {
    const s = await script(SAME, [{ status: 404 }, { status: 404 }, live]);
    const { client, closed, opens, received } = connect(s.url);
    await closed();
    client.connect();
    await received(1);
    expect(opens).toEqual(['native']);
  });
});

describe('across origins', () => {
  const deploy: readonly Attempt[] = [
    { chunks: [`retry: 50\n${event(1)}`, event(2)] },
    { status: 503 },
    { chunks: ['data: no id\n\n', event(3)] },
    { chunks: [event(4)], end: 'hold' },
  ];

  test('fetch sends no Last-Event-ID, for which the browser would ask the server first', async () => {
    const s = await script(CROSS, deploy);
    const { opens, data, received } = connect(s.url);
    await received(5);
    expect(data).toEqual(['1', '2', 'no id', '3', '4']);
    expect(opens).toEqual(['native', 'fetch', 'fetch']);
    const { requests, preflights } = await s.log();
    // The second request is native's own, which needs no permission.
    expect(requests.map(({ lastEventIdHex }) => lastEventIdHex)).toEqual([
      undefined,
      '32',
      undefined,
      undefined,
    ]);
    expect(preflights).toEqual([]);
  });

  test('it sends the id in the query, where that is agreed on, and keeps it over events without one', async () => {
    const s = await script(CROSS, [
      ...deploy.slice(0, 2),
      { chunks: ['data: no id\n\n'] },
      { chunks: [event(3)], end: 'hold' },
    ]);
    const { data, received } = connect(s.url, { lastEventIdParam: 'after' });
    await received(4);
    expect(data).toEqual(['1', '2', 'no id', '3']);
    const { requests, preflights } = await s.log();
    expect(requests.map(({ url }) => new URL(url, CROSS).search)).toEqual([
      '',
      '?after=2',
      '?after=2',
      '?after=2',
    ]);
    expect(preflights).toEqual([]);
  });

  test("with transport: 'fetch', or headers, the id goes as a header: the server is asked first", async () => {
    for (const options of [
      { transport: 'fetch', retryInterval: 100 },
      { headers: { 'x-a': '1' }, retryInterval: 100 },
    ] as const) {
      const s = await script(CROSS, [{ chunks: [event(1)] }, { chunks: [event(2)], end: 'hold' }]);
      const { received } = connect(s.url, options);
      await received(2);
      const { requests, preflights } = await s.log();
      expect(requests.map(({ lastEventIdHex }) => lastEventIdHex)).toEqual([undefined, '31']);
      expect(preflights.length).toBeGreaterThan(0);
    }
  });

  test('a server that allows no other origin is a failure without a reason', async () => {
    const s = await script(CROSS, [{ ...live, cors: false }]);
    const { client, errors } = connect(s.url);
    await vi.waitFor(() => {
      expect(errors).toHaveLength(2);
    }, 12_000);
    client.close();
    expect(errors.map(({ code, status }) => [code, status])).toEqual([
      ['failed', undefined],
      ['network', undefined],
    ]);
    await s.closed();
  });
});

describe.each(['native', 'fetch'] as const)('until on %s', (transport) => {
  const withUntil = (until: SseClientOptions['until']): SseClientOptions =>
    transport === 'native' ? { transport, until } : { transport, until };

  test.for<[string, SseClientOptions['until']]>([
    ['text', '[DONE]'],
    ['a function', ({ data }) => data === '[DONE]'],
  ])('as %s closes in order: not delivered, not retried, the request ended', async ([, until]) => {
    const s = await script(SAME, [{ chunks: [event(1), 'data: [DONE]\n\ndata: late\n\n'], end: 'hold' }]);
    const { client, closed, data, errors } = connect(s.url, withUntil(until));
    await closed();
    const { requests } = await s.closed();
    expect(requests).toHaveLength(1);
    expect(data).toEqual(['1']);
    expect(errors).toEqual([]);
    expect(client.getSnapshot()).toMatchObject({ status: 'closed', error: undefined, transport });
  });

  test('that throws is reported, and the stream goes on', async () => {
    const reported: unknown[] = [];
    vi.stubGlobal('reportError', (error: unknown) => reported.push(error));
    try {
      const bug = new Error('a bug');
      const s = await script(SAME, [{ chunks: [event(1), event(2)], end: 'hold' }]);
      const { received } = connect(
        s.url,
        withUntil(() => {
          throw bug;
        }),
      );
      await received(2);
      expect(reported).toEqual([bug, bug]);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
