import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ReadyState, SseClient, type RequestContext, type SseClientOptions, type SseError } from 'ssekit';
import { script } from '../script.ts';
import { createTestServer, type TestServer } from '../server.ts';

/** `SseClient` over `fetch` and real sockets. */

let server: TestServer;
const clients: SseClient[] = [];

beforeAll(async () => {
  server = await createTestServer();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  vi.unstubAllGlobals();
});
afterAll(async () => {
  await server.close();
});

/** The shortest possible delay, always the same. */
const fast = { retryInterval: 100, retry: { jitter: false, factor: 1 } } as const;

/** A client with a log of everything it reports. */
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
    told: (entry: string, times = 1) =>
      vi.waitFor(() => {
        expect(log.filter((told) => told === entry).length).toBeGreaterThanOrEqual(times);
      }, 4000),
    closed: () =>
      vi.waitFor(() => {
        expect(client.readyState).toBe(ReadyState.Closed);
      }, 4000),
  };
}

/** Waits some turns of the event loop, until everything pending has happened. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

describe('a request', () => {
  test('asks for an event stream that is in no cache, and sends nothing else of its own', async () => {
    const s = await script(server.origin, [{ end: 'hold' }]);
    connect(s.url);
    const { requests } = await s.requests(1);
    expect(requests[0]).toMatchObject({ method: 'GET', body: '' });
    expect(requests[0]?.lastEventIdHex).toBeUndefined();
    expect(requests[0]?.headers).toMatchObject({
      accept: 'text/event-stream',
      'cache-control': 'no-cache',
      pragma: 'no-cache',
    });
    expect(requests[0]?.headers).not.toHaveProperty('content-type');
  });

  test.for([
    ['1', '31'],
    ['你好', 'e4bda0e5a5bd'],
    ['🤔é', 'f09fa494c3a9'],
    ['ÿ', 'c3bf'],
    ['x'.repeat(4096), '78'.repeat(4096)],
  ])('resumes after the id of the last event, as its UTF-8 bytes: %s', async ([id, hex]) => {
    const s = await script(server.origin, [{ chunks: [`id: ${id}\ndata: a\n\n`] }, { end: 'hold' }]);
    connect(s.url);
    const { requests } = await s.requests(2);
    expect(requests.map(({ lastEventIdHex }) => lastEventIdHex)).toEqual([undefined, hex]);
  });

  test('resumes after an id that came without data, and starts over after an empty one', async () => {
    const s = await script(server.origin, [
      { chunks: ['id: 1\ndata: a\n\nid: 2\n\n'] },
      { chunks: ['data: b\n\nid\n\n'] },
      { end: 'hold' },
    ]);
    connect(s.url);
    const { requests } = await s.requests(3);
    expect(requests.map(({ lastEventIdHex }) => lastEventIdHex)).toEqual([undefined, '32', undefined]);
  });

  test.for<[string, string]>([
    ['over 4 KiB', 'x'.repeat(4097)],
    ['over 4 KiB in bytes, not in characters', '你'.repeat(1366)],
    ['with a control character', 'a\u0001b'],
    ['with a DEL', 'a\u007fb'],
    ['with a tab', 'a\tb'],
  ])('leaves an id out that cannot be sent, and reports that once: %s', async ([, id]) => {
    const s = await script(server.origin, [
      { chunks: [`id: ${id}\ndata: a\n\n`] },
      { status: 503 },
      { status: 503 },
      { end: 'hold' },
    ]);
    const { errors } = connect(s.url);
    const { requests } = await s.requests(4);
    expect(requests.every(({ lastEventIdHex }) => lastEventIdHex === undefined)).toBe(true);
    const gaps = errors.filter(({ code }) => code === 'gap');
    expect(gaps).toHaveLength(1);
    expect(gaps[0]).toMatchObject({
      willRetry: true,
      message: expect.stringContaining('4 KiB or has control characters') as string,
    });
  });

  test('has what functions for URL, headers and body return, called before every attempt', async () => {
    const s = await script(server.origin, [
      { chunks: ['id: 1\ndata: a\n\n'], end: 'destroy' },
      { status: 503, headers: { 'retry-after': '0' } },
      { end: 'hold' },
    ]);
    const contexts: Record<'url' | 'headers' | 'body', RequestContext[]> = { url: [], headers: [], body: [] };
    const { errors } = connect(
      (context) => {
        contexts.url.push(context);
        return Promise.resolve(`${s.url}?try=${contexts.url.length}`);
      },
      {
        ...fast,
        method: 'PUT',
        headers: (context) => {
          contexts.headers.push(context);
          return Promise.resolve(new Headers({ 'x-try': String(contexts.headers.length) }));
        },
        body: (context) => {
          contexts.body.push(context);
          return `body ${contexts.body.length}`;
        },
      },
    );
    const { requests } = await s.requests(3);
    expect(requests.map(({ method, url, headers, body }) => [method, url, headers['x-try'], body])).toEqual(
      [1, 2, 3].map((n) => ['PUT', `${new URL(s.url).pathname}?try=${n}`, String(n), `body ${n}`]),
    );
    for (const told of Object.values(contexts)) {
      expect(told.map(({ failures, lastEventId, error }) => [failures, lastEventId, error])).toEqual([
        [0, '', undefined],
        [1, '1', errors[0]],
        [2, '1', errors[1]],
      ]);
      expect(told.map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
    }
    expect(errors.map(({ code, status }) => [code, status])).toEqual([
      ['network', undefined],
      ['http', 503],
    ]);
  });

  test('a token that has expired is refreshed in four lines', async () => {
    const s = await script(server.origin, [{ status: 401 }, { chunks: ['data: welcome\n\n'], end: 'hold' }]);
    const tokens = ['expired', 'fresh'];
    const { told, log } = connect(s.url, {
      retryInterval: 100,
      headers: async ({ error }) => {
        if (error?.status === 401) await Promise.resolve(tokens.shift());
        return { Authorization: `Bearer ${tokens[0] ?? ''}` };
      },
      retry: { shouldRetry: ({ status, failures }) => (status === 401 && failures === 1 ? true : undefined) },
    });
    await told('message welcome');
    const { requests } = await s.log();
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer expired', 'Bearer fresh']);
    expect(log).toEqual(['error http again', 'open fetch 200', 'message welcome']);
  });

  test('a token that the server refuses again is not tried for ever', async () => {
    const s = await script(server.origin, [{ status: 401 }]);
    const { closed, log } = connect(s.url, {
      retryInterval: 100,
      headers: { Authorization: 'Bearer wrong' },
      retry: { shouldRetry: ({ status, failures }) => (status === 401 && failures === 1 ? true : undefined) },
    });
    await closed();
    expect(log).toEqual(['error http again', 'error http final']);
    expect((await s.closed()).requests).toHaveLength(2);
  });

  test('of which a header can never be sent is a TypeError of the constructor, without the value', () => {
    const create = () => new SseClient(server.origin, { headers: { Authorization: 'Bearer secret\nX: y' } });
    expect(create).toThrow(TypeError);
    expect(create).toThrow(/`headers` must not hold line breaks.* encodeURIComponent/);
    expect(create).not.toThrow(/secret/);
  });

  test('whose function returns a header that cannot be sent is tried again: the next may be better', async () => {
    const s = await script(server.origin, [{ chunks: ['data: a\n\n'], end: 'hold' }]);
    const { told, log } = connect(s.url, {
      ...fast,
      // A token replaced by a proxy's error page.
      headers: ({ failures }) => ({ Authorization: failures < 2 ? '<html>\n</html>' : 'Bearer fresh' }),
    });
    await told('message a');
    expect(log).toEqual(['error failed again', 'error failed again', 'open fetch 200', 'message a']);
    expect((await s.log()).requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer fresh']);
  });
});

describe('an answer', () => {
  test.for([
    'text/event-stream',
    'text/event-stream;charset=utf-8',
    'TEXT/EVENT-STREAM',
    'text/event-stream; charset=gbk',
  ])('of type %s is a stream, always in UTF-8', async (type) => {
    const s = await script(server.origin, [
      { headers: { 'content-type': type }, chunks: ['data: 你好\n\n'], end: 'hold' },
    ]);
    const { told } = connect(s.url);
    await told('message 你好');
  });

  test.for(['text/html; charset=utf-8', 'application/json', null])('of type %s is final', async (type) => {
    const s = await script(server.origin, [
      { headers: { 'content-type': type }, chunks: ['<title>Sign in</title>'] },
    ]);
    const { closed, errors, client } = connect(s.url);
    await closed();
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({
      code: 'content-type',
      status: 200,
      body: '<title>Sign in</title>',
      failures: 1,
      willRetry: false,
    });
    expect(client.getSnapshot()).toMatchObject({ status: 'closed', error: errors[0], transport: 'fetch' });
    expect((await s.closed()).requests).toHaveLength(1);
  });

  test('of 204 is final, without being an http error', async () => {
    const s = await script(server.origin, [{ chunks: ['data: a\n\n'] }, { status: 204 }]);
    const { closed, log, errors } = connect(s.url);
    await closed();
    expect(log).toEqual(['open fetch 200', 'message a', 'error network again', 'error no-content final']);
    expect(errors[1]).toMatchObject({ status: 204 });
    expect((await s.closed()).requests).toHaveLength(2);
  });

  test.for([400, 401, 403, 404, 410, 422])('of status %d is final', async (status) => {
    const s = await script(server.origin, [{ status, chunks: ['no'] }]);
    const { closed, errors } = connect(s.url);
    await closed();
    expect(errors[0]).toMatchObject({ code: 'http', status, body: 'no', failures: 1, willRetry: false });
    expect((await s.closed()).requests).toHaveLength(1);
  });

  test.for([408, 425, 429, 500, 502, 503, 504])('of status %d is retried', async (status) => {
    const s = await script(server.origin, [
      { status, headers: { 'x-reason': 'deploy' } },
      { chunks: ['data: a\n\n'], end: 'hold' },
    ]);
    const { told, errors } = connect(s.url);
    await told('message a');
    expect(errors[0]).toMatchObject({ code: 'http', status, failures: 1, willRetry: true });
    expect(errors[0]?.headers?.get('x-reason')).toBe('deploy');
  });

  test('that is an error is read to 8 KiB, and the rest is cancelled: the server sees the close', async () => {
    const s = await script(server.origin, [
      { status: 500, chunks: [{ text: '0123456789', repeat: 500_000 }], end: 'hold' },
    ]);
    const { closed, errors } = connect(s.url, { ...fast, retry: false });
    await closed();
    expect(errors[0]?.body).toBe('0123456789'.repeat(820).slice(0, 8192));
    await s.closed();
  });

  test('that is an error without an end is cancelled after a second', async () => {
    const s = await script(server.origin, [{ status: 500, chunks: ['half'], end: 'hold' }]);
    const { closed, errors } = connect(s.url, { ...fast, retry: false });
    await closed();
    expect(errors[0]).toMatchObject({ code: 'http', status: 500, body: 'half' });
    await s.closed();
  });

  test('that is torn while its error is read still tells the status', async () => {
    const s = await script(server.origin, [{ status: 500, chunks: ['half'], end: 'destroy' }]);
    const { closed, errors } = connect(s.url, { ...fast, retry: false });
    await closed();
    expect(errors[0]).toMatchObject({ code: 'http', status: 500 });
  });

  test('that never comes, or is torn, is a network error that is retried', async () => {
    const s = await script(server.origin, [
      { status: 0 },
      { chunks: ['data: a\n\n'], end: 'destroy' },
      { chunks: ['data: b\n\n'], end: 'hold' },
    ]);
    const { told, log } = connect(s.url);
    await told('message b');
    expect(log).toEqual([
      'error network again',
      'open fetch 200',
      'message a',
      'error network again',
      'open fetch 200',
      'message b',
    ]);
  });
});

describe('close()', () => {
  test('before the headers ends the request', async () => {
    const s = await script(server.origin, [{ wait: true, end: 'hold' }]);
    const { client, log } = connect(s.url);
    await s.requests(1);
    client.close();
    await s.closed();
    await settle();
    expect(log).toEqual([]);
    expect((await s.log()).requests).toHaveLength(1);
  });

  test('while a headers function is at it sends nothing, and that function knows', async () => {
    const s = await script(server.origin, [{ end: 'hold' }]);
    let answer: ((headers: HeadersInit) => void) | undefined;
    let signal: AbortSignal | undefined;
    const { client, log } = connect(s.url, {
      headers: (context) => {
        signal = context.signal;
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    });
    await vi.waitFor(() => {
      expect(signal).toBeDefined();
    });
    client.close();
    expect(signal?.aborted).toBe(true);
    answer?.({ 'x-late': '1' });
    await settle();
    expect((await s.log()).requests).toEqual([]);
    expect(log).toEqual([]);
  });

  test('within a chunk: nothing of the rest of it is delivered, and the request ends', async () => {
    const s = await script(server.origin, [{ chunks: ['data: 1\n\ndata: 2\n\ndata: 3\n\n'], end: 'hold' }]);
    const { client, log, told } = connect(s.url);
    client.onMessage(({ data }) => {
      if (data === '2') client.close();
    });
    await told('message 1');
    await s.closed();
    await settle();
    expect(log).toEqual(['open fetch 200', 'message 1']);
    expect((await s.log()).requests).toHaveLength(1);
  });

  test('while the body of an error is read ends the request, and nothing is told', async () => {
    const s = await script(server.origin, [{ status: 503, chunks: ['half'], end: 'hold' }]);
    let head: (() => void) | undefined;
    const headers = new Promise<void>((resolve) => {
      head = resolve;
    });
    const { client, log } = connect(s.url, {
      ...fast,
      fetch: async (...args) => {
        const response = await fetch(...args);
        head?.();
        return response;
      },
    });
    await headers;
    await settle();
    client.close();
    await s.closed();
    await settle();
    expect(log).toEqual([]);
    expect((await s.log()).requests).toHaveLength(1);
  });

  test('while it waits to try again leaves it at that', async () => {
    const s = await script(server.origin, [{ status: 503 }]);
    const { client, told } = connect(s.url);
    await told('error http again');
    client.close();
    expect(client.getSnapshot()).toMatchObject({ status: 'closed', retryAt: undefined });
    // Another client that fails now and waits twice as long. By then the first one would have
    // reconnected.
    const other = await script(server.origin, [{ status: 503 }]);
    connect(other.url, { ...fast, retryInterval: 200 });
    await other.requests(2);
    expect((await s.log()).requests).toHaveLength(1);
  });

  test('and connect() in one tick resumes with one request', async () => {
    const s = await script(server.origin, [
      { chunks: ['id: 1\ndata: a\n\n'], end: 'hold' },
      { chunks: ['id: 2\ndata: b\n\n'], end: 'hold' },
    ]);
    const { client, log, told } = connect(s.url);
    await told('message a');
    client.close();
    client.connect();
    await told('message b');
    const { requests } = await s.log();
    expect(requests.map(({ lastEventIdHex }) => lastEventIdHex)).toEqual([undefined, '31']);
    expect(log).toEqual(['open fetch 200', 'message a', 'open fetch 200', 'message b']);
  });

  test('by the signal is the same', async () => {
    const s = await script(server.origin, [{ chunks: ['data: a\n\n'], end: 'hold' }]);
    const controller = new AbortController();
    const { client, told, log } = connect(s.url, { ...fast, signal: controller.signal });
    await told('message a');
    controller.abort();
    expect(client.readyState).toBe(ReadyState.Closed);
    await s.closed();
    client.connect();
    await settle();
    expect(log).toEqual(['open fetch 200', 'message a']);
    expect((await s.log()).requests).toHaveLength(1);
  });
});

describe('what is not a GET', () => {
  test('is never sent again: not after 503, a refusal, or a cut', async () => {
    for (const attempt of [
      { status: 503, headers: { 'retry-after': '0' } },
      { status: 0 },
      { end: 'destroy' },
    ] as const) {
      const s = await script(server.origin, [attempt]);
      const { closed, errors } = connect(s.url, { json: { prompt: 'paid' } });
      await closed();
      expect(errors.map(({ willRetry }) => willRetry)).toEqual([false]);
      const { requests } = await s.closed();
      expect(requests.map(({ method, body }) => [method, body])).toEqual([['POST', '{"prompt":"paid"}']]);
      expect(requests[0]?.headers['content-type']).toBe('application/json');
    }
  });

  test('is closed in order by the end of its answer, with or without retry', async () => {
    for (const retry of [undefined, 3]) {
      const s = await script(server.origin, [{ chunks: ['data: a\n\n'] }]);
      const { closed, log, client } = connect(s.url, { json: {}, retry });
      await closed();
      expect(log).toEqual(['open fetch 200', 'message a']);
      expect(client.getSnapshot()).toMatchObject({ status: 'closed', error: undefined, failures: 0 });
      expect((await s.closed()).requests).toHaveLength(1);
    }
  });

  test('is sent again when retry is given', async () => {
    const s = await script(server.origin, [{ status: 503 }, { chunks: ['data: a\n\n'], end: 'hold' }]);
    const { told } = connect(s.url, { ...fast, body: 'again' });
    await told('message a');
    const { requests } = await s.log();
    expect(requests.map(({ method, body }) => [method, body])).toEqual([
      ['POST', 'again'],
      ['POST', 'again'],
    ]);
  });
});

test('the end of a GET stream is retried, and nothing is lost or doubled', async () => {
  const s = await script(server.origin, [
    { chunks: ['id: 1\ndata: a\n\n', 'id: 2\ndata: b\n\nid: 3\ndata: lost'] },
    { chunks: ['id: 3\ndata: c\n\n'], end: 'destroy' },
    { chunks: ['id: 4\ndata: d\n\n'], end: 'hold' },
  ]);
  const { told, log, client } = connect(s.url);
  await told('message d');
  expect(log.filter((entry) => entry.startsWith('message'))).toEqual(
    ['a', 'b', 'c', 'd'].map((data) => `message ${data}`),
  );
  const { requests, maxOpen } = await s.log();
  expect(requests.map(({ lastEventIdHex }) => lastEventIdHex)).toEqual([undefined, '32', '33']);
  expect(maxOpen).toBe(1);
  expect(client.lastEventId).toBe('4');
});

describe('until', () => {
  test.for<[string, SseClientOptions['until']]>([
    ['text', '[DONE]'],
    ['a function', ({ data, type }) => type === 'message' && data === '[DONE]'],
  ])('as %s closes the stream in order: not delivered, not retried, the request ended', async ([, until]) => {
    const s = await script(server.origin, [
      { chunks: ['data: a\n\ndata: [DONE]\n\ndata: late\n\n'], end: 'hold' },
    ]);
    const { closed, log, client } = connect(s.url, { ...fast, until });
    await closed();
    await s.closed();
    await settle();
    expect(log).toEqual(['open fetch 200', 'message a']);
    expect(client.getSnapshot()).toMatchObject({ status: 'closed', error: undefined });
    expect((await s.log()).requests).toHaveLength(1);
  });

  test('that throws is reported, and the stream goes on', async () => {
    const reportError = vi.fn();
    vi.stubGlobal('reportError', reportError);
    const bug = new Error('a bug');
    const s = await script(server.origin, [{ chunks: ['data: a\n\ndata: b\n\n'], end: 'hold' }]);
    const { told } = connect(s.url, {
      ...fast,
      until: () => {
        throw bug;
      },
    });
    await told('message b');
    expect(reportError.mock.calls).toEqual([[bug], [bug]]);
  });
});

describe('secrets', () => {
  /** Everything that a failure exposes: the error, its causes and the state. */
  function shown(error: SseError, client: SseClient): string {
    const parts = [JSON.stringify(client.getSnapshot())];
    for (let at: unknown = error; at instanceof Error; at = at.cause) {
      parts.push(String(at), at.message, at.stack ?? '', JSON.stringify(at));
    }
    return parts.join('\n');
  }

  test.for<[string, Parameters<typeof script>[1][number]]>([
    ['a refused connection', { status: 0 }],
    ['a redirect', { status: 302, headers: { location: '/?token=secret-query' } }],
    ['an http error', { status: 401 }],
    ['a wrong content type', { headers: { 'content-type': 'text/html' } }],
    ['204', { status: 204 }],
    ['a cut', { end: 'destroy' }],
  ])('are in no text about %s', async ([, attempt]) => {
    const s = await script(server.origin, [attempt]);
    const { closed, errors, client } = connect(`${s.url}?token=secret-query`, {
      headers: { Authorization: 'Bearer secret-header' },
      retry: false,
    });
    await closed();
    const [error] = errors;
    if (!error) throw new Error('no error');
    expect(shown(error, client)).not.toMatch(/secret/);
  });

  test.for<[string, HeadersInit]>([
    ['a line feed', { Authorization: 'Bearer secret\nX: y' }],
    ['characters beyond Latin-1', { Authorization: 'Bearer secret 你好' }],
    ['a name that is none', { 'X secret': 'a' }],
  ])('are in no text about a header with %s', async ([, headers]) => {
    const s = await script(server.origin, [{ end: 'hold' }]);
    const { closed, errors, client } = connect(s.url, { headers: () => headers, retry: false });
    await closed();
    const [error] = errors;
    if (!error) throw new Error('no error');
    expect(error.code).toBe('failed');
    expect(shown(error, client)).not.toMatch(/secret/);
    expect((await s.log()).requests).toEqual([]);
  });

  test('are in no text about a URL function that returns what cannot be', async () => {
    for (const url of ['https://[secret', 'https://user:secret@example.test/']) {
      const { closed, errors, client } = connect(() => url, { retry: false });
      await closed();
      const [error] = errors;
      if (!error) throw new Error('no error');
      expect(shown(error, client)).not.toMatch(/secret/);
    }
  });
});
