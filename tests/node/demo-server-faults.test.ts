import { readFileSync } from 'node:fs';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createApp } from '../../demo/server/app.ts';
import { listen, type Listening } from '../../demo/server/listen.ts';

let server: Listening;
beforeEach(async () => {
  server = await listen(createApp());
});
afterEach(async () => {
  await server.close();
});

function get(query = '', path = '/api/sse'): Promise<Response> {
  return fetch(`${server.url}${path}?interval=1&session=a${query}`);
}

function post(path: string, body: object): Promise<Response> {
  return fetch(server.url + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function arm(fault: object): Promise<void> {
  expect((await post('/api/faults', { session: 'a', ...fault })).status).toBe(200);
}

function readerOf(response: Response) {
  if (!response.body) throw new Error('the response has no body');
  return response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader();
}

type Reader = ReturnType<typeof readerOf>;

/** Reads until the connection breaks. A normal end is a failure. */
async function idsUntilCut(reader: Reader): Promise<(string | undefined)[]> {
  const ids: (string | undefined)[] = [];
  for (;;) {
    try {
      const { done, value } = await reader.read();
      if (done) throw new Error('the stream ended in good order');
      ids.push(value.id);
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
      return ids;
    }
  }
}

async function statuses(count: number): Promise<number[]> {
  const list = [];
  for (let index = 0; index < count; index++) list.push((await get()).status);
  return list;
}

describe.each([
  ['unavailable', 503],
  ['unauthorized', 401],
  ['not-found', 404],
  ['no-content', 204],
] as const)('%s', (kind, status) => {
  test(`answers ${status} as many times as asked, then the stream is back`, async () => {
    await arm({ kind, times: 2 });
    expect(await statuses(3)).toEqual([status, status, 200]);
  });

  test('cuts the stream that is open', async () => {
    const reader = readerOf(await get());
    await reader.read();
    await arm({ kind, times: 1 });
    await idsUntilCut(reader);
    expect((await get()).status).toBe(status);
  });

  test('leaves other sessions alone', async () => {
    const other = readerOf(await fetch(`${server.url}/api/sse?interval=1&session=b`));
    await other.read();
    await arm({ kind });
    expect((await other.read()).value?.id).toBe('2');
    expect((await fetch(`${server.url}/api/sse?session=b`)).status).toBe(200);
    expect((await fetch(`${server.url}/api/sse`)).status).toBe(200);
  });

  test('hits metrics and chat as well', async () => {
    await arm({ kind, times: 2 });
    expect((await get('', '/api/metrics')).status).toBe(status);
    expect((await post('/api/chat?session=a', { prompt: 'a' })).status).toBe(status);
    expect((await post('/api/chat?session=a', { prompt: 'a' })).status).toBe(200);
  });
});

test('unavailable is a 503 three times unless told otherwise, with Retry-After when given', async () => {
  await arm({ kind: 'unavailable', retryAfter: 7 });
  for (let attempt = 0; attempt < 3; attempt++) {
    const response = await get();
    expect(response.status).toBe(503);
    expect(response.headers.get('Retry-After')).toBe('7');
    expect(await response.json()).toHaveProperty('error.message');
  }
  expect((await get()).status).toBe(200);
  const date = 'Wed, 21 Oct 2026 07:28:00 GMT';
  await arm({ kind: 'unavailable', retryAfter: date });
  expect((await get()).headers.get('Retry-After')).toBe(date);
  await arm({ kind: 'unavailable' });
  expect((await get()).headers.get('Retry-After')).toBeNull();
});

test('unauthorized says how to get in', async () => {
  await arm({ kind: 'unauthorized' });
  expect((await get()).headers.get('WWW-Authenticate')).toMatch(/^Bearer /);
});

test('content-type is a 200 with a page of HTML', async () => {
  await arm({ kind: 'content-type' });
  const response = await get();
  expect(response.status).toBe(200);
  expect(response.headers.get('Content-Type')).toMatch(/^text\/html/);
  expect(await response.text()).toMatch(/^<!doctype html>/);
});

test('reset ends the connection before any answer', async () => {
  await arm({ kind: 'reset', times: 1 });
  await expect(get()).rejects.toThrow(TypeError);
  expect((await get()).status).toBe(200);
});

test('slow-open holds the headers back, and only once', async () => {
  await arm({ kind: 'slow-open', ms: 60 });
  const before = performance.now();
  const response = await get();
  expect(performance.now() - before).toBeGreaterThan(50);
  expect(response.status).toBe(200);
  expect((await readerOf(response).read()).value?.id).toBe('1');
});

test('slow-open and unavailable together are a slow 503', async () => {
  await arm({ kind: 'unavailable', times: 1 });
  await arm({ kind: 'slow-open', ms: 60 });
  const before = performance.now();
  expect((await get()).status).toBe(503);
  expect(performance.now() - before).toBeGreaterThan(50);
});

describe('cut', () => {
  test('cuts an open stream at once', async () => {
    const response = await fetch(`${server.url}/api/sse?session=a&interval=60000`);
    const reader = readerOf(response);
    await reader.read();
    await arm({ kind: 'cut' });
    expect(await idsUntilCut(reader)).toEqual([]);
    expect((await get()).status).toBe(200);
  });

  test('lets the further events through that it is told to, in order', async () => {
    const reader = readerOf(await fetch(`${server.url}/api/sse?session=a&interval=20`));
    const first = Number((await reader.read()).value?.id);
    await arm({ kind: 'cut', after: 3 });
    const ids = await idsUntilCut(reader);
    // One more may have been in transit when the fault was armed.
    expect(ids.length).toBeGreaterThanOrEqual(3);
    expect(ids.map(Number)).toEqual(ids.map((_, index) => first + index + 1));
  });

  const characters = Array.from(readFileSync('demo/server/index.txt', 'utf8').trimEnd()).length;

  test.each([0, 1, 100, characters - 1])(
    'waits for a stream and cuts it after exactly %i events',
    async (after) => {
      await arm({ kind: 'cut', after });
      const reader = readerOf(await fetch(`${server.url}/api/sse?session=a&interval=0`));
      expect(await idsUntilCut(reader)).toHaveLength(after);
    },
  );

  test('hits as many connections as asked', async () => {
    await arm({ kind: 'cut', after: 2, times: 2 });
    expect(await idsUntilCut(readerOf(await get()))).toEqual(['1', '2']);
    expect(await idsUntilCut(readerOf(await get('&lastEventId=2')))).toEqual(['3', '4']);
    const reader = readerOf(await get('&lastEventId=4'));
    for (const id of ['5', '6', '7']) expect((await reader.read()).value?.id).toBe(id);
  });

  test('cuts an answer of the chat', async () => {
    await arm({ kind: 'cut', after: 5 });
    const response = await post('/api/chat?session=a', { prompt: 'a', interval: 0 });
    expect(await idsUntilCut(readerOf(response))).toHaveLength(5);
  });
});

describe('silence', () => {
  test('stops an open stream, which goes on where it was', async () => {
    const reader = readerOf(await get());
    await reader.read();
    await arm({ kind: 'silence', ms: 30 });
    let last = 1;
    for (let index = 0; index < 50; index++) {
      const id = Number((await reader.read()).value?.id);
      expect(id).toBe(last + 1);
      last = id;
    }
  });

  test('waits for a stream, holds the connection open and ends with a cut', async () => {
    await arm({ kind: 'silence', after: 2 });
    const reader = readerOf(await get());
    const rest = idsUntilCut(reader);
    await arm({ kind: 'cut' });
    expect((await rest).length).toBeLessThanOrEqual(2);
  });
});

test('DELETE /api/faults clears what is armed and what is felt', async () => {
  await arm({ kind: 'silence', after: 2 });
  const reader = readerOf(await get());
  await reader.read();
  await reader.read();
  await arm({ kind: 'cut', after: 5 });
  const response = await fetch(`${server.url}/api/faults?session=a`, { method: 'DELETE' });
  expect(response.status).toBe(204);
  for (let id = 3; id < 20; id++) expect((await reader.read()).value?.id).toBe(String(id));

  await arm({ kind: 'unavailable' });
  await fetch(`${server.url}/api/faults?session=a`, { method: 'DELETE' });
  expect((await get()).status).toBe(200);
});

test('times 0 disarms', async () => {
  await arm({ kind: 'unavailable' });
  await arm({ kind: 'unavailable', times: 0 });
  expect((await get()).status).toBe(200);
});

describe('?fault=', () => {
  const list = async (query: string, count: number) => {
    const found = [];
    for (let index = 0; index < count; index++) {
      found.push((await fetch(`${server.url}/api/sse?${query}`)).status);
    }
    return found;
  };

  test('is armed once for a session, however often the URL is asked for', async () => {
    expect(await list('session=a&fault=unavailable:2', 4)).toEqual([503, 503, 200, 200]);
    expect(await list('session=b&fault=unavailable:2', 3)).toEqual([503, 503, 200]);
  });

  test('stands for each request alone without a session', async () => {
    expect(await list('fault=unauthorized', 3)).toEqual([401, 401, 401]);
  });

  test('takes a second number and a list', async () => {
    const url = `${server.url}/api/sse?session=a&interval=0&fault=unavailable:1:9,cut:4:2`;
    expect((await fetch(url)).headers.get('Retry-After')).toBe('9');
    expect(await idsUntilCut(readerOf(await fetch(url)))).toHaveLength(4);
    expect(await idsUntilCut(readerOf(await fetch(url)))).toHaveLength(4);
    expect(await (await fetch(url)).text()).toContain('event: done');
  });

  test('leaves streams alone that are open', async () => {
    const reader = readerOf(await get());
    await reader.read();
    expect((await get('&fault=unavailable:1')).status).toBe(503);
    expect((await reader.read()).value?.id).toBe('2');
  });
});

describe('a fault that makes no sense is a 400', () => {
  test.each(['explode', '', 'cut:x', 'cut:-1', 'unavailable:1:2:3', 'reset:1:1', 'cut:'])(
    '?fault=%s',
    async (fault) => {
      const response = await get(`&fault=${fault}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toHaveProperty('error.message');
    },
  );

  test.each([
    [{}],
    [{ session: 'a' }],
    [{ kind: 'cut' }],
    [{ session: '', kind: 'cut' }],
    [{ session: 1, kind: 'cut' }],
    [{ session: 'a', kind: 'explode' }],
    [{ session: 'a', kind: 'cut', after: -1 }],
    [{ session: 'a', kind: 'cut', times: '3' }],
    [{ session: 'a', kind: 'silence', ms: 1.5 }],
    [{ session: 'a', kind: 'unavailable', retryAfter: 'a\nb' }],
  ])('%j', async (body) => {
    const response = await post('/api/faults', body);
    expect(response.status).toBe(400);
    expect(await response.json()).toHaveProperty('error.message');
  });

  test('DELETE without a session', async () => {
    expect((await fetch(`${server.url}/api/faults`, { method: 'DELETE' })).status).toBe(400);
  });
});
