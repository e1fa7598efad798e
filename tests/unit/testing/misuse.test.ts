// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MockEventSource, mockSse, type MockEvent } from 'ssekit/testing';

const warned = vi.fn();
beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, 'warn').mockImplementation(warned);
});
afterEach(() => {
  warned.mockReset();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const send = async (event: MockEvent) => {
  const server = mockSse();
  const response = server.fetch('https://a.test/');
  const exchange = await server.next();
  exchange.send(event);
  exchange.end();
  return (await response).text();
};

describe('send', () => {
  test.for<[string, string]>([
    ['event', 'tick\nid: 1'],
    ['event', 'tick\r'],
    ['id', '1\r\ndata: x'],
    ['id', '\n'],
  ])('refuses a line break in `%s`: %j', async ([name, value]) => {
    await expect(send({ data: 'a', [name]: value })).rejects.toThrow(
      new TypeError(`\`${name}\` must not hold a line break.`),
    );
  });

  test('refuses a field that events do not have', async () => {
    await expect(send({ type: 'tick', data: 'a' } as MockEvent)).rejects.toThrow(
      /^`type` isn't a field of an event\. Send \{ event, data, id, retry \}/,
    );
  });

  test.for(['a\nb', 'a\rb', 'a\r\nb'])('sends a line break in the data as two lines: %j', async (data) => {
    expect(await send({ data })).toBe('data: a\ndata: b\n\n');
  });
});

describe('a wait that nothing ends', () => {
  test.for([
    ['mockSse', () => mockSse().next(), /`fetch: server\.fetch`/],
    ['MockEventSource', () => MockEventSource.next(), /`EventSource: MockEventSource`.*\.last/],
  ] as const)('of %s is a warning before the test times out', async ([, wait, text]) => {
    void wait();
    await vi.advanceTimersByTimeAsync(3999);
    expect(warned).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(warned.mock.calls).toEqual([[expect.stringMatching(text)]]);
  });

  test('is no warning after a request has come', async () => {
    const server = mockSse();
    void server.fetch('https://a.test/');
    await server.next();
    void server.next();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(warned).not.toHaveBeenCalled();
  });

  test('is no warning if the request comes, and leaves no timer', async () => {
    const server = mockSse();
    const next = server.next();
    const source = MockEventSource.next();
    void server.fetch('https://a.test/');
    new MockEventSource('/');
    await Promise.all([next, source]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('MockEventSource', () => {
  test('takes null as its second argument', () => {
    expect(new MockEventSource('/', null).withCredentials).toBe(false);
  });

  test('calls handlers in the order of registration, among the listeners', () => {
    const source = new MockEventSource('/');
    const seen: string[] = [];
    const listen = (name: string) => () => seen.push(name);
    source.addEventListener('message', listen('first'));
    source.onmessage = listen('replaced');
    source.addEventListener('message', listen('last'));
    source.onmessage = listen('handler');
    source.emit('message', 'a');
    expect(seen).toEqual(['first', 'handler', 'last']);
    source.onmessage = null;
    source.onmessage = listen('handler');
    source.emit('message', 'b');
    expect(seen.slice(3)).toEqual(['first', 'last', 'handler']);
    source.onmessage = null;
    expect(source.onmessage).toBeNull();
  });
});
