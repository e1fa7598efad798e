import { expect, inject, test } from 'vitest';
import { script } from '../script.ts';

/** What the other tests rely on. A failure here is in the test setup, not in ssekit. */

test.for([
  ['the page', inject('sameOrigin')],
  ['another origin', inject('crossOrigin')],
  ['another origin of the same site', inject('crossOriginSameSite')],
] as const)('EventSource receives an event from %s', async ([, origin]) => {
  const s = await script(origin, [{ chunks: ['id: 1\ndata: 你好\n\n'], end: 'hold' }]);
  const source = new EventSource(s.url);
  const event = await new Promise<MessageEvent>((resolve, reject) => {
    source.onmessage = resolve;
    source.onerror = () => {
      reject(new Error('failed'));
    };
  });
  expect(event.data).toBe('你好');
  expect(event.lastEventId).toBe('1');
  expect((await s.log()).open).toBe(1);

  source.close();
  const { requests, maxOpen } = await s.closed();
  expect(requests).toHaveLength(1);
  expect(maxOpen).toBe(1);
});

test.for([
  ['the page', inject('sameOrigin')],
  ['another origin', inject('crossOrigin')],
] as const)('fetch streams from %s', async ([, origin]) => {
  const s = await script(origin, [
    {
      headers: { 'x-attempt': '1' },
      chunks: ['data: 1\n\n', { text: 'data: 2\n\n', wait: true }],
      end: 'hold',
    },
  ]);
  const abort = new AbortController();
  const response = await fetch(s.url, {
    method: 'POST',
    body: 'hello',
    headers: { 'Last-Event-ID': '7' },
    signal: abort.signal,
  });
  expect(response.headers.get('x-attempt')).toBe('1');
  const reader = response.body?.getReader();
  if (!reader) throw new Error('no body');
  const read = async () => new TextDecoder().decode((await reader.read()).value);
  expect(await read()).toBe('data: 1\n\n');
  await s.release();
  expect(await read()).toBe('data: 2\n\n');

  abort.abort();
  const { requests, preflights } = await s.closed();
  expect(requests.map(({ method, body, lastEventIdHex }) => [method, body, lastEventIdHex])).toEqual([
    ['POST', 'hello', '37'],
  ]);
  expect(preflights).toHaveLength(origin === '' ? 0 : 1);
});

test('an address that no test has made is a 404, and not the page of the demo', async () => {
  expect((await fetch('/test/none')).status).toBe(404);
});

test('a server without CORS headers is out of reach', async () => {
  const s = await script(inject('crossOrigin'), [{ cors: false, chunks: ['data: 1\n\n'] }]);
  await expect(fetch(s.url)).rejects.toThrow(TypeError);
});
