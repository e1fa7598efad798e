import { expect, test, vi } from 'vitest';
import { SseClient, type SseError } from 'ssekit';
import { miniprogramTransport, type MiniprogramRequest } from 'ssekit/miniprogram';

type Options = Parameters<MiniprogramRequest>[0];
interface Chunk {
  readonly data: ArrayBuffer;
}
interface Head {
  readonly statusCode?: number;
  readonly header?: Record<string, string>;
}

/** A platform's `wx.request`, answered by hand. */
function platform({ hasChunks = true } = {}) {
  const requests: {
    options: Options;
    abort: ReturnType<typeof vi.fn>;
    head: (head: Head) => void;
    chunk: (...bytes: Uint8Array[]) => void;
  }[] = [];
  const waiting: (() => void)[] = [];
  const request: MiniprogramRequest = (options) => {
    let onHead: (head: Head) => void = () => undefined;
    let onChunk: (chunk: Chunk) => void = () => undefined;
    const abort = vi.fn();
    requests.push({
      options,
      abort,
      head: (head) => {
        onHead(head);
      },
      chunk: (...all) => {
        for (const bytes of all) onChunk({ data: bytes.slice().buffer });
      },
    });
    for (const resolve of waiting.splice(0)) resolve();
    return {
      abort,
      onHeadersReceived: (listener) => (onHead = listener),
      ...(hasChunks ? { onChunkReceived: (listener: (chunk: Chunk) => void) => (onChunk = listener) } : {}),
    };
  };
  const next = async (count: number) => {
    while (requests.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    const found = requests[count - 1];
    if (!found) throw new Error('no request');
    return found;
  };
  return { transport: miniprogramTransport(request), next, requests };
}

const url = 'https://example.test/prices';
const utf8 = (text: string) => new TextEncoder().encode(text);
const HEAD = { statusCode: 200, header: { 'Content-Type': 'text/event-stream' } };

test('a request that the platform refuses at once is an error', async () => {
  const call = vi.fn((fail: (error: { errMsg: string }) => void) => {
    fail({ errMsg: 'request:fail invalid url' });
  });
  const transport = miniprogramTransport(({ fail }) => {
    call(fail);
    return { abort: vi.fn(), onChunkReceived: vi.fn() };
  });
  const client = new SseClient(url, { transport, retry: false });
  const error = await new Promise<SseError>((resolve) => client.onError(resolve));
  expect([error.code, (error.cause as Error).message]).toEqual(['network', 'request:fail invalid url']);
  // The platform's own code doesn't get an exception.
  expect(call.mock.results).toEqual([{ type: 'return', value: undefined }]);
});

test("a task that's a promise, as in Taro, leaves no unhandled rejection", async () => {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  const transport = miniprogramTransport(({ fail }) => {
    const error = { errMsg: 'request:fail' };
    fail(error);
    return Object.assign(Promise.reject(new Error(error.errMsg)), {
      abort: vi.fn(),
      onChunkReceived: vi.fn(),
    });
  });
  const client = new SseClient(url, { transport, retry: false });
  await new Promise((resolve) => client.onError(resolve));
  // Node reports rejections before the next macrotask.
  await new Promise(setImmediate);
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test('characters that are cut between chunks arrive whole, whether headers come first or not', async () => {
  for (const isEarly of [true, false]) {
    const { transport, next } = platform();
    const client = new SseClient(url, { transport });
    const message = client.once('message');
    const { head, chunk, abort } = await next(1);
    const bytes = utf8('id: 1\ndata: 你好😀\n\n');
    if (isEarly) head(HEAD);
    for (const byte of bytes) chunk(Uint8Array.of(byte));
    if (!isEarly) head(HEAD);
    expect(await message).toMatchObject({ data: '你好😀', lastEventId: '1', origin: 'https://example.test' });
    expect(client.getSnapshot().transport).toBe('miniprogram');
    client.close();
    expect(abort).toHaveBeenCalled();
  }
});

test('the developer tools leave the status out, which counts as 200', async () => {
  const { transport, next } = platform();
  const client = new SseClient(url, { transport });
  const opened = new Promise((resolve) => client.onOpen(resolve));
  (await next(1)).head({ header: HEAD.header });
  expect(await opened).toMatchObject({ status: 200, transport: 'miniprogram' });
  client.close();
});

test('it sends headers, method, body and the last event ID, and lifts the limit of 60 s', async () => {
  const { transport, next } = platform();
  const client = new SseClient(url, {
    transport,
    json: { a: 1 },
    headers: { 'X-Token': 'secret' },
    lastEventId: '7',
  });
  const { options } = await next(1);
  expect(options).toMatchObject({
    url,
    method: 'POST',
    data: '{"a":1}',
    enableChunked: true,
    timeout: 2 ** 31 - 1,
    header: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      'last-event-id': '7',
      'x-token': 'secret',
    },
  });
  client.close();
});

test('a refusal has its status, Retry-After and body; the end of a GET reconnects with the ID', async () => {
  const { transport, next } = platform();
  const client = new SseClient(url, { transport, retry: { jitter: false }, retryInterval: 100 });
  const error = () => new Promise((resolve) => client.onError(resolve, { once: true }));
  let failed = error();
  const first = await next(1);
  first.options.success({
    statusCode: 503,
    header: { 'Retry-After': '0' },
    data: utf8('busy').buffer,
  });
  expect(await failed).toMatchObject({
    code: 'http',
    status: 503,
    retryAfter: 0,
    body: 'busy',
    willRetry: true,
  });
  failed = error();
  const second = await next(2);
  second.head(HEAD);
  second.chunk(utf8('id: 3\ndata: a\n\n'));
  second.options.success(HEAD);
  expect(await failed).toMatchObject({ code: 'network', willRetry: true });
  failed = error();
  const third = await next(3);
  expect(third.options.header['last-event-id']).toBe('3');
  third.options.fail({ errMsg: 'request:fail timeout' });
  expect(await failed).toMatchObject({ code: 'network', willRetry: true });
  client.close();
});

test('a base library that cannot deliver chunks ends the stream with one error', async () => {
  const { transport, requests } = platform({ hasChunks: false });
  const client = new SseClient(url, { transport });
  const error = await new Promise((resolve) => client.onError(resolve));
  expect(error).toMatchObject({ code: 'failed', willRetry: false });
  expect(String(error)).toContain('2.20.2');
  expect(requests).toHaveLength(1);
  expect(requests[0]?.abort).toHaveBeenCalled();
});

test('a body that a mini program cannot send is one final error', async () => {
  const { transport, requests } = platform();
  const client = new SseClient(url, { transport, body: new Blob(['a']) });
  const error = await new Promise((resolve) => client.onError(resolve));
  expect(error).toMatchObject({ code: 'failed', willRetry: false });
  expect(requests).toEqual([]);
});

test('idleTimeout applies, and openTimeout', async () => {
  for (const options of [{ openTimeout: 30 }, { idleTimeout: 30 }]) {
    const { transport, next } = platform();
    const client = new SseClient(url, { transport, retry: false, ...options });
    const error = new Promise((resolve) => client.onError(resolve));
    const { head, abort } = await next(1);
    if ('idleTimeout' in options) head(HEAD);
    expect(await error).toMatchObject({ code: 'timeout' });
    expect(abort).toHaveBeenCalled();
  }
});
