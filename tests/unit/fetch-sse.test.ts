import { describe, expect, test, vi } from 'vitest';
import { CHECKED } from '../../src/checked.ts';
import { fetchSse, type FetchSseInit } from 'ssekit';

const URL_ = 'https://example.test/v1/chat?key=secret';

/** A `fetch` that answers with this and records its calls. */
function fakeFetch(answer: () => Response = () => sse('data: a\n\n')) {
  return vi.fn<typeof fetch>(() => Promise.resolve(answer()));
}

const sse = (content: BodyInit | null, init: ResponseInit = {}) =>
  new Response(content, { headers: { 'content-type': 'text/event-stream' }, ...init });

async function collect(init: FetchSseInit, url: Parameters<typeof fetchSse>[0] = URL_): Promise<string[]> {
  const all: string[] = [];
  for await (const { data } of fetchSse(url, init)) all.push(data);
  return all;
}

describe('fetchSse', () => {
  test('sends nothing before the first next(), and then one request, whatever becomes of it', async () => {
    const fetch = fakeFetch();
    const iterator = fetchSse(URL_, { fetch });
    await Promise.resolve();
    expect(fetch).not.toHaveBeenCalled();
    expect((await iterator.next()).value).toEqual({
      type: 'message',
      data: 'a',
      raw: 'a',
      lastEventId: '',
      origin: 'https://example.test',
    });
    expect((await iterator.next()).done).toBe(true);
    expect((await iterator.next()).done).toBe(true);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  test('is never repeated: not after 503, 429, a cut, or a refused connection', async () => {
    const answers: (() => Response)[] = [
      () => sse('', { status: 503, headers: { 'retry-after': '0' } }),
      () => sse('', { status: 429 }),
      () =>
        sse(
          new ReadableStream({
            start: (controller) => {
              controller.error(new Error('cut'));
            },
          }),
        ),
      () => {
        throw new TypeError('refused');
      },
    ];
    for (const answer of answers) {
      const fetch = fakeFetch(answer);
      const iterator = fetchSse(URL_, { fetch });
      await expect(iterator.next()).rejects.toBeInstanceOf(Error);
      expect((await iterator.next()).done).toBe(true);
      expect(fetch).toHaveBeenCalledTimes(1);
    }
  });

  test('calls functions for URL, headers and body once, with what is known', async () => {
    const fetch = fakeFetch();
    const url = vi.fn(() => Promise.resolve(URL_));
    const headers = vi.fn(() => Promise.resolve({ 'x-a': '1' }));
    const body = vi.fn(() => Promise.resolve('hello'));
    await collect({ fetch, headers, body, lastEventId: '7' }, url);
    const context = {
      failures: 0,
      lastEventId: '7',
      error: undefined,
      signal: expect.any(AbortSignal) as unknown,
    };
    for (const called of [url, headers, body]) expect(called.mock.calls).toEqual([[context]]);
    const [input, init] = fetch.mock.calls[0] ?? [];
    expect(input).toBe(URL_);
    expect(init).toMatchObject({ method: 'POST', body: 'hello' });
    expect([...new Headers(init?.headers)]).toEqual([
      ['accept', 'text/event-stream'],
      ['last-event-id', '7'],
      ['x-a', '1'],
    ]);
  });

  test('json is a POST in JSON', async () => {
    const fetch = fakeFetch();
    await collect({ fetch, json: { prompt: '你好' } });
    const init = fetch.mock.calls[0]?.[1];
    expect(init).toMatchObject({ method: 'POST', body: '{"prompt":"你好"}' });
    expect(new Headers(init?.headers).get('content-type')).toBe('application/json');
  });

  test('lastEventIdParam carries the ID, and no header does', async () => {
    const fetch = fakeFetch();
    await collect({ fetch, lastEventId: '7', lastEventIdParam: 'after' });
    expect(fetch.mock.calls[0]?.[0]).toBe(`${URL_}&after=7`);
    expect(new Headers(fetch.mock.calls[0]?.[1]?.headers).has('last-event-id')).toBe(false);
  });

  test('heeds options that are inherited, or getters', async () => {
    const fetch = fakeFetch(() => sse('data: a\n\ndata: [DONE]\n\ndata: b\n\n'));
    class Options {
      readonly #end = '[DONE]';
      get until() {
        return this.#end;
      }
      readonly fetch = fetch;
    }
    expect(await collect(new Options())).toEqual(['a']);
    expect(await collect(Object.create({ fetch, until: '[DONE]' }) as FetchSseInit)).toEqual(['a']);
  });

  test("until: '[DONE]' ends it before that message", async () => {
    const fetch = fakeFetch(() => sse('data: a\n\ndata: [DONE]\n\ndata: b\n\n'));
    expect(await collect({ fetch, until: '[DONE]' })).toEqual(['a']);
  });

  const checked: [string, FetchSseInit, RegExp][] = CHECKED
    ? [
        ['json and body', { json: {}, body: '' }, /not both/],
        ['a negative timeout', { idleTimeout: -1 }, /`idleTimeout`/],
      ]
    : [];
  test.for<[string, FetchSseInit, RegExp]>([
    ...checked,
    ['a body for GET', { body: 'a', method: 'GET' }, /no body/],
    ['an id that cannot be', { lastEventId: 'a\nb' }, /CR, LF or NUL/],
  ])('with %s throws a TypeError with the cure at the call', ([, init, cure]) => {
    expect(() => fetchSse(URL_, init)).toThrow(cure);
    expect(() => fetchSse(URL_, init)).toThrow(TypeError);
  });

  test.for([
    ['given', (headers: Record<string, string>) => headers],
    ['returned by a function', (headers: Record<string, string>) => () => headers],
  ] as const)('rejects a header that cannot be sent without telling its value: %s', async ([, given]) => {
    const fetch = fakeFetch();
    const headers = given({ Authorization: 'Bearer 秘密secret\n' });
    const error: unknown = await collect({ fetch, headers }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TypeError);
    for (let at: unknown = error; at instanceof Error; at = at.cause) {
      expect(`${at.message} ${at.stack ?? ''}`).not.toMatch(/Bearer|秘密|key=/);
    }
    expect(fetch).not.toHaveBeenCalled();
  });
});

describe('the signal', () => {
  test('aborted already rejects with its reason, and nothing is sent', async () => {
    const fetch = fakeFetch();
    const headers = vi.fn(() => ({}));
    const reason = new Error('stop');
    await expect(collect({ fetch, headers, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(fetch).not.toHaveBeenCalled();
    expect(headers).not.toHaveBeenCalled();
  });

  test('aborted while a headers function hangs rejects at once, tells that function, and sends nothing', async () => {
    const fetch = fakeFetch();
    const controller = new AbortController();
    let answer: ((headers: HeadersInit) => void) | undefined;
    let told: AbortSignal | undefined;
    const pending = collect({
      fetch,
      signal: controller.signal,
      headers: ({ signal }) => {
        told = signal;
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    });
    const settled = expect(pending).rejects.toBe('stop');
    await vi.waitFor(() => {
      expect(told).toBeDefined();
    });
    controller.abort('stop');
    await settled;
    expect(told?.aborted).toBe(true);
    answer?.({});
    await new Promise((resolve) => setImmediate(resolve));
    expect(fetch).not.toHaveBeenCalled();
  });
});
