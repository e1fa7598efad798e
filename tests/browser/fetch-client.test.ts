import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { server } from 'vitest/browser';
import { ReadyState, SseClient, type SseClientOptions, type SseError } from 'ssekit';
import { script, type Attempt } from '../script.ts';

/** `SseClient` over the browser's own `fetch`. */

const SAME = inject('sameOrigin');
const CROSS = inject('crossOrigin');
const SAME_SITE = inject('crossOriginSameSite');

const clients: SseClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

const fast = { transport: 'fetch', retryInterval: 100, retry: { jitter: false, factor: 1 } } as const;

function connect(url: ConstructorParameters<typeof SseClient>[0], options: SseClientOptions = fast) {
  const client = new SseClient(url, options);
  clients.push(client);
  const log: string[] = [];
  const errors: SseError[] = [];
  client.onOpen(({ transport, status }) => log.push(`open ${transport} ${status ?? ''}`));
  client.onAny(({ type, data }) => log.push(`${type} ${data}`));
  client.onError((error) => {
    errors.push(error);
    log.push(`error ${error.code} ${error.willRetry ? 'again' : 'final'}`);
  });
  return {
    client,
    log,
    errors,
    told: (entry: string) =>
      vi.waitFor(() => {
        expect(log).toContain(entry);
      }, 10_000),
    closed: () =>
      vi.waitFor(() => {
        expect(client.readyState).toBe(ReadyState.Closed);
      }, 10_000),
  };
}

const live: Attempt = { chunks: ['data: a\n\n'], end: 'hold' };

describe('a content type that was sent twice, or combined by a proxy,', () => {
  const forms: [string, string | string[], boolean][] = [
    ['twice', ['text/event-stream', 'text/event-stream'], true],
    ['after another', ['text/html', 'text/event-stream;charset=utf-8'], true],
    ['in one list', 'application/json, text/event-stream', true],
    ['with a comma left over', 'text/event-stream,', true],
    ['before one that is not valid', 'text/event-stream, */*', true],
    ['before another', 'text/event-stream, text/html', false],
    ['in quotes', 'text/html;x=", text/event-stream"', false],
  ];

  test.for(forms)('is read as Fetch says: %s', async ([, type, isStream]) => {
    const s = await script(SAME, [
      { headers: { 'content-type': type }, chunks: ['data: a\n\n'], end: 'hold' },
    ]);
    const { told, client, log } = connect(s.url);
    await told(isStream ? 'message a' : 'error content-type final');
    client.close();
    expect(log.includes('message a')).toBe(isStream);
    await s.closed();
  });
});

describe('a request', () => {
  test('asks for an event stream, past the cache', async () => {
    const s = await script(SAME, [live]);
    const { told } = connect(s.url);
    await told('message a');
    const { requests } = await s.log();
    expect(requests[0]).toMatchObject({
      method: 'GET',
      headers: { accept: 'text/event-stream', 'cache-control': 'no-cache', pragma: 'no-cache' },
    });
  });

  test('needs no permission of another origin while it has nothing of the caller', async () => {
    const s = await script(CROSS, [live]);
    const { told } = connect(s.url);
    await told('message a');
    expect((await s.log()).preflights).toEqual([]);
  });

  test('sends cookies to another origin only with withCredentials', async () => {
    document.cookie = 'ssekit=1';
    try {
      for (const [origin, withCredentials, cookie] of [
        [SAME, false, true],
        [SAME_SITE, false, false],
        [SAME_SITE, true, true],
      ] as const) {
        const s = await script(origin, [live]);
        const { told, client } = connect(s.url, { ...fast, withCredentials });
        await told('message a');
        const { requests } = await s.log();
        expect((requests[0]?.headers.cookie ?? '').includes('ssekit=1')).toBe(cookie);
        expect(client.withCredentials).toBe(withCredentials);
        client.close();
      }
    } finally {
      document.cookie = 'ssekit=1; max-age=0';
    }
  });

  test('resumes after the last id, as its UTF-8 bytes', async () => {
    const s = await script(SAME, [
      { chunks: ['id: 7 a\ndata: a\n\n'] },
      { chunks: ['id: 你\ndata: b\n\n'] },
      { chunks: ['data: c\n\n'], end: 'hold' },
    ]);
    const { told, client } = connect(s.url);
    await told('message c');
    expect(client.lastEventId).toBe('你');
    const { requests } = await s.log();
    expect(requests.map(({ lastEventIdHex }) => lastEventIdHex)).toEqual([
      undefined,
      '372061',
      // WebKitGTK encodes each byte of a fetch header again.
      server.browser === 'webkit' ? 'c3a4c2bdc2a0' : 'e4bda0',
    ]);
  });

  test('has what functions make before every failures: 401, refresh, again', async () => {
    const s = await script(SAME, [{ status: 401 }, live]);
    const tokens = ['expired', 'fresh'];
    const { told } = connect(s.url, {
      retryInterval: 100,
      headers: async ({ error }) => {
        if (error?.status === 401) await Promise.resolve(tokens.shift());
        return { Authorization: `Bearer ${tokens[0] ?? ''}` };
      },
      retry: { shouldRetry: ({ status, failures }) => (status === 401 && failures === 1 ? true : undefined) },
    });
    await told('message a');
    const { requests } = await s.log();
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer expired', 'Bearer fresh']);
  });

  test('with json is a POST that is sent once, and whose end is a normal close', async () => {
    const s = await script(SAME, [{ chunks: ['data: a\n\n'] }]);
    const { closed, log } = connect(s.url, { json: { prompt: '你好' } });
    await closed();
    expect(log).toEqual(['open fetch 200', 'message a']);
    const { requests } = await s.closed();
    expect(requests.map(({ method, body, headers }) => [method, body, headers['content-type']])).toEqual([
      ['POST', '{"prompt":"你好"}', 'application/json'],
    ]);
  });

  test.for<[string, Attempt, (SseError['code'] | undefined)?]>([
    ['503', { status: 503, headers: { 'retry-after': '0' } }, 'http'],
    // WebKitGTK treats a broken body as one that ended.
    ['a cut', { chunks: ['data: a'], end: 'destroy' }, server.browser === 'webkit' ? undefined : 'network'],
  ])('with json is not sent again after %s', async ([, attempt, code]) => {
    const s = await script(SAME, [attempt]);
    const { closed, log } = connect(s.url, { json: {} });
    await closed();
    expect(log.filter((entry) => entry.startsWith('error'))).toEqual(code ? [`error ${code} final`] : []);
    expect((await s.closed()).requests).toHaveLength(1);
  });
});

describe('an answer', () => {
  test('tells its status and headers to listeners of open', async () => {
    const s = await script(SAME, [{ ...live, headers: { 'x-a': 'b' } }]);
    const { client } = connect(s.url);
    const open = await new Promise<{ url: string; header: string | null | undefined }>((resolve) => {
      client.onOpen(({ url, headers }) => {
        resolve({ url, header: headers?.get('x-a') });
      });
    });
    expect(open).toEqual({ url: s.url, header: 'b' });
  });

  test('that is final says why', async () => {
    const s = await script(SAME, [{ status: 404, headers: { 'x-a': 'b' }, chunks: ['no such stream'] }]);
    const { closed, errors } = connect(s.url);
    await closed();
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: 'http', status: 404, body: 'no such stream', willRetry: false });
    expect(errors[0]?.headers?.get('x-a')).toBe('b');
    expect((await s.closed()).requests).toHaveLength(1);
  });

  test.for<[string, Attempt, SseError['code']]>([
    ['204', { status: 204 }, 'no-content'],
    ['a page', { headers: { 'content-type': 'text/html' }, chunks: ['<p>'] }, 'content-type'],
    ['no content type', { headers: { 'content-type': null }, chunks: ['a'] }, 'content-type'],
  ])('of %s is final', async ([, attempt, code]) => {
    const s = await script(SAME, [attempt]);
    const { closed, errors } = connect(s.url);
    await closed();
    expect(errors.map((error) => [error.code, error.willRetry])).toEqual([[code, false]]);
    expect((await s.closed()).requests).toHaveLength(1);
  });

  test.for(['text/event-stream;charset=utf-8', 'TEXT/Event-Stream', 'text/event-stream; charset=gbk'])(
    'of type %s is a stream in UTF-8',
    async (type) => {
      const s = await script(SAME, [
        { headers: { 'content-type': type }, chunks: ['data: 你好\n\n'], end: 'hold' },
      ]);
      const { told } = connect(s.url);
      await told('message 你好');
    },
  );

  test('tells Retry-After, also from another origin that exposes it', async () => {
    const s = await script(CROSS, [{ status: 503, headers: { 'retry-after': '7' } }]);
    const { client, errors, told } = connect(s.url);
    await told('error http again');
    expect(errors[0]?.retryAfter).toBe(7000);
    expect(client.getSnapshot().retryAt).toBeGreaterThan(Date.now() + 5000);
  });

  test('that is an error is read to 8 KiB; the server sees the close of a bigger one and of one without end', async () => {
    const big = await script(SAME, [
      { status: 500, chunks: [{ text: '0123456789', repeat: 500_000 }], end: 'hold' },
    ]);
    const first = connect(big.url, { ...fast, retry: false });
    await first.closed();
    expect(first.errors[0]?.body).toBe('0123456789'.repeat(820).slice(0, 8192));
    await big.closed();

    const endless = await script(SAME, [{ status: 500, chunks: ['half'], end: 'hold' }]);
    const second = connect(endless.url, { ...fast, retry: false });
    await second.closed();
    expect(second.errors[0]?.body).toBe('half');
    await endless.closed();
  });

  test('from a server that allows no other origin is a network error', async () => {
    const s = await script(CROSS, [{ ...live, cors: false }]);
    const { closed, errors } = connect(s.url, { ...fast, retry: false });
    await closed();
    expect(errors[0]).toMatchObject({ code: 'network' });
  });
});

describe('close()', () => {
  test.for<[string, Attempt]>([
    ['before the headers', { wait: true }],
    ['while the body of an error is read', { status: 503, chunks: ['half'], end: 'hold' }],
  ])('%s ends the request, and nothing is told', async ([, attempt]) => {
    const s = await script(SAME, [attempt]);
    const { client, log } = connect(s.url);
    await s.requests(1);
    client.close();
    expect((await s.closed()).requests).toHaveLength(1);
    expect(log).toEqual([]);
  });

  test('within a chunk: the rest of it is not delivered, and the request ends', async () => {
    const s = await script(SAME, [{ chunks: ['data: 1\n\ndata: 2\n\ndata: 3\n\n'], end: 'hold' }]);
    const { client, log, told } = connect(s.url);
    client.onMessage(({ data }) => {
      if (data === '2') client.close();
    });
    await told('message 1');
    expect((await s.closed()).requests).toHaveLength(1);
    expect(log).toEqual(['open fetch 200', 'message 1']);
  });
});

test('the end and the cut of a GET stream are retried: one connection at a time, nothing lost or doubled', async () => {
  const s = await script(SAME, [
    { chunks: ['id: 1\ndata: a\n\nid: 2\ndata: lost'] },
    { chunks: ['id: 2\ndata: b\n\n', { text: 'id: 3\nda', wait: true }], end: 'destroy' },
    { chunks: ['id: 3\ndata: c\n\n'], end: 'hold' },
  ]);
  const { told, log } = connect(s.url);
  await told('message b');
  await s.release();
  await told('message c');
  expect(log.filter((entry) => entry.startsWith('message'))).toEqual(['message a', 'message b', 'message c']);
  const { requests, maxOpen } = await s.log();
  expect(requests.map(({ lastEventIdHex }) => lastEventIdHex)).toEqual([undefined, '31', '32']);
  expect(maxOpen).toBe(1);
});

test('a header that cannot be sent is told of without its value', async () => {
  const s = await script(SAME, [live]);
  const { closed, errors, client } = connect(s.url, {
    headers: () => ({ Authorization: 'Bearer secret 你好' }),
    retry: false,
  });
  await closed();
  const parts = [JSON.stringify(client.getSnapshot())];
  for (let at: unknown = errors[0]; at instanceof Error; at = at.cause) {
    parts.push(String(at), at.stack ?? '', JSON.stringify(at));
  }
  expect(parts.length).toBeGreaterThan(3);
  expect(parts.join('\n')).not.toContain('secret');
  expect((await s.log()).requests).toEqual([]);
});

test('reconnect() in every onError leaves at least 100 ms between two attempts', async () => {
  const s = await script(SAME, [{ status: 503 }]);
  const begun: number[] = [];
  const { client } = connect(
    () => {
      begun.push(performance.now());
      return s.url;
    },
    { transport: 'fetch' },
  );
  client.onError(() => {
    client.reconnect();
  });
  await s.requests(5);
  client.close();
  // Browser clocks are coarse on purpose.
  for (const [i, time] of begun.slice(1).entries()) expect(time - (begun[i] ?? 0)).toBeGreaterThanOrEqual(95);
  expect((await s.closed()).maxOpen).toBe(1);
});
