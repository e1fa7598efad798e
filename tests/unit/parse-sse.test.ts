import { describe, expect, test, vi } from 'vitest';
import { parseSse, type ParseSseOptions, type SseError } from 'ssekit';
import { CHECKED } from '../../src/checked.ts';

/** A stream written by hand, which records its cancellation and how often it was pulled. */
function body() {
  const cancelled = vi.fn();
  const pulled = vi.fn();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const stream = new ReadableStream<Uint8Array>(
    {
      start(own) {
        controller = own;
      },
      pull: pulled,
      cancel: cancelled,
    },
    { highWaterMark: 0 },
  );
  return {
    stream,
    cancelled,
    pulled,
    write: (text: string) => controller?.enqueue(new TextEncoder().encode(text)),
    end: () => controller?.close(),
    fail: (error: unknown) => controller?.error(error),
  };
}

const sse = (content: BodyInit | null, init: ResponseInit = {}) =>
  new Response(content, { headers: { 'content-type': 'text/event-stream' }, ...init });

const bytes = (...chunks: string[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });

async function collect(
  source: Parameters<typeof parseSse>[0],
  options?: ParseSseOptions,
): Promise<[string, string, string][]> {
  const all: [string, string, string][] = [];
  for await (const { type, data, lastEventId } of parseSse(source, options)) {
    all.push([type, data, lastEventId]);
  }
  return all;
}

const TEXT = '\uFEFFid: 1\nevent: lol\ndata: 你\n\ndata: b\r\n\rdata: lost';
const EVENTS = [
  ['lol', '你', '1'],
  ['message', 'b', '1'],
];

describe('parseSse', () => {
  test('takes a response, a stream of bytes, and the body of a response', async () => {
    expect(await collect(sse(TEXT))).toEqual(EVENTS);
    expect(await collect(bytes(TEXT))).toEqual(EVENTS);
    const { body: stream } = new Response(TEXT, { status: 500 });
    if (!stream) throw new Error('no body');
    expect(await collect(stream)).toEqual(EVENTS);
  });

  test('takes a response that is not of the global class', async () => {
    const { status, headers, type, url, body: stream } = sse(TEXT);
    const foreign: Pick<Response, 'status' | 'headers' | 'type' | 'url' | 'body'> = {
      status,
      headers,
      type,
      url,
      body: stream,
    };
    expect(await collect(foreign as Response)).toEqual(EVENTS);
  });

  test.runIf(CHECKED).for([undefined, null, 'data: 42\n\n', {}, Promise.resolve()])(
    'says what it reads, and what reads text: %o',
    (source) => {
      expect(() => parseSse(source as never)).toThrow(
        /a Response or a stream of bytes\. For text, .*#source$/,
      );
    },
  );

  test('an error says where the response came from, without the query', async () => {
    const errorOf = async (url: string, content: string | null, init?: ResponseInit) => {
      const response = sse(content, init);
      Object.defineProperty(response, 'url', { value: url });
      const error: unknown = await parseSse(response, { decode: 'json' })
        .next()
        .catch((error: unknown) => error);
      return (error as SseError).url;
    };
    const url = 'https://example.test/sse?token=secret';
    expect(await errorOf(url, null, { status: 404 })).toBe('https://example.test/sse');
    expect(await errorOf(url, 'data: {oops\n\n')).toBe('https://example.test/sse');
    // A response that the page made itself comes from nowhere.
    expect(await errorOf('', null, { status: 404 })).toBeUndefined();
  });

  test('tells the origin that answered', async () => {
    const response = sse('data: a\n\n');
    Object.defineProperty(response, 'url', { value: 'https://example.test/sse?x' });
    expect((await parseSse(response).next()).value?.origin).toBe('https://example.test');
    expect((await parseSse(bytes('data: a\n\n')).next()).value?.origin).toBe('');
  });

  test('an empty stream and a response without a body have no events', async () => {
    expect(await collect(bytes())).toEqual([]);
    expect(await collect(sse(null))).toEqual([]);
  });

  test.for<[string, ResponseInit, object]>([
    [
      'a wrong content type',
      { headers: { 'content-type': 'text/html' } },
      { code: 'content-type', status: 200 },
    ],
    [
      'a status other than 200',
      { status: 429, headers: { 'retry-after': '3' } },
      { code: 'http', status: 429, retryAfter: 3000 },
    ],
  ])('rejects %s with what it says, and cancels it', async ([, init, error]) => {
    const { stream, write, end } = body();
    write('sorry');
    end();
    await expect(parseSse(sse(stream, init)).next()).rejects.toMatchObject({ ...error, body: 'sorry' });
  });

  test('rejects 204', async () => {
    await expect(collect(sse(null, { status: 204 }))).rejects.toMatchObject({ code: 'no-content' });
  });

  test('rejects with what the stream fails with', async () => {
    const { stream, write, fail } = body();
    const iterator = parseSse(stream);
    write('data: a\n\n');
    expect((await iterator.next()).value?.data).toBe('a');
    const error = new Error('cut');
    fail(error);
    await expect(iterator.next()).rejects.toBe(error);
    expect((await iterator.next()).done).toBe(true);
  });

  test('rejects a stream that somebody else is reading', async () => {
    const stream = bytes(TEXT);
    stream.getReader();
    await expect(collect(stream)).rejects.toThrow(TypeError);
  });

  test('takes lastEventId, maxEventSize and until', async () => {
    expect(await collect(bytes('data: a\n\n'), { lastEventId: '7' })).toEqual([['message', 'a', '7']]);
    await expect(collect(bytes('data: 123456\n\n'), { maxEventSize: 5 })).rejects.toMatchObject({
      code: 'overflow',
    });
    expect(await collect(bytes('data: a\n\ndata: end\n\ndata: b\n\n'), { until: 'end' })).toEqual([
      ['message', 'a', ''],
    ]);
  });
});

describe('anything that iterates over bytes', () => {
  /** Chunks, and a note of how the iteration ended. */
  function source(...chunks: unknown[]) {
    const ended = vi.fn();
    async function* iterate() {
      try {
        for (const chunk of chunks) {
          yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : (chunk as Uint8Array);
          await Promise.resolve();
        }
      } finally {
        ended();
      }
    }
    return { iterable: iterate(), ended };
  }

  test('is read as a stream is, and released at its end', async () => {
    const { iterable, ended } = source(TEXT.slice(0, 20), TEXT.slice(20));
    expect(await collect(iterable)).toEqual(EVENTS);
    expect(ended).toHaveBeenCalledTimes(1);
  });

  test('is released when the loop is left, by break, by until, or by the signal', async () => {
    const left = source('data: a\n\n', 'data: b\n\n');
    for await (const { data } of parseSse(left.iterable)) {
      expect(data).toBe('a');
      break;
    }
    expect(left.ended).toHaveBeenCalledTimes(1);

    const finished = source('data: a\n\n', 'data: [DONE]\n\n', 'data: b\n\n');
    expect(await collect(finished.iterable, { until: '[DONE]' })).toEqual([['message', 'a', '']]);
    await vi.waitFor(() => {
      expect(finished.ended).toHaveBeenCalledTimes(1);
    });

    const aborted = source('data: a\n\n', 'data: b\n\n');
    const controller = new AbortController();
    const iterator = parseSse(aborted.iterable, controller);
    expect((await iterator.next()).value?.data).toBe('a');
    controller.abort('stop');
    await expect(iterator.next()).rejects.toBe('stop');
    await vi.waitFor(() => {
      expect(aborted.ended).toHaveBeenCalledTimes(1);
    });
  });

  test('is released even if the loop never begins', async () => {
    const given = vi.fn(() => Promise.resolve({ done: true as const, value: undefined }));
    const iterable = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined), return: given }),
    };
    await parseSse(iterable).return?.();
    expect(given).toHaveBeenCalledTimes(1);
  });

  test('may be the body of a response', async () => {
    const { iterable } = source(TEXT);
    const response = sse(null);
    Object.defineProperty(response, 'body', { value: iterable });
    expect(await collect(response)).toEqual(EVENTS);
    const refused = sse(null, { status: 500 });
    Object.defineProperty(refused, 'body', { value: source('sorry').iterable });
    await expect(collect(refused)).rejects.toMatchObject({ code: 'http', status: 500, body: 'sorry' });
  });

  test('rejects with what it throws', async () => {
    const error = new Error('cut');
    const iterator = parseSse(
      (async function* () {
        yield await Promise.resolve(new TextEncoder().encode('data: a\n\ndata: b\n'));
        throw error;
      })(),
    );
    expect((await iterator.next()).value?.data).toBe('a');
    await expect(iterator.next()).rejects.toBe(error);
  });

  test.for<[string, unknown]>([
    ['text', 'data: a\n\n'],
    ['null', null],
    ['an object', {}],
  ])('that gives %s rejects with a TypeError that says the cure', async ([, chunk]) => {
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(chunk);
      },
    });
    const iterable = (async function* () {
      yield (await Promise.resolve(chunk)) as Uint8Array;
    })();
    for (const each of [stream, iterable]) {
      const pending = parseSse(each as AsyncIterable<Uint8Array>).next();
      await expect(pending).rejects.toThrow(TypeError);
      await expect(pending).rejects.toThrow(/must be bytes: leave setEncoding/);
    }
  });
});

test('takes a response with any status of success that may have a body: its method is unknown', async () => {
  for (const status of [200, 201, 202, 206]) expect(await collect(sse(TEXT, { status }))).toEqual(EVENTS);
  await expect(collect(sse(null, { status: 205 }))).rejects.toMatchObject({ code: 'http' });
});

test('a response whose body is missing is an error that says so', async () => {
  const response = sse(null);
  Object.defineProperty(response, 'body', { value: undefined });
  await expect(collect(response)).rejects.toThrow(/no readable body/);
});

test('blank data is skipped as JSON, whatever its name; its ID counts', async () => {
  const text = 'id: 1\ndata:\n\nevent: ping\ndata: \n\nid: 2\ndata: {"a":1}\n\n';
  const all: unknown[] = [];
  for await (const { type, data, lastEventId } of parseSse(bytes(text), { decode: 'json' })) {
    all.push([type, data, lastEventId]);
  }
  expect(all).toEqual([['message', { a: 1 }, '2']]);
  const iterator = parseSse(bytes('data: {\n\n'), { decode: 'json' });
  await expect(iterator.next()).rejects.toMatchObject({ code: 'decode', raw: '{' });
});

describe('the stream is cancelled and free again', () => {
  test('when the loop is left', async () => {
    const { stream, cancelled, write } = body();
    write('data: a\n\n');
    for await (const { data } of parseSse(stream)) {
      expect(data).toBe('a');
      break;
    }
    expect(cancelled).toHaveBeenCalledTimes(1);
    expect(stream.locked).toBe(false);
  });

  test('when return() is called while the stream is silent, which settles the pending next()', async () => {
    const { stream, cancelled } = body();
    const iterator = parseSse(stream);
    const pending = iterator.next();
    await vi.waitFor(() => {
      expect(stream.locked).toBe(true);
    });
    await iterator.return?.();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(cancelled).toHaveBeenCalledTimes(1);
    expect(stream.locked).toBe(false);
  });

  test('when return() is called before anything was read', async () => {
    const { stream, cancelled } = body();
    await parseSse(sse(stream)).return?.();
    expect(cancelled).toHaveBeenCalledTimes(1);
  });

  test('when the signal aborts, before and after the first next()', async () => {
    const early = body();
    await expect(collect(early.stream, { signal: AbortSignal.abort('early') })).rejects.toBe('early');
    expect(early.cancelled).toHaveBeenCalledTimes(1);

    const late = body();
    const controller = new AbortController();
    const pending = parseSse(late.stream, { signal: controller.signal }).next();
    const settled = expect(pending).rejects.toBe('stop');
    await vi.waitFor(() => {
      expect(late.stream.locked).toBe(true);
    });
    controller.abort('stop');
    await settled;
    expect(late.cancelled).toHaveBeenCalledTimes(1);
    expect(late.stream.locked).toBe(false);
  });

  test('when it is at its end, by itself or by until', async () => {
    const ended = bytes('data: a\n\n');
    await collect(ended);
    expect(ended.locked).toBe(false);

    const { stream, cancelled, write } = body();
    write('data: [DONE]\n\n');
    await collect(stream, { until: '[DONE]' });
    expect(cancelled).toHaveBeenCalledTimes(1);
    expect(stream.locked).toBe(false);
  });

  test('when an event grows past maxEventSize', async () => {
    const { stream, cancelled, write } = body();
    write('data: 123456\n\n');
    await expect(collect(stream, { maxEventSize: 5 })).rejects.toMatchObject({ code: 'overflow' });
    expect(cancelled).toHaveBeenCalledTimes(1);
  });
});

test('a slow reader is not read ahead of: one pull for each chunk it takes', async () => {
  let sent = 0;
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        sent += 1;
        controller.enqueue(new TextEncoder().encode(`data: ${sent}\n\n`));
      },
    },
    { highWaterMark: 0 },
  );
  const iterator = parseSse(stream);
  for (let i = 1; i <= 20; i++) {
    expect((await iterator.next()).value?.data).toBe(String(i));
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toBe(i);
  }
  await iterator.return?.();
});

test('options that are inherited, or getters, are heeded', async () => {
  const controller = new AbortController();
  class Options {
    get signal() {
      return controller.signal;
    }
  }
  const { stream } = body();
  const next = parseSse(stream, new Options()).next();
  controller.abort(new Error('left'));
  await expect(next).rejects.toThrow('left');
  const options = Object.create({ until: 'b' }) as ParseSseOptions;
  const all = [];
  for await (const { data } of parseSse(bytes('data: a\n\ndata: b\n\ndata: c\n\n'), options)) all.push(data);
  expect(all).toEqual(['a']);
});
