import { readFileSync } from 'node:fs';
import { createServer, request, ServerResponse, type IncomingMessage } from 'node:http';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createApp } from '../../demo/server/app.ts';
import { listen, type Listening } from '../../demo/server/listen.ts';

const text = readFileSync(new URL('../../demo/server/index.txt', import.meta.url), 'utf8');
const codePoints = Array.from(text);

let server: Listening;
beforeEach(async () => {
  server = await listen(createApp());
});
afterEach(async () => {
  vi.restoreAllMocks();
  await server.close();
});

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(server.url + path, { headers });
}

function eventsOf(response: Response) {
  if (!response.body) throw new Error('the response has no body');
  return response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
}

async function typed(response: Response) {
  const events = [];
  for await (const event of eventsOf(response)) events.push(event);
  const last = events.at(-1);
  const letters = events.slice(0, -1);
  return { letters, last, text: letters.map(({ data }) => data).join('') };
}

async function stats(): Promise<unknown> {
  return (await get('/api/stats')).json();
}

async function untilOpen(open: number): Promise<void> {
  while (!JSON.stringify(await stats()).startsWith(`{"open":${open},`));
}

describe('the text', () => {
  test('has what makes typing hard', () => {
    expect(codePoints.length).toBeGreaterThanOrEqual(600);
    expect(codePoints.length).toBeLessThanOrEqual(900);
    expect(text).not.toContain('\r');
    expect(text).toMatch(/\p{Script=Han}/u);
    expect(text).toMatch(/[\u{10000}-\u{10ffff}]/u);
    expect(text).toContain('\u200d');
    expect(text).toMatch(/\p{Regional_Indicator}{2}/u);
    expect(text).toMatch(/^\t/m);
    expect(text).toMatch(/^ {4}\S/m);
    expect(text).toMatch(/^:/m);
    expect(text).toMatch(/\n\n$/);
  });
});

describe('GET /api/sse', () => {
  test('replays the file to the code point, one a message, numbered from 1', async () => {
    const { letters, text: received } = await typed(await get('/api/sse?interval=0'));
    expect(received).toBe(text);
    expect(letters.map(({ data }) => data)).toEqual(codePoints);
    expect(letters.map(({ id }) => Number(id))).toEqual(codePoints.map((_, index) => index + 1));
    expect(new Set(letters.map(({ event }) => event))).toEqual(new Set(['lol']));
  });

  test('sends a newline as two data lines', async () => {
    const body = await (await get('/api/sse?interval=0')).text();
    const id = codePoints.indexOf('\n') + 1;
    expect(body).toContain(`event: lol\ndata: \ndata: \nid: ${id}\n\n`);
  });

  test('ends with done, the count and the id "end"', async () => {
    const { last } = await typed(await get('/api/sse?interval=0'));
    expect(last).toMatchObject({ event: 'done', id: 'end', data: `{"count":${codePoints.length}}` });
  });

  test('answers 204 to who comes back after the end', async () => {
    expect((await get('/api/sse', { 'Last-Event-ID': 'end' })).status).toBe(204);
    expect((await get('/api/sse?lastEventId=end')).status).toBe(204);
  });

  test('resumes after the id in Last-Event-ID, whichever it is', async () => {
    const ids = [1, 2, 300, ...codePoints.keys()].filter((id) => id < 3 || id % 53 === 0 || id > 790);
    for (const id of new Set([...ids, codePoints.length])) {
      const response = await get('/api/sse?interval=0', { 'Last-Event-ID': String(id) });
      const { text: rest, last } = await typed(response);
      expect(rest).toBe(codePoints.slice(id).join(''));
      expect(last).toMatchObject({ id: 'end', data: `{"count":${codePoints.length}}` });
    }
  });

  test('resumes after the id in ?lastEventId=, and the header wins over it', async () => {
    const byQuery = await typed(await get('/api/sse?interval=0&lastEventId=100'));
    expect(byQuery.text).toBe(codePoints.slice(100).join(''));
    const both = await typed(await get('/api/sse?interval=0&lastEventId=100', { 'Last-Event-ID': '200' }));
    expect(both.text).toBe(codePoints.slice(200).join(''));
  });

  test.each(['0', 'abc', '-1', '1.5', '1e2', String(codePoints.length + 1), '9'.repeat(30), '%20', ''])(
    'starts over after the id %j, which it never gave out',
    async (id) => {
      const { text: received } = await typed(await get(`/api/sse?interval=0&lastEventId=${id}`));
      expect(received).toBe(text);
    },
  );

  test('starts with the reconnection time: 1000, or what ?retry= says', async () => {
    const start = async (query: string) =>
      (await (await get(`/api/sse?interval=0${query}`)).text()).slice(0, 24);
    expect(await start('')).toMatch(/^retry: 1000\n\n/);
    expect(await start('&retry=99999999999')).toMatch(/^retry: 99999999999\n\n/);
    expect(await start('&retry=soon')).toMatch(/^retry: 1000\n\n/);
  });

  test('has the headers that carry a stream through proxies', async () => {
    const { status, headers } = await get('/api/sse?interval=0');
    expect(status).toBe(200);
    expect(headers.get('Content-Type')).toBe('text/event-stream; charset=utf-8');
    expect(headers.get('Cache-Control')).toBe('no-cache, no-transform');
    expect(headers.get('X-Accel-Buffering')).toBe('no');
    expect(headers.get('Connection')).toBe('keep-alive');
  });

  test('has no body for HEAD', async () => {
    const response = await fetch(`${server.url}/api/sse`, { method: 'HEAD' });
    expect(response.headers.get('Content-Type')).toBe('text/event-stream; charset=utf-8');
    await untilOpen(0);
  });

  test('serves two clients independently', async () => {
    const one = eventsOf(await get('/api/sse?interval=1')).getReader();
    await one.read();
    const two = await typed(await get('/api/sse?interval=0'));
    expect(two.text).toBe(text);
    expect((await one.read()).value).toMatchObject({ id: '2', data: codePoints[1] });
  });
});

describe('the languages of GET /api/sse', () => {
  test('?lang=en is the English file, and everything else the other', async () => {
    const english = readFileSync(new URL('../../demo/server/index.en.txt', import.meta.url), 'utf8');
    expect((await typed(await get('/api/sse?interval=0&lang=en'))).text).toBe(english);
    for (const lang of ['zh', 'de', '']) {
      expect((await typed(await get(`/api/sse?interval=0&lang=${lang}`))).text).toBe(text);
    }
  });
});

describe('GET /api/metrics', () => {
  test('ticks as unnamed JSON messages', async () => {
    const reader = eventsOf(await get('/api/metrics?interval=0')).getReader();
    const { value } = await reader.read();
    expect(value).toMatchObject({ id: '1', event: undefined });
    const percent = expect.toSatisfy((figure: number) => figure >= 0 && figure <= 100) as unknown;
    expect(JSON.parse(value?.data ?? '')).toEqual({
      time: expect.closeTo(Date.now(), -5) as unknown,
      qps: expect.any(Number) as unknown,
      latency: { p50: expect.any(Number) as unknown, p99: expect.any(Number) as unknown },
      cpu: percent,
      memory: percent,
      online: expect.any(Number) as unknown,
    });
    await reader.cancel();
  });

  test('mixes in alarm and deploy, all numbered in one row', async () => {
    const seen = new Map<string, unknown>();
    let position = 0;
    for await (const { id, event, data } of eventsOf(await get('/api/metrics?interval=0'))) {
      position++;
      expect(id).toBe(String(position));
      seen.set(event ?? 'message', JSON.parse(data));
      if (seen.size === 3) break;
    }
    expect(seen.get('alarm')).toEqual({
      level: expect.stringMatching(/^(info|warn|error)$/) as unknown,
      text: expect.any(String) as unknown,
      textZh: expect.stringMatching(/\p{Script=Han}/u) as unknown,
      time: expect.any(Number) as unknown,
    });
    expect(seen.get('deploy')).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as unknown,
      time: expect.any(Number) as unknown,
    });
  });

  test('goes on counting after the last event ID', async () => {
    const reader = eventsOf(await get('/api/metrics', { 'Last-Event-ID': '41' })).getReader();
    expect((await reader.read()).value?.id).toBe('42');
    await reader.cancel();
  });

  test('waits for a client that does not read, and goes on without a gap', async () => {
    const write = vi.spyOn(ServerResponse.prototype, 'write');
    const response = await get('/api/metrics?interval=0');
    let calls = -1;
    for (let quiet = 0; quiet < 20; quiet++) {
      await stats();
      if (write.mock.calls.length !== calls) quiet = 0;
      calls = write.mock.calls.length;
    }
    let position = 0;
    for await (const { id } of eventsOf(response)) {
      position++;
      if (id !== String(position) || position > calls + 1000) break;
    }
    expect(position).toBeGreaterThan(calls + 1000);
  });
});

describe('the app', () => {
  test('counts open streams and requests for each session', async () => {
    const reader = eventsOf(await get('/api/sse?session=a&interval=1')).getReader();
    await typed(await get('/api/sse?session=b&interval=0'));
    await get('/api/sse');
    await untilOpen(2);
    expect(await stats()).toEqual({
      open: 2,
      sessions: { a: { open: 1, requests: 1 }, b: { open: 0, requests: 1 } },
    });
    await reader.cancel();
    await untilOpen(1);
    expect(await stats()).toMatchObject({ sessions: { a: { open: 0, requests: 1 } } });
  });

  test('remembers 256 sessions, and above all those that are open', async () => {
    await get('/api/sse?session=open');
    for (let index = 0; index < 300; index++) await get(`/api/sse?session=s${index}&lastEventId=end`);
    const { sessions } = (await stats()) as { sessions: Record<string, unknown> };
    expect(Object.keys(sessions)).toHaveLength(256);
    expect(Object.keys(sessions)).toEqual(expect.arrayContaining(['open', 's299', 's45']));
  });

  test('takes __proto__ for a session like any other, and no endless name', async () => {
    await get('/api/sse?session=__proto__&lastEventId=end');
    expect(JSON.stringify(await stats())).toContain('"__proto__":{"open":0,"requests":1}');
    const response = await get(`/api/sse?session=${'x'.repeat(129)}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: { message: expect.stringContaining('session') as unknown },
    });
  });

  test('shares nothing with another app', async () => {
    const other = await listen(createApp());
    await get('/api/sse?session=a');
    expect(await (await fetch(`${other.url}/api/stats`)).json()).toEqual({ open: 0, sessions: {} });
    await other.close();
  });

  test('lets requests it does not know fall through', async () => {
    const app: (req: IncomingMessage, res: ServerResponse, next: () => void) => void = createApp();
    const host = createServer((req, res) => {
      app(req, res, () => {
        res.end(`host: ${req.url ?? ''}`);
      });
    });
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
    const address = host.address();
    const origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
    expect(await (await fetch(`${origin}/index.html?a=1`)).text()).toBe('host: /index.html?a=1');
    expect(await (await fetch(`${origin}/api/else`)).text()).toBe('host: /api/else');
    expect((await typed(await fetch(`${origin}/api/sse?interval=0`))).text).toBe(text);
    host.close();
    host.closeAllConnections();
  });

  test('answers on its own with 404 to what it does not know', async () => {
    expect((await get('/api/else')).status).toBe(404);
  });

  test('lets any origin in, with credentials and the headers it asks for', async () => {
    const response = await get('/api/sse?lastEventId=end', { Origin: 'https://example.com' });
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('https://example.com');
    expect(response.headers.get('Access-Control-Allow-Credentials')).toBe('true');
    expect(response.headers.get('Access-Control-Expose-Headers')).toContain('Retry-After');
    expect(response.headers.get('Vary')).toContain('Origin');

    const preflight = await new Promise<Record<string, unknown>>((resolve, reject) => {
      const headers = {
        Origin: 'https://example.com',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,last-event-id',
      };
      request(`${server.url}/api/chat`, { method: 'OPTIONS', headers }, (answer) => {
        resolve({ status: answer.statusCode, ...answer.headers });
        answer.resume();
      })
        .on('error', reject)
        .end();
    });
    expect(preflight).toMatchObject({
      status: 204,
      'access-control-allow-origin': 'https://example.com',
      'access-control-allow-headers': 'authorization,last-event-id',
      'access-control-allow-methods': expect.stringContaining('POST') as unknown,
    });
  });
});
