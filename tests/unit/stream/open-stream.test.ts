import { describe, expect, test, vi } from 'vitest';
import { SseError } from '../../../src/errors.ts';
import { checkResponse } from '../../../src/stream/check-response.ts';
import { openStream } from '../../../src/stream/open-stream.ts';
import type { FetchOptions, StreamOptions } from '../../../src/connection/request-options.ts';
import { prepareRequest, requestOptions } from '../../../src/connection/request.ts';
import type { TransportRequest } from '../../../src/connection/transport.ts';
import { stopClock } from '../setup.ts';

stopClock();

const URL_ = 'https://example.test/sse';

interface Fetched {
  readonly url: string;
  readonly init: RequestInit;
  readonly headers: Headers;
}

/** A `fetch` that records its calls and is answered by hand. */
function fakeFetch(answer: (init: RequestInit) => Response | Promise<Response>) {
  const calls: Fetched[] = [];
  const fetch = (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    calls.push({ url: input as string, init, headers: new Headers(init.headers) });
    return Promise.resolve(answer(init));
  };
  return { calls, fetch };
}

async function requestWith(
  options: StreamOptions & FetchOptions,
  context: { lastEventId?: string; signal?: AbortSignal } = {},
): Promise<TransportRequest> {
  const { lastEventId = '', signal = new AbortController().signal } = context;
  return prepareRequest(
    requestOptions(URL_, options),
    { failures: 0, error: undefined, lastEventId, signal },
    [],
  );
}

/** A body written by hand that records its cancellation. */
function body() {
  const cancelled = vi.fn<(reason: unknown) => void>();
  const pulls = vi.fn();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const stream = new ReadableStream<Uint8Array>(
    {
      start(own) {
        controller = own;
      },
      pull: pulls,
      cancel: cancelled,
    },
    { highWaterMark: 0 },
  );
  return {
    stream,
    cancelled,
    pulls,
    write: (text: string) => controller?.enqueue(new TextEncoder().encode(text)),
    end: () => controller?.close(),
    fail: (error: unknown) => controller?.error(error),
  };
}

const sse = (content: BodyInit | null, init: ResponseInit = {}) =>
  new Response(content, { headers: { 'content-type': 'text/event-stream' }, ...init });

/** As callers do it: whatever comes of it, the rest is cancelled. */
async function check(response: Response, method = 'GET'): Promise<void> {
  const reader = response.body?.getReader();
  try {
    await checkResponse(response, reader, method);
  } finally {
    reader?.cancel().catch(() => undefined);
  }
}

/** The same for a request. `close` ends it. */
async function openWith(
  options: StreamOptions & FetchOptions,
): Promise<Awaited<ReturnType<typeof openStream>> & { close: () => void }> {
  const controller = new AbortController();
  const close = () => {
    controller.abort();
  };
  try {
    return { ...(await openStream(await requestWith(options, controller))), close };
  } catch (error) {
    close();
    throw error;
  }
}

async function rejection(promise: Promise<unknown>): Promise<SseError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof SseError) return error;
  throw new Error(`not an SseError: ${String(error)}`);
}

async function sent(options: StreamOptions & FetchOptions, lastEventId = ''): Promise<Fetched> {
  const { calls, fetch } = fakeFetch(() => sse(''));
  await openStream(await requestWith({ ...options, fetch }, { lastEventId }));
  const [call] = calls;
  if (!call) throw new Error('nothing was sent');
  return call;
}

describe('the request', () => {
  test('is a GET for an event stream, never from the cache, with cookies of the same origin only', async () => {
    const { url, init, headers } = await sent({});
    expect(url).toBe(URL_);
    expect(init).toMatchObject({
      method: 'GET',
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'follow',
    });
    expect(init.body).toBeNull();
    expect([...headers]).toEqual([['accept', 'text/event-stream']]);
  });

  test('withCredentials sends cookies across origins', async () => {
    expect((await sent({ withCredentials: true })).init.credentials).toBe('include');
  });

  test('has the headers of the caller; their Accept is kept', async () => {
    const { headers } = await sent({ headers: { Authorization: 'Bearer 1', accept: 'text/x' } });
    expect([...headers]).toEqual([
      ['accept', 'text/x'],
      ['authorization', 'Bearer 1'],
    ]);
  });

  test.for([
    ['7', '37'],
    ['你好', 'e4bda0e5a5bd'],
    ['é', 'c3a9'],
    ['🤔', 'f09fa494'],
    ['a b', '612062'],
    ['x'.repeat(4096), '78'.repeat(4096)],
  ])('sends the id as its UTF-8 bytes, one character each: %s', async ([id, hex]) => {
    const { headers } = await sent({}, id);
    expect(Buffer.from(headers.get('last-event-id') ?? '', 'latin1').toString('hex')).toBe(hex);
  });

  test('has no Last-Event-ID while there is none', async () => {
    expect((await sent({})).headers.has('last-event-id')).toBe(false);
  });

  test('has what fetch demands with a body that is a stream', async () => {
    const given = new ReadableStream();
    expect((await sent({ body: given })).init).toMatchObject({ body: given, duplex: 'half' });
  });

  test('json is a POST with that body and content type', async () => {
    const { init, headers } = await sent({ json: { prompt: '你好' } });
    expect(init).toMatchObject({ method: 'POST', body: '{"prompt":"你好"}' });
    expect(headers.get('content-type')).toBe('application/json');
  });

  test('json yields to the method and the content type of the caller', async () => {
    const { init, headers } = await sent({
      json: [1],
      method: 'put',
      headers: { 'Content-Type': 'application/x' },
    });
    expect(init).toMatchObject({ method: 'PUT', body: '[1]' });
    expect(headers.get('content-type')).toBe('application/x');
  });

  test.for<[string, StreamOptions & FetchOptions, RequestRedirect]>([
    ['nothing that could leak', {}, 'follow'],
    ['a method alone', { method: 'DELETE' }, 'follow'],
    ['headers', { headers: { a: 'b' } }, 'manual'],
    ['a body', { body: 'a' }, 'manual'],
    ['json', { json: null }, 'manual'],
    ["headers and redirect: 'follow'", { headers: {}, redirect: 'follow' }, 'follow'],
    ["redirect: 'error'", { redirect: 'error' }, 'manual'],
  ])('with %s follows redirects as R17 says', async ([, options, redirect]) => {
    expect((await sent(options)).init.redirect).toBe(redirect);
  });
});

describe('the answer', () => {
  test.for([
    'text/event-stream',
    'TEXT/Event-Stream',
    'text/event-stream;charset=utf-8',
    'text/event-stream ; charset=UTF-8; x=y',
    'text/event-stream;charset=windows-1252',
    ' text/event-stream',
  ])('content type %j is an event stream', async (type) => {
    await expect(check(new Response('', { headers: { 'content-type': type } }))).resolves.toBeUndefined();
  });

  test('of a content type that was sent twice or combined, the last valid one counts', async () => {
    const headers = new Headers({ 'content-type': 'text/html' });
    headers.append('content-type', 'text/event-stream');
    await expect(check(new Response('', { headers }))).resolves.toBeUndefined();
    headers.append('content-type', 'Text/HTML;charset=utf-8');
    headers.append('content-type', '*/*');
    const error = await rejection(check(new Response('hi', { headers })));
    expect(error).toMatchObject({ code: 'content-type', body: 'hi' });
    expect(error.message).toBe('The server sent text/html instead of text/event-stream.');
  });

  test.for([200, 201, 202, 203, 206, 207, 226, 299])(
    'a method other than GET may be answered %d with an event stream',
    async (status) => {
      await expect(check(sse('', { status }), 'POST')).resolves.toBeUndefined();
      const html = new Response('hi', { status, headers: { 'content-type': 'text/html' } });
      expect(await rejection(check(html, 'POST'))).toMatchObject({ code: 'content-type', status });
    },
  );

  test.for([
    [204, 'no-content'],
    [205, 'http'],
    [304, 'http'],
    [400, 'http'],
  ] as const)('a method other than GET may not be answered %d', async ([status, code]) => {
    expect(await rejection(check(sse(null, { status }), 'POST'))).toMatchObject({ code, status });
  });

  test.for([
    'text/plain',
    'text/event-stream2',
    'text/event-streams',
    'application/x; text/event-stream',
    'text/event-stream/x',
  ])('content type %j is none', async (type) => {
    const error = await rejection(check(new Response('hi', { headers: { 'content-type': type } })));
    expect(error).toMatchObject({ code: 'content-type', status: 200, body: 'hi' });
    expect(error.headers?.get('content-type')).toBe(type);
  });

  test('without a content type is none', async () => {
    const error = await rejection(check(new Response(new TextEncoder().encode('hi'))));
    expect(error).toMatchObject({ code: 'content-type', body: 'hi' });
    expect(error.message).toContain('no content type');
  });

  test('204 has its own code', async () => {
    const error = await rejection(check(sse(null, { status: 204 })));
    expect(error).toMatchObject({ code: 'no-content', status: 204 });
  });

  test.for([201, 206, 400, 401, 404, 408, 429, 500, 503, 599])(
    'status %d is an http error with the headers and the body, whatever its content type',
    async (status) => {
      const error = await rejection(
        check(
          new Response('sorry', { status, headers: { 'content-type': 'text/event-stream', 'x-a': 'b' } }),
        ),
      );
      expect(error).toMatchObject({ code: 'http', status, body: 'sorry' });
      expect(error.headers?.get('x-a')).toBe('b');
    },
  );

  test.for([
    ['7', 7000],
    ['0', 0],
    ['99999999999', 2 ** 31 - 1],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Thu, 01 Jan 2020 00:00:00 GMT', 0],
    ['soon', undefined],
  ] as const)('Retry-After %j is %s ms', async ([value, ms]) => {
    vi.setSystemTime(new Date('2026-01-01T00:00:00Z'));
    const error = await rejection(
      check(new Response('', { status: 503, headers: { 'retry-after': value } })),
    );
    expect(error.retryAfter).toBe(ms);
  });

  test.for([
    ['two days ahead', '2026-01-03T00:00:00Z'],
    ['right', '2026-01-01T00:00:00Z'],
    ['two days behind', '2025-12-30T00:00:00Z'],
  ])('a date in Retry-After is as far away as the server says, with a clock %s', async ([, now]) => {
    vi.setSystemTime(new Date(now ?? ''));
    const headers = {
      'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT',
      date: 'Thu, 01 Jan 2026 00:00:00 GMT',
    };
    const error = await rejection(check(new Response('', { status: 503, headers })));
    expect(error.retryAfter).toBe(30_000);
  });

  test.for([301, 302, 303, 307, 308])('%d that was not followed names the cure', async (status) => {
    const { stream, cancelled } = body();
    const error = await rejection(
      check(new Response(stream, { status, headers: { location: '/elsewhere?token=secret' } })),
    );
    expect(error).toMatchObject({ code: 'http', status });
    expect([error.headers, error.body]).toEqual([undefined, undefined]);
    expect(error.message).toContain("redirect: 'follow'");
    expect(error.message).not.toContain('secret');
    expect(cancelled).toHaveBeenCalled();
  });

  test('a redirect that the browser hides is an http error without a status', async () => {
    const response = new Response(null);
    Object.defineProperties(response, { type: { value: 'opaqueredirect' }, status: { value: 0 } });
    const error = await rejection(check(response));
    expect(error).toMatchObject({ code: 'http', status: undefined });
    expect(error.message).toContain("redirect: 'follow'");
  });

  test('304 is no redirect, and its message promises no cure', async () => {
    const error = await rejection(check(new Response(null, { status: 304 })));
    expect(error).toMatchObject({ code: 'http', status: 304, message: 'The server answered 304.' });
  });
});

describe('the body of an error', () => {
  const refusal = (content: BodyInit) => rejection(check(new Response(content, { status: 500 })));

  test('is kept up to 8 KiB to the byte, and the rest is cancelled', async () => {
    const { stream, cancelled, write } = body();
    const pending = refusal(stream);
    write('a'.repeat(5000));
    await vi.advanceTimersByTimeAsync(0);
    write('b'.repeat(5000));
    const error = await pending;
    expect(error.body).toBe('a'.repeat(5000) + 'b'.repeat(3192));
    expect(cancelled).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is cut between characters, never within one', async () => {
    const error = await refusal('€'.repeat(3000));
    expect(error.body).toBe('€'.repeat(Math.floor(8192 / 3)));
  });

  test('that never ends is waited for one second', async () => {
    const { stream, cancelled, write } = body();
    const pending = refusal(stream);
    write('half');
    await vi.advanceTimersByTimeAsync(999);
    expect(cancelled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect((await pending).body).toBe('half');
    expect(cancelled).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that breaks is kept as far as it came', async () => {
    const { stream, write, fail } = body();
    const pending = refusal(stream);
    write('half');
    await vi.advanceTimersByTimeAsync(0);
    fail(new Error('cut'));
    expect((await pending).body).toBe('half');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('reading', () => {
  test('gives the chunks and then undefined', async () => {
    const { stream, write, end } = body();
    const { read, response } = await openStream(
      await requestWith({ fetch: fakeFetch(() => sse(stream)).fetch }),
    );
    expect(response.status).toBe(200);
    write('a');
    expect(new TextDecoder().decode(await read())).toBe('a');
    end();
    expect(await read()).toBeUndefined();
  });

  test('a 200 without any body is an empty stream', async () => {
    const { read } = await openStream(await requestWith({ fetch: fakeFetch(() => sse(null)).fetch }));
    expect(await read()).toBeUndefined();
  });

  test('what fails on the way is a network error with that cause', async () => {
    const cause = new TypeError('fetch failed');
    const refused = await requestWith({ fetch: () => Promise.reject(cause) });
    expect(await rejection(openStream(refused))).toMatchObject({ code: 'network', cause });

    const { stream, fail } = body();
    const { read } = await openStream(await requestWith({ fetch: fakeFetch(() => sse(stream)).fetch }));
    fail(cause);
    expect(await rejection(read())).toMatchObject({ code: 'network', cause });
  });

  test('a fetch that throws at once is a network error too', async () => {
    const cause = new Error('a bug');
    const request = await requestWith({
      fetch: () => {
        throw cause;
      },
    });
    expect(await rejection(openStream(request))).toMatchObject({ code: 'network', cause });
  });
});

describe('a body that cannot be read piece by piece', () => {
  /** The response of a `fetch` like React Native's, or like node-fetch. */
  const unreadable = (body: unknown, status = 200, type = 'text/event-stream') => {
    const response = new Response(null, { status, headers: { 'content-type': type } });
    Object.defineProperty(response, 'body', { value: body });
    return requestWith({ fetch: fakeFetch(() => response).fetch });
  };

  test.for<[string, unknown]>([
    ['is missing', undefined],
    ['has no getReader', { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) }],
  ])('is an error that says so: it %s', async ([, body]) => {
    const error = await rejection(openStream(await unreadable(body)));
    expect(error).toMatchObject({ code: 'failed', status: 200 });
    expect(error.message).toMatch(/^This `fetch` can't stream: its response has no readable body\./);
  });

  test('does not hide what the server refuses', async () => {
    const refused = await rejection(openStream(await unreadable(undefined, 401)));
    expect(refused).toMatchObject({ code: 'http', status: 401, body: '' });
    const html = await rejection(openStream(await unreadable(undefined, 200, 'text/html')));
    expect(html).toMatchObject({ code: 'content-type', body: '' });
  });
});

describe('openTimeout', () => {
  test('fails an attempt without response headers, and aborts the request', async () => {
    const { calls, fetch } = fakeFetch(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        }),
    );
    const pending = rejection(openWith({ fetch, openTimeout: 5000 }));
    await vi.advanceTimersByTimeAsync(4999);
    expect(calls[0]?.init.signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await pending).toMatchObject({ code: 'timeout', message: 'No response headers for 5000 ms.' });
    expect(calls[0]?.init.signal?.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('holds for a fetch that does not heed its signal; a late answer is cancelled unread', async () => {
    const { stream, cancelled } = body();
    const answers: ((response: Response) => void)[] = [];
    const { fetch } = fakeFetch(() => new Promise((resolve) => answers.push(resolve)));
    const pending = rejection(openWith({ fetch, openTimeout: 5000 }));
    await vi.advanceTimersByTimeAsync(5000);
    expect((await pending).code).toBe('timeout');
    answers[0]?.(sse(stream));
    await vi.advanceTimersByTimeAsync(0);
    expect(cancelled).toHaveBeenCalledTimes(1);
  });

  test('is over with the headers: the slow body of an error does not hide the status', async () => {
    const { stream, write } = body();
    const { fetch } = fakeFetch(() => new Response(stream, { status: 503 }));
    const pending = rejection(openWith({ fetch, openTimeout: 100 }));
    await vi.advanceTimersByTimeAsync(500);
    write('under maintenance');
    await vi.advanceTimersByTimeAsync(500);
    expect(await pending).toMatchObject({ code: 'http', status: 503, body: 'under maintenance' });
  });

  test('does not run on while the stream is open', async () => {
    const { stream } = body();
    const request = await requestWith({ fetch: fakeFetch(() => sse(stream)).fetch, openTimeout: 100 });
    await openStream(request);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('idleTimeout', () => {
  async function open(idleTimeout: number) {
    const { calls, fetch } = fakeFetch(() => sse(source.stream));
    const source = body();
    const opened = await openWith({ fetch, idleTimeout });
    return { ...source, ...opened, calls };
  }

  test('fails a stream without a byte', async () => {
    const { read, close, cancelled, calls } = await open(3000);
    const pending = rejection(read());
    await vi.advanceTimersByTimeAsync(3000);
    expect(await pending).toMatchObject({ code: 'timeout', message: 'No bytes for 3000 ms.' });
    close();
    expect(cancelled).toHaveBeenCalledTimes(1);
    expect(calls[0]?.init.signal?.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('starts anew with every byte, comments too', async () => {
    const { read, write } = await open(3000);
    for (let i = 0; i < 5; i++) {
      const bytes = read();
      await vi.advanceTimersByTimeAsync(2900);
      write(':\n');
      expect(await bytes).toHaveLength(2);
    }
    const pending = rejection(read());
    await vi.advanceTimersByTimeAsync(3000);
    expect((await pending).code).toBe('timeout');
  });

  test('counts the time of the server, not that of a reader between two reads', async () => {
    const { read, write, cancelled } = await open(3000);
    write('a');
    await read();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(cancelled).not.toHaveBeenCalled();
    write('b');
    expect(await read()).toHaveLength(1);

    await vi.advanceTimersByTimeAsync(60_000);
    const pending = rejection(read());
    await vi.advanceTimersByTimeAsync(2999);
    expect(cancelled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect((await pending).code).toBe('timeout');
  });

  test('leaves no timer after an abort, at the end of the stream, and when that breaks', async () => {
    const first = await open(3000);
    const settled = expect(first.read()).rejects.toThrow();
    expect(vi.getTimerCount()).toBe(1);
    first.close();
    await settled;
    expect(vi.getTimerCount()).toBe(0);

    const second = await open(3000);
    second.end();
    await second.read();
    expect(vi.getTimerCount()).toBe(0);

    const third = await open(3000);
    third.fail(new Error('cut'));
    await rejection(third.read());
    expect(vi.getTimerCount()).toBe(0);
  });
});

test('the fetch of the options is called as a function, which is how the browser has it', async () => {
  const receivers: unknown[] = [];
  const request = await requestWith({
    fetch: function (this: unknown) {
      receivers.push(this);
      return Promise.resolve(sse(''));
    },
  });
  await openStream(request);
  expect(receivers).toEqual([undefined]);
});

describe('an abort', () => {
  test('before the request sends nothing', async () => {
    const { calls, fetch } = fakeFetch(() => sse(''));
    const controller = new AbortController();
    const request = await requestWith({ fetch }, controller);
    controller.abort();
    await expect(openStream(request)).rejects.toThrow();
    expect(calls).toEqual([]);
  });

  test.for([true, false])('before the headers leaves no timer; fetch heeds its signal: %s', async (heeds) => {
    const { calls, fetch } = fakeFetch(
      ({ signal }) =>
        new Promise((_, reject) => {
          if (!heeds) return;
          signal?.addEventListener('abort', () => {
            reject(new DOMException('aborted', 'AbortError'));
          });
        }),
    );
    const controller = new AbortController();
    const pending = openStream(await requestWith({ fetch, openTimeout: 1000 }, controller));
    const settled = heeds && expect(pending).rejects.toThrow();
    controller.abort();
    await settled;
    expect(calls[0]?.init.signal?.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('in the middle settles a pending read, and cancels a body that does not know of it', async () => {
    const { stream, cancelled } = body();
    const { read, close } = await openWith({ fetch: fakeFetch(() => sse(stream)).fetch });
    const settled = expect(read()).rejects.toThrow();
    close();
    await settled;
    expect(cancelled).toHaveBeenCalledTimes(1);
  });

  test('while the body of an error is read ends that at once', async () => {
    const controller = new AbortController();
    const { stream, cancelled } = body();
    const { fetch } = fakeFetch(() => new Response(stream, { status: 500 }));
    const settled = expect(openStream(await requestWith({ fetch }, controller))).rejects.toThrow();
    await vi.advanceTimersByTimeAsync(0);
    controller.abort();
    await settled;
    expect(cancelled).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
