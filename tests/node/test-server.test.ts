import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { script } from '../script.ts';
import { createTestServer, type TestServer } from '../server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await createTestServer();
});
afterAll(async () => {
  await server.close();
});

const decoder = new TextDecoder();

function readerOf(response: Response): () => Promise<string | undefined> {
  const reader = response.body?.getReader();
  return async () => {
    const result = await reader?.read();
    return result?.value && decoder.decode(result.value);
  };
}

describe('an attempt', () => {
  test('is an event stream by default', async () => {
    const s = await script(server.origin, [{ chunks: ['data: 1\n\n', 'data: 2\n\n'] }]);
    const response = await fetch(s.url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).toBe('data: 1\n\ndata: 2\n\n');
  });

  test('has the status and the headers it is given', async () => {
    const s = await script(server.origin, [
      { status: 503, headers: { 'retry-after': '7', 'content-type': null, 'x-list': ['a', 'b'] } },
    ]);
    const response = await fetch(s.url);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(response.headers.get('content-type')).toBeNull();
    expect(response.headers.get('x-list')).toBe('a, b');
  });

  test('sends bytes that are no text', async () => {
    const s = await script(server.origin, [{ chunks: [{ base64: '/+8A', repeat: 2 }] }]);
    const bytes = new Uint8Array(await (await fetch(s.url)).arrayBuffer());
    expect([...bytes]).toEqual([0xff, 0xef, 0, 0xff, 0xef, 0]);
  });

  test('can tear the connection: before the answer, or after the chunks', async () => {
    const s = await script(server.origin, [{ status: 0 }, { chunks: ['data: 1\n\n'], end: 'destroy' }]);
    await expect(fetch(s.url)).rejects.toThrow(TypeError);
    const read = readerOf(await fetch(s.url));
    expect(await read()).toBe('data: 1\n\n');
    await expect(read()).rejects.toThrow(TypeError);
  });

  test('delays a chunk', async () => {
    const s = await script(server.origin, [{ chunks: ['a', { text: 'b', delay: 50 }] }]);
    // Measures from before the request, because a busy machine may read the first chunk late, when
    // the server is already waiting.
    const before = performance.now();
    const read = readerOf(await fetch(s.url));
    await read();
    expect(await read()).toBe('b');
    // Node's timers fire a little early.
    expect(performance.now() - before).toBeGreaterThan(48);
  });

  test('follows the one before, and the last one is repeated', async () => {
    const s = await script(server.origin, [{ chunks: ['1'] }, { chunks: ['2'] }]);
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await (await fetch(s.url)).text());
    expect(answers).toEqual(['1', '2', '2']);
  });
});

describe('release', () => {
  test('lets one held chunk go', async () => {
    const s = await script(server.origin, [
      { chunks: ['a', { text: 'b', wait: true }, { text: 'c', wait: true }], end: 'hold' },
    ]);
    const read = readerOf(await fetch(s.url));
    expect(await read()).toBe('a');
    await s.release();
    expect(await read()).toBe('b');
    expect((await s.log()).open).toBe(1);
    await s.release();
    expect(await read()).toBe('c');
  });

  test('counts when it comes first', async () => {
    const s = await script(server.origin, [{ wait: true, chunks: [{ text: 'a', wait: true }] }]);
    await s.release(2);
    expect(await (await fetch(s.url)).text()).toBe('a');
  });

  test('holds the head of the answer back', async () => {
    const s = await script(server.origin, [{ wait: true, chunks: ['a'] }]);
    let answered = false;
    const response = fetch(s.url).then((value) => {
      answered = true;
      return value;
    });
    expect((await s.requests(1)).held).toBe(1);
    expect(answered).toBe(false);
    await s.release();
    expect(await (await response).text()).toBe('a');
  });

  test('is not spent on a client that has left', async () => {
    const s = await script(server.origin, [{ chunks: ['a', { text: 'b', wait: true }] }]);
    const abort = new AbortController();
    await readerOf(await fetch(s.url, { signal: abort.signal }))();
    abort.abort();
    expect((await s.closed()).held).toBe(0);

    const read = readerOf(await fetch(s.url));
    await read();
    await s.release();
    expect(await read()).toBe('b');
  });
});

describe('the log', () => {
  test('has every request as it came', async () => {
    const s = await script(server.origin, [{}]);
    const before = Date.now();
    await (await fetch(`${s.url}?q=1`, { method: 'PUT', body: '你好', headers: { 'X-A': 'b' } })).text();
    const [request] = (await s.closed()).requests;
    expect(request).toMatchObject({ method: 'PUT', body: '你好', headers: { 'x-a': 'b' } });
    expect(request?.url).toMatch(/^\/test\/s\/\d+\?q=1$/);
    expect(request?.time).toBeGreaterThanOrEqual(before);
    expect(request?.closedAt).toBeGreaterThanOrEqual(request?.time ?? Infinity);
  });

  test('has the bytes of Last-Event-ID', async () => {
    const s = await script(server.origin, [{}]);
    const { hostname, port, pathname } = new URL(s.url);
    const socket = connect(Number(port), hostname);
    socket.end(`GET ${pathname} HTTP/1.1\r\nhost: x\r\nLast-Event-ID: é你\r\nconnection: close\r\n\r\n`);
    const { requests } = await s.requests(1);
    expect(requests[0]?.lastEventIdHex).toBe(Buffer.from('é你').toString('hex'));
    socket.destroy();
  });

  test('counts what is open, and knows when nothing is', async () => {
    const s = await script(server.origin, [{ end: 'hold' }]);
    const abort = new AbortController();
    await Promise.all([1, 2, 3].map(() => fetch(s.url, { signal: abort.signal })));
    expect(await s.log()).toMatchObject({ open: 3, maxOpen: 3 });

    let closed = false;
    const waiting = s.closed().then((log) => {
      closed = true;
      return log;
    });
    await sleep(20);
    expect(closed).toBe(false);
    abort.abort();
    expect(await waiting).toMatchObject({ open: 0, maxOpen: 3 });
  });
});

describe('CORS', () => {
  const preflight = {
    method: 'OPTIONS',
    headers: {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'last-event-id',
      origin: 'http://a.test',
    },
  };

  test('allows everything', async () => {
    const s = await script(server.origin, [{ headers: { 'x-a': 'b' } }]);
    const allowed = await fetch(s.url, preflight);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-headers')).toBe('last-event-id');
    expect(allowed.headers.get('access-control-allow-methods')).toBe('POST');

    const response = await fetch(s.url, { headers: { origin: 'http://a.test' } });
    expect(response.headers.get('access-control-allow-origin')).toBe('http://a.test');
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
    expect(response.headers.get('access-control-expose-headers')).toContain('x-a');
    expect(await s.closed()).toMatchObject({ requests: { length: 1 }, preflights: { length: 1 } });
  });

  test('can be left out', async () => {
    const s = await script(server.origin, [{ cors: false }]);
    for (const init of [preflight, {}]) {
      const response = await fetch(s.url, init);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    }
    expect((await fetch(`${s.url}/log`)).headers.get('access-control-allow-origin')).toBe('*');
  });
});

test('what is not a script is not found', async () => {
  for (const path of ['/', '/test', '/test/s/0', '/test/s/0/log']) {
    expect((await fetch(server.origin + path)).status).toBe(404);
  }
});
