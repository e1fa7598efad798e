import { server } from 'vitest/browser';
import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { SseClient, type SseClientOptions, type SseState } from 'ssekit';
import text from '../../demo/server/index.txt?raw';
import { script, type Attempt } from '../script.ts';

/** How SseClient reconnects over the browser's own EventSource, which differs between engines. */

const clients = new Set<{ close(): void }>();

afterEach(() => {
  for (const client of clients) client.close();
  clients.clear();
});

type Options = Pick<SseClientOptions, 'retry' | 'retryInterval' | 'lastEventIdParam'>;

/** A client on native, with a record of everything that happens to it. */
function connect(url: string, options: Options = {}) {
  const client = new SseClient(url, { transport: 'native', ...options });
  clients.add(client);
  const states: SseState[] = [];
  const data: string[] = [];
  client.onStateChange((now) => states.push(now));
  client.onMessage((message) => data.push(message.data));
  return { client, states, data };
}

/** Resolves to the state once it has this status. */
function reached(client: SseClient, status: SseState['status']): Promise<SseState> {
  return new Promise((resolve) => {
    client.subscribe((state) => {
      if (state.status === status) resolve(state);
    });
  });
}

const end = 'event: end\ndata\n\n';
const isFirefox = server.browser === 'firefox';

describe('a stream that is lost', () => {
  test.for([
    ['cut', 'destroy'],
    ['ended by the server', 'end'],
  ] as const)('is reestablished by the browser itself, with Last-Event-ID: %s', async ([, ending]) => {
    const s = await script('', [
      {
        chunks: ['retry: 50\n\n', 'id: 1\ndata: a\n\n', 'id: 二\ndata: b\n\n', { text: ':\n', wait: true }],
        end: ending,
      },
      { chunks: [': back\n\n', { text: 'id: 3\ndata: c\n\n', wait: true }, end], end: 'hold' },
    ]);
    const { client, states, data } = connect(s.url);
    // A cut overtakes bytes in transit, and no client ever sees them.
    await vi.waitFor(() => {
      expect(data).toEqual(['a', 'b']);
    });
    await s.release();
    const lost = await reached(client, 'reconnecting');
    expect(lost).toMatchObject({ failures: 1, retryAt: undefined, transport: 'native' });
    expect(lost.error).toMatchObject({ code: 'network', willRetry: true });

    // Open doesn't reset the failure count. Only an event does.
    const open = await reached(client, 'open');
    expect(open).toMatchObject({ failures: 1, error: undefined });
    const ended = client.once('end');
    await s.release();
    await ended;
    expect(client.getSnapshot().failures).toBe(0);
    expect(data).toEqual(['a', 'b', 'c']);
    expect(states.map(({ status }) => status)).toEqual([
      'connecting',
      'open',
      'reconnecting',
      'open',
      'open',
    ]);
    const { requests, maxOpen } = await s.log();
    expect(requests.map(({ lastEventIdHex }) => lastEventIdHex)).toEqual([undefined, 'e4ba8c']);
    expect(maxOpen).toBe(1);
  });

  test('is resumed after events that nobody listened to, which the browser knows and the client does not', async () => {
    const s = await script('', [
      { chunks: ['retry: 50\n\n', 'id: 1\ndata: a\n\n', 'id: 2\nevent: unheard\ndata: b\n\n'] },
      { chunks: ['id: 3\ndata: c\n\n', end], end: 'hold' },
    ]);
    const { client, data } = connect(s.url);
    await reached(client, 'reconnecting');
    expect(client.lastEventId).toBe('1');
    await client.once('end');
    expect(data).toEqual(['a', 'c']);
    expect((await s.log()).requests[1]?.headers['last-event-id']).toBe('2');
  });

  test('loses and doubles nothing of a text that is cut again and again', async () => {
    const session = crypto.randomUUID();
    const { client } = connect(`/api/sse?interval=0&retry=50&session=${session}&fault=cut:150:4`);
    let typed = '';
    let opens = 0;
    client.on('lol', (message) => {
      typed += message.data;
    });
    client.onOpen(() => opens++);
    await client.once('done');
    expect(opens).toBe(5);
    expect(typed).toBe(text);
  });

  test('loses and doubles nothing when the client is closed and connected in the middle, with lastEventIdParam', async () => {
    const { client } = connect('/api/sse?interval=0', { lastEventIdParam: 'lastEventId' });
    let typed = '';
    let count = 0;
    client.on('lol', (message) => {
      typed += message.data;
      if (++count % 200 !== 0) return;
      client.close();
      client.connect();
    });
    // A promise from once() would reject at the first close().
    await new Promise<void>((resolve) => {
      client.on('done', () => {
        resolve();
      });
    });
    expect(typed).toBe(text);
    expect(count).toBe(Array.from(text).length);
  });

  test('stays lost when retry is false', async () => {
    const s = await script('', [{ chunks: ['retry: 50\n\n', 'data: a\n\n'] }]);
    const { client, states } = connect(s.url, { retry: false });
    const { error } = await reached(client, 'closed');
    expect(error).toMatchObject({ code: 'network', willRetry: false });
    expect(states.map(({ status }) => status)).not.toContain('reconnecting');
    expect((await s.closed()).requests).toHaveLength(1);
  });

  test('comes back from a server that is away for a while', async () => {
    const s = await script('', [
      { chunks: ['retry: 50\n\n', 'id: 1\ndata: a\n\n', { wait: true }], end: 'destroy' },
      { status: 0 },
      { status: 0 },
      { status: 0 },
      { chunks: ['id: 2\ndata: b\n\n', end], end: 'hold' },
    ]);
    const { client, data } = connect(s.url);
    // A cut overtakes bytes in transit, so it waits for the event.
    await client.once('message');
    await s.release();
    await client.once('end');
    expect(data).toEqual(['a', 'b']);
    const { requests } = await s.log();
    expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1', '1', '1', '1']);
  });
});

describe('an answer that is no stream', () => {
  test.for([204, 301, 401, 404, 500, 503])('is final on native: %d', async (status) => {
    const s = await script('', [{ status }]);
    const { client, states } = connect(s.url);
    const { error } = await reached(client, 'closed');
    expect(error).toMatchObject({ code: 'failed', willRetry: false, failures: 1 });
    expect(error?.status).toBeUndefined();
    expect(client.getSnapshot()).toMatchObject({ retryAt: undefined, failures: 1 });
    expect(states.map(({ status }) => status)).toEqual(['connecting', 'closed']);
    expect((await s.closed()).requests).toHaveLength(1);
  });

  test('is final on native: a wrong content type', async () => {
    const s = await script('', [{ headers: { 'content-type': 'text/html' }, chunks: ['data: 1\n\n'] }]);
    const { client, data } = connect(s.url);
    expect((await reached(client, 'closed')).error?.code).toBe('failed');
    expect(data).toEqual([]);
  });

  test('is final on native: another origin that does not allow this one', async () => {
    const s = await script(inject('crossOrigin'), [{ cors: false, chunks: ['data: 1\n\n'] }]);
    const { client, data } = connect(s.url);
    expect((await reached(client, 'closed')).error?.code).toBe('failed');
    expect(data).toEqual([]);
  });

  test('on the way back is final, too', async () => {
    const s = await script('', [{ chunks: ['retry: 50\n\n', 'data: a\n\n'] }, { status: 503 }]);
    const { client, states } = connect(s.url);
    const { error } = await reached(client, 'closed');
    expect(error).toMatchObject({ code: 'failed', failures: 2, willRetry: false });
    expect(states.map(({ status }) => status)).toEqual(['connecting', 'open', 'reconnecting', 'closed']);
  });

  test('is tried again when retry is given, and the stream resumed with lastEventIdParam', async () => {
    const s = await script('', [
      { chunks: ['retry: 50\n\n', 'id: 1\ndata: a\n\n', { wait: true }], end: 'destroy' },
      { status: 503 },
      { status: 503 },
      { chunks: ['id: 2\ndata: b\n\n', end], end: 'hold' },
    ]);
    const { client, states, data } = connect(s.url, {
      retry: { jitter: false },
      retryInterval: 100,
      lastEventIdParam: 'after',
    });
    // A cut overtakes bytes in transit, so it waits for the event.
    await client.once('message');
    await s.release();
    await client.once('end');
    expect(data).toEqual(['a', 'b']);

    const { requests } = await s.log();
    const { pathname } = new URL(s.url);
    expect(requests.map(({ url }) => url.replace(pathname, ''))).toEqual(['', '', '?after=1', '?after=1']);
    // Only the browser can send the header, and only when it reconnects by itself.
    expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([
      undefined,
      '1',
      undefined,
      undefined,
    ]);
    // The second and third failure in a row: 100 · 2 ms and 100 · 4 ms.
    const [, refused, again, opened] = requests.map(({ time }) => time);
    expect((again ?? NaN) - (refused ?? NaN)).toBeGreaterThanOrEqual(190);
    expect((opened ?? NaN) - (again ?? NaN)).toBeGreaterThanOrEqual(390);

    const waits = states.filter(({ retryAt }) => retryAt !== undefined);
    expect(waits.map(({ status, failures, error }) => [status, failures, error?.code])).toEqual([
      ['reconnecting', 2, 'failed'],
      ['reconnecting', 3, 'failed'],
    ]);
    expect(client.getSnapshot()).toMatchObject({ status: 'open', failures: 0, error: undefined });
  });

  test('ends it when the limit of retry is reached', async () => {
    const s = await script('', [{ status: 503 }]);
    const { client } = connect(s.url, { retry: { limit: 2, maxInterval: 100 } });
    expect(await reached(client, 'closed')).toMatchObject({ failures: 3, error: { willRetry: false } });
    expect((await s.closed()).requests).toHaveLength(3);
  });
});

describe('reconnect()', () => {
  test('drops the connection and opens one that resumes with lastEventIdParam', async () => {
    const s = await script('', [
      { chunks: ['id: 1\ndata: a\n\n'], end: 'hold' },
      { chunks: ['id: 2\ndata: b\n\n', end], end: 'hold' },
    ]);
    const { client, data } = connect(s.url, { lastEventIdParam: 'after' });
    await client.once('message');
    client.reconnect();
    await client.once('end');
    const { requests } = await s.requests(2);
    expect(requests[0]?.closedAt).toBeDefined();
    expect(requests[1]?.url).toMatch(/\?after=1$/);
    expect(data).toEqual(['a', 'b']);
  });
});

describe('where the engines differ', () => {
  const title = (firefox: string, others: string) =>
    isFirefox ? `Firefox: ${firefox}` : `Chromium, WebKit: ${others}`;
  /** Nothing listens on this address: that port's server only listens on 127.0.0.1. */
  const refused = `http://[::1]:${new URL(inject('crossOrigin')).port}/`;

  test(
    title(
      'a server that cannot be reached at first is final',
      'a server that cannot be reached at first is tried again by the browser',
    ),
    async () => {
      const { client } = connect(refused);
      const { error, retryAt } = await reached(client, isFirefox ? 'closed' : 'reconnecting');
      expect(error).toMatchObject({ code: isFirefox ? 'failed' : 'network', willRetry: !isFirefox });
      expect(retryAt).toBeUndefined();
    },
  );

  test(
    title(
      'with retry given it is ssekit that tries again, at a time it knows',
      'with retry given it is still the browser that tries again',
    ),
    async () => {
      const { client } = connect(refused, { retry: { jitter: false }, retryInterval: 60_000 });
      const { error, retryAt } = await reached(client, 'reconnecting');
      expect(error).toMatchObject({ code: isFirefox ? 'failed' : 'network', willRetry: true });
      if (isFirefox) expect(retryAt).toBeGreaterThan(Date.now());
      else expect(retryAt).toBeUndefined();
    },
  );

  test(
    title(
      'the stream is open with the first byte of the answer',
      'the stream is open with the head of the answer',
    ),
    async () => {
      const s = await script('', [{ chunks: [{ text: ': first byte\n\n', wait: true }], end: 'hold' }]);
      const { client } = connect(s.url);
      if (isFirefox) {
        await s.requests(1);
        expect(client.status).toBe('connecting');
        await s.release();
      }
      await reached(client, 'open');
      expect((await s.log()).held).toBe(isFirefox ? 0 : 1);
    },
  );

  /**
   * The shortest time from one request to the next in milliseconds, over several streams that end
   * at once.
   */
  async function pause(streams: number, field: string): Promise<number> {
    const s = await script('', [
      ...Array<Attempt>(streams).fill({ chunks: [field, 'data: a\n\n'] }),
      { chunks: [end], end: 'hold' },
    ]);
    await connect(s.url).client.once('end');
    const times = (await s.log()).requests.map(({ time }) => time);
    return Math.min(...times.slice(1).map((time, i) => time - (times[i] ?? 0)));
  }

  test(
    title('waits 500 ms where the server asks for less', 'wait as little as the server asks for'),
    async () => {
      const ms = await pause(4, 'retry: 0\n\n');
      if (isFirefox) expect(ms).toBeGreaterThanOrEqual(490);
      else expect(ms).toBeLessThan(490);
    },
  );

  test(
    title('waits 5 s where the server does not say', 'wait 3 s where the server does not say'),
    async () => {
      expect(await pause(1, ': no reconnection time\n\n')).toBeGreaterThanOrEqual(isFirefox ? 4900 : 2900);
    },
  );
});
