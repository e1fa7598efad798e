// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RequestStore, type GivenRequest, type RequestState } from '../../../src/components/request-state.ts';
import { mockSse, type MockSse } from '../../../src/testing.ts';
import { SseError } from '../../../src/errors.ts';

let server: MockSse;
let store: RequestStore;
/** Every state that was shown. */
let shown: RequestState<unknown>[] = [];
let leave: () => void = () => undefined;
const macrotask = () => new Promise((resolve) => setTimeout(resolve));

const typing: GivenRequest = {
  initial: '',
  reduce: (text, { data }) => String(text) + String(data),
  throttle: 0,
};
function start(options: GivenRequest = {}): void {
  server = mockSse();
  const given = { ...typing, fetch: server.fetch, ...options } as GivenRequest;
  store = new RequestStore(() => ({ url: '/chat', options: given }));
  shown = [];
  leave = store.subscribe(() => shown.push(store.getSnapshot()));
}
const shows = (state: Partial<RequestState<unknown>>) =>
  vi.waitFor(() => {
    expect(store.getSnapshot()).toMatchObject(state);
  });

beforeEach(() => {
  start();
});
afterEach(() => {
  leave();
  store.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

// First, because a hint is given once.
test('its own options give no hint in the console', async () => {
  const warn = vi.spyOn(console, 'warn');
  const sent = store.send();
  (await server.next()).end();
  await sent;
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});

test('a request goes through its statuses and resolves with how it ended', async () => {
  expect(store.getSnapshot()).toEqual({ status: 'idle', value: '', error: undefined });
  const sent = store.send({ json: { prompt: 'Hi' } });
  expect(store.getSnapshot().status).toBe('sending');
  const exchange = await server.next();
  expect([exchange.request.method, await exchange.request.json()]).toEqual(['POST', { prompt: 'Hi' }]);
  exchange.open();
  await macrotask();
  expect(store.getSnapshot().status).toBe('sending');
  exchange.send({ data: 'a' });
  await shows({ status: 'streaming', value: 'a' });
  exchange.send({ data: 'b' });
  exchange.end();
  expect(await sent).toEqual({ status: 'done', value: 'ab', error: undefined });
  expect(store.getSnapshot()).toEqual({ status: 'done', value: 'ab', error: undefined });
  expect(shown.map(({ status }) => status)).toEqual(['sending', 'streaming', 'streaming', 'done']);
});

test('without `reduce`, the value is the latest payload, decoded', async () => {
  start({ reduce: undefined, initial: undefined, decode: 'json' });
  const sent = store.send();
  const exchange = await server.next();
  for (const price of [1, 2]) exchange.send({ data: { price } });
  exchange.end();
  expect(await sent).toMatchObject({ status: 'done', value: { price: 2 } });
});

test('`send` starts anew, and stops the request before it at the server', async () => {
  const first = store.send({ json: 1 });
  const one = await server.next();
  one.send({ data: 'old' });
  await shows({ value: 'old' });
  const second = store.send({ json: 2 });
  expect(store.getSnapshot()).toMatchObject({ status: 'sending', value: '' });
  expect(await first).toEqual({ status: 'stopped', value: 'old', error: undefined });
  expect(one.isAborted).toBe(true);
  const other = await server.next();
  one.send({ data: 'late' });
  other.send({ data: 'new' });
  other.end();
  expect(await second).toMatchObject({ status: 'done', value: 'new' });
});

test('two calls of `send` in one task send one request: the second', async () => {
  const first = store.send({ json: 1 });
  void store.send({ json: 2 });
  expect(await (await server.next()).request.json()).toBe(2);
  expect([(await first).status, server.exchanges.length]).toEqual(['stopped', 1]);
});

test('`stop` cancels the request and keeps the value; `reset` clears it, too', async () => {
  const sent = store.send();
  const exchange = await server.next();
  exchange.send({ data: 'a' });
  await shows({ value: 'a' });
  store.stop();
  expect(store.getSnapshot()).toEqual({ status: 'stopped', value: 'a', error: undefined });
  expect(await sent).toMatchObject({ status: 'stopped', value: 'a' });
  expect(exchange.isAborted).toBe(true);
  store.stop();
  expect(store.getSnapshot().status).toBe('stopped');
  store.reset();
  expect(store.getSnapshot()).toEqual({ status: 'idle', value: '', error: undefined });
});

test('`stop` before anything is running changes nothing', () => {
  store.stop();
  expect([shown, store.getSnapshot().status]).toEqual([[], 'idle']);
});

describe('a failure', () => {
  test('keeps the value, and says why', async () => {
    start({ until: '[DONE]' });
    const sent = store.send();
    const exchange = await server.next();
    exchange.send({ data: 'half' });
    await shows({ value: 'half' });
    exchange.cut();
    expect(await sent).toMatchObject({ status: 'failed', value: 'half', error: { code: 'network' } });
    expect(store.getSnapshot()).toMatchObject({
      status: 'failed',
      value: 'half',
      error: { code: 'network' },
    });
  });

  test('of the next request does not show the error of the one before', async () => {
    const sent = store.send();
    (await server.next()).open({ status: 500 });
    expect((await sent).error).toMatchObject({ code: 'http', status: 500 });
    void store.send();
    expect(store.getSnapshot()).toEqual({ status: 'sending', value: '', error: undefined });
  });

  test.for<[string, GivenRequest]>([
    ['an option that cannot work', { openTimeout: -1 }],
    ['what `headers` throws', { headers: () => Promise.reject(new Error('`openTimeout` and no login')) }],
  ])('is %s, as an SseError: `send` never rejects', async ([, options]) => {
    start(options);
    const { status, error } = await store.send();
    expect([status, error?.code, error instanceof SseError]).toEqual(['failed', 'failed', true]);
    expect(error?.message).toContain('openTimeout');
  });

  test('is not what the `signal` ends: that is a stop', async () => {
    const controller = new AbortController();
    start({ signal: controller.signal });
    const sent = store.send();
    await server.next();
    controller.abort();
    expect(await sent).toMatchObject({ status: 'stopped', error: undefined });
  });

  test('is not what `reduce` throws: that is reported, and the value stays', async () => {
    const report = vi.fn();
    vi.stubGlobal('reportError', report);
    const error = new Error('no');
    start({
      initial: '',
      reduce: (text, { data }) => {
        if (data === 'bad') throw error;
        return String(text) + String(data);
      },
    });
    const sent = store.send();
    const exchange = await server.next();
    for (const data of ['a', 'bad', 'b']) exchange.send({ data });
    exchange.end();
    expect(await sent).toMatchObject({ status: 'done', value: 'ab' });
    expect(report.mock.calls).toEqual([[error]]);
  });
});

test('what `send` gives goes before the options: `json` or `body` replaces both, `headers` replaces `headers`', async () => {
  start({ json: 1, headers: { a: '1', b: '1' } });
  void store.send();
  const plain = await server.next();
  expect([await plain.request.json(), plain.request.headers.get('b')]).toEqual([1, '1']);
  void store.send({ body: 'text', headers: { a: '2' } });
  const { request } = await server.next();
  expect([await request.text(), request.headers.get('a'), request.headers.get('b')]).toEqual([
    'text',
    '2',
    null,
  ]);
});

describe('leaving', () => {
  test('stops the request one macrotask later, and shows nothing any more', async () => {
    const sent = store.send();
    const exchange = await server.next();
    const before = shown.length;
    leave();
    expect(exchange.isAborted).toBe(false);
    expect((await sent).status).toBe('stopped');
    expect([exchange.isAborted, shown.length]).toEqual([true, before]);
  });

  test('for less than a macrotask stops nothing', async () => {
    void store.send();
    const exchange = await server.next();
    leave();
    leave = store.subscribe(() => undefined);
    await macrotask();
    expect([exchange.isAborted, store.getSnapshot().status]).toEqual([false, 'sending']);
  });
});

test('1,000 events in a second are shown at most once in 16 ms, by timer, and the last one at once', async () => {
  vi.useFakeTimers();
  start({ throttle: undefined });
  const sent = store.send();
  const exchange = await server.next();
  let text = '';
  for (let i = 0; i < 1000; i++) {
    text += 'x';
    exchange.send({ data: 'x' });
    await vi.advanceTimersByTimeAsync(1);
  }
  exchange.end();
  await vi.advanceTimersByTimeAsync(0);
  expect(await sent).toMatchObject({ value: text });
  expect(shown.length).toBeGreaterThan(30);
  expect(shown.length).toBeLessThanOrEqual(1000 / 16 + 4);
  expect(shown.at(-1)).toMatchObject({ status: 'done', value: text });
  expect(vi.getTimerCount()).toBe(0);
});
