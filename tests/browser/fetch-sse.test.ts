import { describe, expect, inject, test } from 'vitest';
import { server } from 'vitest/browser';
import { fetchSse, parseSse } from 'ssekit';
import { script, type Attempt } from '../script.ts';

const SAME = inject('sameOrigin');
const CROSS = inject('crossOrigin');

const live: Attempt = { chunks: ['data: a\n\n'], end: 'hold' };
const done = { done: true, value: undefined };

describe('fetchSse', () => {
  test.for([
    ['the page', SAME],
    ['another origin', CROSS],
  ] as const)('gives the events of one answer from %s, and ends with it', async ([, origin]) => {
    const s = await script(origin, [
      { chunks: ['id: 1\nevent: lol\ndata: 你', '好\n\n', 'data: b\n\ndata: lost'] },
    ]);
    const all: unknown[] = [];
    for await (const { type, data, lastEventId, origin } of fetchSse(s.url, { json: { prompt: '?' } })) {
      all.push([type, data, lastEventId, origin]);
    }
    const from = new URL(s.url).origin;
    expect(all).toEqual([
      ['lol', '你好', '1', from],
      ['message', 'b', '1', from],
    ]);
    const { requests } = await s.closed();
    expect(requests.map(({ method, body }) => [method, body])).toEqual([['POST', '{"prompt":"?"}']]);
  });

  test('break ends the request: the server sees it', async () => {
    const s = await script(SAME, [live]);
    for await (const { data } of fetchSse(s.url)) {
      expect(data).toBe('a');
      break;
    }
    expect((await s.closed()).requests).toHaveLength(1);
  });

  test.for<[string, Attempt]>([
    ['holds its headers back', { wait: true }],
    ['is silent', { end: 'hold' }],
  ])('return() settles a next() that waits for a server which %s', async ([, attempt]) => {
    const s = await script(SAME, [attempt]);
    const iterator = fetchSse(s.url);
    const pending = iterator.next();
    await s.requests(1);
    expect(await iterator.return?.()).toEqual(done);
    expect(await pending).toEqual(done);
    await s.closed();
  });

  test('an abort rejects with its reason; aborted already, nothing is sent', async () => {
    const s = await script(SAME, [live]);
    const controller = new AbortController();
    const iterator = fetchSse(s.url, { signal: controller.signal });
    expect((await iterator.next()).value?.data).toBe('a');
    const pending = iterator.next();
    const reason = new Error('stop');
    const settled = expect(pending).rejects.toBe(reason);
    controller.abort(reason);
    await settled;
    await s.closed();

    await expect(fetchSse(s.url, { signal: controller.signal }).next()).rejects.toBe(reason);
    expect((await s.log()).requests).toHaveLength(1);
  });

  test('several next() at once keep their order', async () => {
    const s = await script(SAME, [{ chunks: ['data: 1\n\n', 'data: 2\n\ndata: 3\n\n'] }]);
    const iterator = fetchSse(s.url);
    const all = await Promise.all([iterator.next(), iterator.next(), iterator.next(), iterator.next()]);
    expect(all.map(({ value }) => value?.data)).toEqual(['1', '2', '3', undefined]);
  });

  test.for<[string, Attempt, object]>([
    [
      'an error status',
      { status: 429, headers: { 'retry-after': '2' }, chunks: ['slow down'] },
      { code: 'http', status: 429, body: 'slow down', retryAfter: 2000 },
    ],
    ['204', { status: 204 }, { code: 'no-content' }],
    [
      'a page',
      { headers: { 'content-type': 'text/html' }, chunks: ['<p>'] },
      { code: 'content-type', body: '<p>' },
    ],
  ])('%s rejects, and is not repeated', async ([, attempt, error]) => {
    const s = await script(SAME, [attempt]);
    const iterator = fetchSse(s.url, { json: {} });
    await expect(iterator.next()).rejects.toMatchObject(error);
    expect(await iterator.next()).toEqual(done);
    expect((await s.closed()).requests).toHaveLength(1);
  });

  test('a stalled stream rejects by idleTimeout, and the request ends', async () => {
    const s = await script(SAME, [live]);
    const iterator = fetchSse(s.url, { idleTimeout: 300 });
    expect((await iterator.next()).value?.data).toBe('a');
    await expect(iterator.next()).rejects.toMatchObject({ code: 'timeout' });
    expect((await s.closed()).requests).toHaveLength(1);
  });

  test('answers in the chunks of the OpenAI API are put together, up to [DONE]', async () => {
    let answer = '';
    for await (const { data } of fetchSse('/api/chat', {
      json: { messages: [{ role: 'user', content: '天空为什么是蓝的？' }], interval: 0 },
      until: '[DONE]',
    })) {
      const { choices } = JSON.parse(data) as { choices: { delta: { content?: string } }[] };
      answer += choices[0]?.delta.content ?? '';
    }
    expect(answer).toMatch(/^你问的是：“天空为什么是蓝的？” 🤔/);
    expect(answer).toMatch(/👩‍🚀.*✨$/su);
  });
});

test('a cut after some events rejects after them; WebKitGTK takes it for the end', async () => {
  const s = await script(SAME, [
    { chunks: ['data: a\n\n', { text: 'data: b', wait: true }], end: 'destroy' },
  ]);
  const iterator = fetchSse(s.url);
  expect((await iterator.next()).value?.data).toBe('a');
  await s.release();
  const second = iterator.next();
  if (server.browser === 'webkit') expect(await second).toEqual(done);
  else await expect(second).rejects.toMatchObject({ code: 'network' });
});

// The second chunk is for Firefox, which only ends the request of a cancelled body at the next
// byte.
describe('parseSse', () => {
  const live: Attempt = { chunks: ['data: a\n\n', { text: ':\n', wait: true }], end: 'hold' };

  test('reads a response, and ends its request when the loop is left', async () => {
    const s = await script(SAME, [live]);
    const response = await fetch(s.url);
    for await (const { data } of parseSse(response)) {
      expect(data).toBe('a');
      break;
    }
    await s.release();
    await s.closed();
    expect(response.body?.locked).toBe(false);
  });

  test('return() settles a next() that waits, and ends the request', async () => {
    const s = await script(SAME, [live]);
    const iterator = parseSse(await fetch(s.url));
    await iterator.next();
    const pending = iterator.next();
    await iterator.return?.();
    expect(await pending).toEqual(done);
    await s.release();
    await s.closed();
  });
});
