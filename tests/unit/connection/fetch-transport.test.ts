import { describe, expect, test, vi } from 'vitest';
import { SseError } from '../../../src/errors.ts';
import { fetchTransport, fetchTransportWithoutId } from '../../../src/connection/fetch-transport.ts';
import type { SseMessage } from '../../../src/message.ts';
import type { TransportRequest, TransportSink } from '../../../src/connection/transport.ts';
import { message } from '../setup.ts';

const encode = (text: string) => new TextEncoder().encode(text);

/** One attempt with a server driven by hand, and a log of everything reported. */
function setup(options: Partial<TransportRequest> = {}, transport = fetchTransport) {
  const log: unknown[] = [];
  const client = new AbortController();
  const cancelled = vi.fn();
  const fetched: { url: unknown; init: RequestInit }[] = [];
  let server: ReadableStreamDefaultController<Uint8Array> | undefined;
  let answer: ((response: Response) => void) | undefined;
  let refuse: ((error: unknown) => void) | undefined;
  const on: { open?: () => void; message?: (message: SseMessage) => void } = {};

  const sink: TransportSink = {
    open: ({ url, status, headers }) => {
      log.push(['open', url, status, headers?.get('content-type')]);
      on.open?.();
    },
    message: (message) => {
      log.push(message);
      on.message?.(message);
    },
    id: (id) => log.push(['id', id]),
    reconnectionTime: (ms) => log.push(['reconnectionTime', ms]),
    reestablishing: () => log.push('reestablishing'),
    // Both abort the signal, as a connection does.
    fail: (error) => {
      log.push(error);
      client.abort();
    },
    end: () => {
      log.push('end');
      client.abort();
    },
  };
  const handle = transport(
    {
      url: 'https://example.test/sse?token=secret',
      lastEventId: '',
      withCredentials: false,
      signal: client.signal,
      method: 'GET',
      headers: new Headers(),
      body: undefined,
      redirect: 'follow',
      openTimeout: undefined,
      idleTimeout: undefined,
      maxEventSize: 1000,
      fetch: (url, init = {}) => {
        fetched.push({ url, init });
        return new Promise((resolve, reject) => {
          answer = resolve;
          refuse = reject;
        });
      },
      types: [],
      ...options,
    },
    sink,
  );
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      server = controller;
    },
    cancel: cancelled,
  });
  return {
    log,
    on,
    client,
    fetched,
    cancelled,
    handle,
    answer: (init: ResponseInit = {}) =>
      answer?.(new Response(stream, { headers: { 'content-type': 'text/event-stream' }, ...init })),
    refuse: (error: unknown) => refuse?.(error),
    write: (text: string) => server?.enqueue(encode(text)),
    end: () => server?.close(),
    cut: (error: unknown) => server?.error(error),
    /** Resolves once something more has been reported. */
    told: (count: number) =>
      vi.waitFor(() => {
        expect(log).toHaveLength(count);
      }),
  };
}

/** Long enough for anything that might still come: every turn of the loop runs all microtasks. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
}

describe('an attempt', () => {
  test('reports what the stream brings, in order', async () => {
    const { log, answer, write, end, told, handle } = setup();
    expect(handle).toBeUndefined();
    answer();
    write(': hi\nretry: 250\nid: 1\n\nevent: lol\ndata: 你\ndata: 好\n\nid\ndata: x\n\ndata: incomplete');
    end();
    await told(6);
    expect(log).toEqual([
      ['open', 'https://example.test/sse?token=secret', 200, 'text/event-stream'],
      ['reconnectionTime', 250],
      ['id', '1'],
      message('你\n好', '1', 'lol'),
      message('x'),
      'end',
    ]);
  });

  test('keeps the id it resumed after until the stream sets another', async () => {
    const { log, answer, write, told, fetched } = setup({ lastEventId: '41' });
    answer();
    write('data: a\n\nid: 42\ndata: b\n\n');
    await told(3);
    expect(log.slice(1)).toEqual([message('a', '41'), message('b', '42')]);
    expect(new Headers(fetched[0]?.init.headers).get('last-event-id')).toBe('41');
  });

  test('that must not send the header keeps that id all the same', async () => {
    const { log, answer, write, told, fetched } = setup({ lastEventId: '41' }, fetchTransportWithoutId);
    answer();
    write('data: a\n\n');
    await told(2);
    expect(log[1]).toEqual(message('a', '41'));
    expect(new Headers(fetched[0]?.init.headers).has('last-event-id')).toBe(false);
  });

  test('fails with the reason of the answer', async () => {
    const { log, answer, write, end, told } = setup();
    answer({ status: 401 });
    write('who are you?');
    end();
    await told(1);
    expect(log[0]).toMatchObject({ code: 'http', status: 401, body: 'who are you?' });
  });

  test('fails with network when there is no answer, and when the stream is cut', async () => {
    const first = setup();
    const refused = new TypeError('Failed to fetch');
    first.refuse(refused);
    await first.told(1);
    expect(first.log[0]).toMatchObject({ code: 'network', cause: refused });

    const second = setup();
    second.answer();
    second.write('data: a\n\n');
    await second.told(2);
    second.cut(new TypeError('terminated'));
    await second.told(3);
    expect(second.log[2]).toMatchObject({ code: 'network' });
  });

  test('fails with overflow and cancels the stream when an event grows past maxEventSize', async () => {
    const { log, answer, write, told, cancelled, fetched } = setup({ maxEventSize: 10 });
    answer();
    write(`data: a\n\ndata: ${'x'.repeat(11)}`);
    write('\n\n');
    await told(3);
    expect(log[2]).toMatchObject({ code: 'overflow' });
    expect(cancelled).toHaveBeenCalledTimes(1);
    expect(fetched[0]?.init.signal?.aborted).toBe(true);
  });

  test('has no secret of its URL in any of its errors', async () => {
    const { log, answer, end, told } = setup();
    answer({ status: 500 });
    end();
    await told(1);
    expect(log[0]).toBeInstanceOf(SseError);
    expect(`${String(log[0])} ${JSON.stringify(log[0])}`).not.toContain('secret');
  });
});

test.for(['open', 'message'] as const)(
  'a bug in %s is no failure of the network: it is named, and not tried again',
  async (where) => {
    const bug = new TypeError('x is not a function');
    const { log, answer, write, told, on } = setup();
    on[where] = () => {
      throw bug;
    };
    answer();
    write('data: a\n\n');
    await told(where === 'open' ? 2 : 3);
    expect(log.at(-1)).toMatchObject({
      code: 'failed',
      willRetry: false,
      cause: bug,
      message: 'The stream could not be read: TypeError: x is not a function',
    });
  },
);

test.for<[string, string, string, unknown[]]>([
  ['GET', 'drops', 'data: a\n\ndata: b\n', ['a', 'end']],
  ['POST', 'delivers', 'data: a\n\ndata: b\n', ['a', 'b', 'end']],
  ['POST', 'delivers', 'data: a\r\n\r\ndata: b\r\n', ['a', 'b', 'end']],
  ['POST', 'delivers no part of', 'data: a\n\ndata: b\ndata: c', ['a', 'end']],
])('after a %s it %s the event before an end in order: %j', async ([method, , text, events]) => {
  const { log, answer, write, end, told } = setup({ method });
  answer();
  write(text);
  end();
  await told(events.length + 1);
  expect(log.slice(1).map((entry) => (entry === 'end' ? entry : (entry as SseMessage).data))).toEqual(events);
});

test('a stream of something other than bytes fails the attempt like a broken connection', async () => {
  const { log, told } = setup({
    fetch: () => {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(`data: ${'x'.repeat(200)}\n\n`);
        },
      });
      return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
    },
  });
  await told(2);
  expect(log[1]).toMatchObject({ name: 'SseError', code: 'network' });
  expect((log[1] as SseError).cause).toBeInstanceOf(TypeError);
});

describe('after an abort', () => {
  test('before the headers nothing is reported, and a late answer is cancelled', async () => {
    const { log, client, answer, cancelled } = setup();
    client.abort();
    answer();
    await settle();
    expect(cancelled).toHaveBeenCalledTimes(1);
    expect(log.every((entry) => entry instanceof Error)).toBe(true);
  });

  test('between chunks the body is cancelled, and nothing is delivered', async () => {
    const { log, client, answer, write, told, cancelled } = setup();
    answer();
    write('data: a\n\n');
    await told(2);
    client.abort();
    await settle();
    expect(cancelled).toHaveBeenCalledTimes(1);
    expect(log.slice(2).every((entry) => entry instanceof Error)).toBe(true);
  });

  test('within a chunk the body is cancelled', async () => {
    const { on, client, answer, write, cancelled, fetched } = setup();
    on.message = () => {
      client.abort();
    };
    answer();
    write('data: a\n\ndata: b\n\n');
    await settle();
    expect(cancelled).toHaveBeenCalledTimes(1);
    expect(fetched[0]?.init.signal?.aborted).toBe(true);
  });
});
