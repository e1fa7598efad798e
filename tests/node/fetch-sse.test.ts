import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import * as undici from 'undici';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { fetchSse, parseSse, type SseError } from 'ssekit';
import { answerTo } from '../../demo/server/answer.ts';
import { createApp } from '../../demo/server/app.ts';
import { script } from '../script.ts';
import { createTestServer, type TestServer } from '../server.ts';

/** `fetchSse` and `parseSse` over real sockets. */

let server: TestServer;

beforeAll(async () => {
  server = await createTestServer(createApp());
});
afterAll(async () => {
  await server.close();
});

const done = { done: true, value: undefined };

describe('fetchSse', () => {
  test('gives the events of one answer, and ends with it', async () => {
    const s = await script(server.origin, [
      { chunks: ['id: 1\nevent: lol\ndata: 你', '好\n\n', ': comment\n\ndata: b\n\ndata: lost'] },
    ]);
    const all: unknown[] = [];
    for await (const message of fetchSse(s.url)) all.push(message);
    const { origin } = server;
    expect(all).toEqual([
      { type: 'lol', data: '你好', raw: '你好', lastEventId: '1', origin },
      { type: 'message', data: 'b', raw: 'b', lastEventId: '1', origin },
    ]);
    expect((await s.closed()).requests).toHaveLength(1);
  });

  test('sends JSON, headers, and the id to resume after', async () => {
    const s = await script(server.origin, [{}]);
    const headers = { Authorization: 'Bearer 1' };
    await fetchSse(s.url, { json: { prompt: '你好' }, headers, lastEventId: '你' }).next();
    const { requests } = await s.closed();
    expect(requests[0]).toMatchObject({
      method: 'POST',
      body: '{"prompt":"你好"}',
      lastEventIdHex: 'e4bda0',
      headers: { accept: 'text/event-stream', authorization: 'Bearer 1', 'content-type': 'application/json' },
    });
  });

  test.for(['break', 'return', 'throw'] as const)(
    '%s in the loop ends the request: the server sees it',
    async (leave) => {
      const s = await script(server.origin, [{ chunks: ['data: a\n\n'], end: 'hold' }]);
      const loop = (async () => {
        for await (const { data } of fetchSse(s.url)) {
          if (leave === 'return') return data;
          if (leave === 'throw') throw new Error(data);
          break;
        }
        return 'left';
      })();
      await (leave === 'throw'
        ? expect(loop).rejects.toThrow('a')
        : expect(loop).resolves.toBe(leave === 'return' ? 'a' : 'left'));
      expect((await s.closed()).requests).toHaveLength(1);
    },
  );

  test('return() settles a next() that waits: for the headers, or for a silent server', async () => {
    for (const attempt of [{ wait: true }, { end: 'hold' }] as const) {
      const s = await script(server.origin, [attempt]);
      const iterator = fetchSse(s.url);
      const pending = iterator.next();
      await s.requests(1);
      expect(await iterator.return?.()).toEqual(done);
      expect(await pending).toEqual(done);
      await s.closed();
    }
  });

  test('an abort rejects with the reason, before the headers and between events; the server sees it', async () => {
    for (const attempt of [{ wait: true }, { chunks: ['data: a\n\n'], end: 'hold' }] as const) {
      const s = await script(server.origin, [attempt]);
      const controller = new AbortController();
      const iterator = fetchSse(s.url, { signal: controller.signal });
      if ('chunks' in attempt) expect((await iterator.next()).value?.data).toBe('a');
      const pending = iterator.next();
      await s.requests(1);
      const reason = new Error('stop');
      const settled = expect(pending).rejects.toBe(reason);
      controller.abort(reason);
      await settled;
      expect(await iterator.next()).toEqual(done);
      await s.closed();
    }
  });

  test('an abort within a chunk drops the rest of it', async () => {
    const s = await script(server.origin, [{ chunks: ['data: a\n\ndata: b\n\n'], end: 'hold' }]);
    const controller = new AbortController();
    const all: string[] = [];
    const loop = (async () => {
      for await (const { data } of fetchSse(s.url, { signal: controller.signal })) {
        all.push(data);
        controller.abort('stop');
      }
    })();
    await expect(loop).rejects.toBe('stop');
    expect(all).toEqual(['a']);
    await s.closed();
  });

  test("until: '[DONE]' ends the request although the server does not", async () => {
    const s = await script(server.origin, [{ chunks: ['data: a\n\ndata: [DONE]\n\n'], end: 'hold' }]);
    const all: string[] = [];
    for await (const { data } of fetchSse(s.url, { until: '[DONE]' })) all.push(data);
    expect(all).toEqual(['a']);
    await s.closed();
  });

  test('an error status rejects with what the server said, and is not repeated', async () => {
    const s = await script(server.origin, [
      { status: 429, headers: { 'retry-after': '2' }, chunks: ['{"error":"slow down"}'] },
    ]);
    const iterator = fetchSse(s.url, { json: {} });
    await expect(iterator.next()).rejects.toMatchObject({
      name: 'SseError',
      code: 'http',
      status: 429,
      body: '{"error":"slow down"}',
      retryAfter: 2000,
    } satisfies Partial<SseError>);
    expect(await iterator.next()).toEqual(done);
    expect((await s.closed()).requests).toHaveLength(1);
  });

  test.for([
    ['503', { status: 503, headers: { 'retry-after': '0' } }, 'http'],
    ['204', { status: 204 }, 'no-content'],
    ['a page instead of a stream', { headers: { 'content-type': 'text/html' } }, 'content-type'],
    ['a reset', { status: 0 }, 'network'],
    ['a cut', { chunks: ['data: a'], end: 'destroy' }, 'network'],
  ] as const)('%s rejects, and is not repeated', async ([, attempt, code]) => {
    const s = await script(server.origin, [attempt]);
    await expect(fetchSse(s.url).next()).rejects.toMatchObject({ code });
    expect((await s.closed()).requests).toHaveLength(1);
  });

  test('a cut after some events rejects after them', async () => {
    const s = await script(server.origin, [
      { chunks: ['data: a\n\n', { text: 'data: b', wait: true }], end: 'destroy' },
    ]);
    const iterator = fetchSse(s.url);
    expect((await iterator.next()).value?.data).toBe('a');
    await s.release();
    await expect(iterator.next()).rejects.toMatchObject({ code: 'network' });
  });

  test('a stalled stream rejects by idleTimeout, and the request ends', async () => {
    const s = await script(server.origin, [{ chunks: ['data: a\n\n'], end: 'hold' }]);
    const iterator = fetchSse(s.url, { idleTimeout: 100 });
    expect((await iterator.next()).value?.data).toBe('a');
    await expect(iterator.next()).rejects.toMatchObject({ code: 'timeout' });
    expect((await s.closed()).requests).toHaveLength(1);
  });

  test('a server that holds the headers back rejects by openTimeout', async () => {
    const s = await script(server.origin, [{ wait: true }]);
    await expect(fetchSse(s.url, { openTimeout: 100 }).next()).rejects.toMatchObject({ code: 'timeout' });
    expect((await s.closed()).requests).toHaveLength(1);
  });

  test('answers in the chunks of the OpenAI API are put together', async () => {
    for (const prompt of ['Why is the sky blue? 🤔', '天空为什么是蓝的？']) {
      let answer = '';
      const finished: unknown[] = [];
      for await (const { data } of fetchSse(`${server.origin}/api/chat`, {
        json: { messages: [{ role: 'user', content: prompt }], interval: 0 },
        until: '[DONE]',
      })) {
        const { choices } = JSON.parse(data) as {
          choices: { delta: { content?: string }; finish_reason: string | null }[];
        };
        answer += choices[0]?.delta.content ?? '';
        finished.push(choices[0]?.finish_reason);
      }
      expect(answer).toBe(answerTo(prompt));
      expect(finished.at(-1)).toBe('stop');
    }
  });

  test('a question the API refuses rejects with its explanation', async () => {
    const pending = fetchSse(`${server.origin}/api/chat`, { json: { prompt: '' } }).next();
    await expect(pending).rejects.toMatchObject({ code: 'http', status: 400 });
    await expect(pending).rejects.toHaveProperty('body', expect.stringContaining('prompt'));
  });
});

describe('parseSse', () => {
  test('reads a response of fetch, and ends its request when the loop is left', async () => {
    const s = await script(server.origin, [{ chunks: ['data: a\n\n'], end: 'hold' }]);
    for await (const { data, origin } of parseSse(await fetch(s.url))) {
      expect([data, origin]).toEqual(['a', server.origin]);
      break;
    }
    await s.closed();
  });

  test('ends the request of a response that is an error without end', async () => {
    const s = await script(server.origin, [
      { status: 500, chunks: [{ text: 'x', repeat: 100_000 }], end: 'hold' },
    ]);
    const error: unknown = await parseSse(await fetch(s.url))
      .next()
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'http', status: 500, body: 'x'.repeat(8192) });
    await s.closed();
  });

  /** The ways in which programs on Node get a stream of bytes. */
  const nodeStreams: [string, (url: string) => Promise<AsyncIterable<Uint8Array>>][] = [
    ['node:http', async (url) => ((await once(get(url), 'response')) as [IncomingMessage])[0]],
    ['undici', async (url) => (await undici.request(url)).body],
    ['a transform stream', async (url) => (await undici.request(url)).body.pipe(new PassThrough())],
  ];

  test.for(nodeStreams)('reads a stream of %s to its end', async ([, open]) => {
    const s = await script(server.origin, [{ chunks: ['data: 你', '好\n\ndata: b\n'] }]);
    const all: string[] = [];
    for await (const { data } of parseSse(await open(s.url))) all.push(data);
    expect(all).toEqual(['你好', 'b']);
  });

  test.for(nodeStreams.slice(0, 2))(
    'ends the request of a stream of %s when the loop is left, however silent the server is',
    async ([, open]) => {
      for (const leave of ['break', 'return()', 'abort', 'before it begins']) {
        const s = await script(server.origin, [{ chunks: ['data: a\n\n'], end: 'hold' }]);
        const controller = new AbortController();
        const iterator = parseSse(await open(s.url), controller);
        if (leave === 'before it begins') await iterator.return?.();
        else {
          expect((await iterator.next()).value?.data).toBe('a');
          const pending = leave === 'break' ? undefined : iterator.next();
          if (leave === 'abort') {
            const settled = expect(pending).rejects.toBe('stop');
            controller.abort('stop');
            await settled;
          } else {
            await iterator.return?.();
            expect(await pending).toEqual(leave === 'break' ? undefined : done);
          }
        }
        await s.closed();
      }
    },
  );

  test.for(nodeStreams.slice(0, 2))('rejects when a stream of %s is cut', async ([, open]) => {
    const s = await script(server.origin, [
      { chunks: ['data: a\n\ndata: b\n', { wait: true }], end: 'destroy' },
    ]);
    const iterator = parseSse(await open(s.url));
    expect((await iterator.next()).value?.data).toBe('a');
    await s.release();
    await expect(iterator.next()).rejects.toThrow();
    expect(await iterator.next()).toEqual(done);
  });

  test('ends the request when it is given up before anything was read', async () => {
    const s = await script(server.origin, [{ chunks: ['data: a\n\n'], end: 'hold' }]);
    await parseSse(await fetch(s.url)).return?.();
    await s.closed();
  });
});

test('a slow reader slows the server down: it is not read ahead of without bound', async () => {
  const size = 64 * 1024;
  const total = 1024;
  let written = 0;
  const fast = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const text = 'x'.repeat(size);
    const write = () => {
      while (written < total) {
        written += 1;
        if (response.write(`id: ${written}\ndata: ${text}\n\n`)) continue;
        response.once('drain', write);
        return;
      }
      response.end();
    };
    write();
  });
  fast.listen(0, '127.0.0.1');
  await once(fast, 'listening');
  const { port } = fast.address() as AddressInfo;
  const iterator = fetchSse(`http://127.0.0.1:${port}/`);
  try {
    expect((await iterator.next()).value?.lastEventId).toBe('1');
    // The server has stopped once its count is the same ten times in a row.
    let last = -1;
    let same = 0;
    await vi.waitFor(() => {
      same = written === last ? same + 1 : 0;
      last = written;
      expect(same).toBeGreaterThanOrEqual(10);
    }, 10_000);
    expect(written).toBeLessThan(total / 2);

    let read = 1;
    for await (const { data, lastEventId } of iterator) {
      read += 1;
      if (data.length !== size || lastEventId !== String(read))
        throw new Error(`event ${read} is not itself`);
    }
    expect(read).toBe(total);
  } finally {
    fast.closeAllConnections();
    fast.close();
  }
}, 20_000);
