// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fetchSse, parseSse, SseClient, type SseClientOptions } from 'ssekit';
import { MockEventSource, mockSse, type MockSse } from 'ssekit/testing';
import { flush, recordErrors, stopClock } from '../setup.ts';

/** What the developer sees of mistakes that no error reports. */

stopClock();
recordErrors();

const warned = vi.fn();
beforeEach(() => {
  warned.mockReset();
  vi.spyOn(console, 'warn').mockImplementation(warned);
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const URL_ = 'https://a.test/feed?token=secret';

/** The hints among the debug lines of a client, after the server and the time did this. */
async function hintsOf(
  options: SseClientOptions,
  play: (server: MockSse, client: SseClient) => Promise<unknown>,
  url = URL_,
): Promise<string[]> {
  const lines: string[] = [];
  const server = mockSse();
  const client = new SseClient(url, {
    fetch: server.fetch,
    debug: (line: string) => lines.push(line),
    ...options,
  } as object);
  await flush();
  await play(server, client);
  client.close();
  await vi.advanceTimersByTimeAsync(60_000);
  return lines.filter((line) => line.startsWith('ssekit hint: ')).map((line) => line.slice(13));
}

const wait = (ms = 10_000) => vi.advanceTimersByTimeAsync(ms);

describe('no answer within 10 s', () => {
  test('is a hint', async () => {
    expect(await hintsOf({}, () => wait())).toEqual([
      expect.stringMatching(/^no answer for 10 s\. .*headers/),
    ]);
    expect(await hintsOf({}, () => wait(9999))).toEqual([]);
  });

  test('is a hint on native EventSource, too', async () => {
    const native = { fetch: undefined, EventSource: MockEventSource };
    expect(await hintsOf(native, () => wait())).toEqual([expect.stringMatching(/^no answer for 10 s\./)]);
  });

  test('names your functions where those are what it waits for', async () => {
    const headers = () => new Promise<never>(() => undefined);
    expect(await hintsOf({ headers }, () => wait())).toEqual([
      expect.stringMatching(/^your functions for the URL, headers and body have not answered/),
    ]);
  });

  test('is none with `openTimeout`, which says it in an error, nor once an event was delivered', async () => {
    expect(await hintsOf({ openTimeout: 60_000 }, () => wait())).toEqual([]);
    const hints = await hintsOf({}, async (server, client) => {
      client.onMessage(() => undefined);
      const exchange = await server.next();
      exchange.send({ data: 'a' });
      await flush();
      exchange.cut();
      await wait(60_000);
    });
    expect(hints).toEqual([]);
  });
});

describe('open for 10 s without an event that anybody listens to', () => {
  test('names the events that came, and those you listen to', async () => {
    const hints = await hintsOf({}, async (server, client) => {
      client.on('tikc', () => undefined);
      const exchange = await server.next();
      for (const event of ['tick', 'tick', 'news']) exchange.send({ event, data: 'secret' });
      await wait();
    });
    expect(hints).toEqual([
      'the server sends events that nobody listens to: "tick", "news". You listen to "tikc"; "message" is an event without a name.',
    ]);
  });

  test('lists three names at most', async () => {
    const hints = await hintsOf({}, async (server) => {
      const exchange = await server.next();
      for (const event of ['a', 'b', 'c', 'd']) exchange.send({ event, data: '' });
      await wait();
    });
    expect(hints).toEqual([
      'the server sends events that nobody listens to: "a", "b", "c". Listen with `on()`.',
    ]);
  });

  test('says that bytes came: the blank line may be missing', async () => {
    const hints = await hintsOf({}, async (server, client) => {
      client.onMessage(() => undefined);
      const exchange = await server.next();
      exchange.send('data: secret\n');
      exchange.send('data: secret\n');
      await wait();
    });
    expect(hints).toEqual([expect.stringMatching(/^bytes came for 10 s, but no event\. .*blank line/)]);
  });

  test('says that nothing came, and what may be on the way', async () => {
    const hints = await hintsOf({}, async (server) => {
      (await server.next()).open();
      await wait();
    });
    expect(hints).toEqual([expect.stringMatching(/^open for 10 s, and no event came\. .*compression\.$/)]);
  });

  test('on native EventSource, which hides other events, names those you listen to', async () => {
    const native = { fetch: undefined, EventSource: MockEventSource };
    const hints = await hintsOf(native, async (_, client) => {
      client.on('tikc', () => undefined);
      MockEventSource.last.open();
      await wait();
    });
    expect(hints).toEqual([
      expect.stringMatching(/native EventSource shows only those you listen to, "tikc"\./),
    ]);
  });

  test('is no hint once somebody got an event', async () => {
    const hints = await hintsOf({}, async (server, client) => {
      client.on('tick', () => undefined);
      const exchange = await server.next();
      exchange.send({ event: 'hello', data: '' });
      exchange.send({ event: 'tick', data: '' });
      await wait();
    });
    expect(hints).toEqual([]);
  });
});

describe('the ID across origins', () => {
  const resume = async (server: MockSse) => {
    const exchange = await server.next();
    exchange.send({ id: '7', data: 'a' });
    await flush();
    exchange.cut();
    for (let i = 0; i < 5; i++) {
      await wait(60_000);
      (await server.next()).cut();
      await flush();
    }
  };
  const listening = (server: MockSse, client: SseClient) => {
    client.onMessage(() => undefined);
    return resume(server);
  };

  test('a stream that worked and fails three times without an answer: the hint says what CORS must allow', async () => {
    const text = expect.stringContaining('`Access-Control-Allow-Headers: Last-Event-ID`') as string;
    expect(await hintsOf({ transport: 'fetch' }, listening)).toEqual([text]);
    expect(await hintsOf({ headers: { a: 'b' } }, listening)).toEqual([text]);
  });

  test.for<[string, SseClientOptions, string?]>([
    ['the ID is in the query', { transport: 'fetch', lastEventIdParam: 'after' }],
    ['`auto` leaves the header out', {}],
    ['the origin is the same', { transport: 'fetch' }, '/feed'],
  ])('no hint where %s', async ([, options, url]) => {
    expect(await hintsOf(options, listening, url)).toEqual([]);
  });

  test('no hint while the server answers, nor before the stream has ever worked', async () => {
    const answers = await hintsOf({ transport: 'fetch' }, async (server, client) => {
      client.onMessage(() => undefined);
      const exchange = await server.next();
      exchange.send({ id: '7', data: 'a' });
      await flush();
      exchange.cut();
      for (let i = 0; i < 6; i++) {
        await wait(60_000);
        const next = await server.next();
        if (i % 2) next.open({ status: 503 });
        next.cut();
        await flush();
      }
    });
    expect(answers).toEqual([]);
    const never = await hintsOf({ transport: 'fetch', lastEventId: '7', openTimeout: 1 }, async (server) => {
      for (let i = 0; i < 5; i++) {
        (await server.next()).cut();
        await wait(60_000);
      }
    });
    expect(never).toEqual([]);
  });
});

describe('without `debug`, a hint is one line in the console', () => {
  test('however many clients there are', async () => {
    for (let i = 0; i < 2; i++) await hintsOf({ debug: false }, () => wait());
    expect(warned.mock.calls).toEqual([[expect.stringMatching(/^ssekit: no answer for 10 s\./)]]);
  });

  test('but none if the stream may just be quiet, with or without keep-alives', async () => {
    for (const comment of ['', ': still here\n\n'])
      await hintsOf({ debug: false }, async (server) => {
        const exchange = await server.next();
        exchange.open();
        if (comment) exchange.send(comment);
        await wait();
      });
    expect(warned).not.toHaveBeenCalled();
  });
});

describe('an option that does not exist', () => {
  const linesOf = (create: () => unknown) => {
    create();
    return warned.mock.calls.flat() as string[];
  };
  const client = (options: object) => new SseClient('/', { autoConnect: false, ...options });
  const response = () => new Response('', { headers: { 'content-type': 'text/event-stream' } });

  test.for<[() => unknown, string]>([
    [() => client({ hedaers: {} }), "there's no option hedaers."],
    [() => client({ retryTime: 3 }), "there's no option retryTime: did you mean retry?"],
    [() => client({ credentials: 1 }), "there's no option credentials: did you mean withCredentials?"],
    [() => client({ timeout: 3 }), "there's no option timeout: did you mean openTimeout?"],
    [
      () => fetchSse('/', { retry: 3 } as object).return?.(),
      "there's no option retry: only SseClient takes it.",
    ],
    [
      () => fetchSse('/', { schemas: {} } as object).return?.(),
      "there's no option schemas: did you mean schema?",
    ],
    [() => parseSse(response(), { json: {} } as object), "there's no option json."],
  ])('%#: is one line in the console', ([create, line]) => {
    expect(linesOf(create)).toEqual([`ssekit: ${line}`]);
    warned.mockReset();
    expect(linesOf(create)).toEqual([]);
  });

  test('is none of those that exist, nor those that hooks add', () => {
    client({
      headers: {},
      decode: 'json',
      schemas: {},
      storage: sessionStorage,
      retry: 1,
      transport: 'fetch',
    });
    void fetchSse('/', { json: {}, decode: 'json', until: 'x', signal: null }).return?.();
    parseSse(response(), { decode: 'json', until: 'x', signal: null });
    expect(warned).not.toHaveBeenCalled();
  });
});

test.for(['Bearer undefined', 'null', 'Token [object Promise]'])(
  'a header that ends with %j gets a hint, which does not hold the value',
  async (value) => {
    const name = `x-${value.length}`;
    await hintsOf({ headers: { [name]: value } }, async (server) => {
      (await server.next()).send({ data: 'a' });
      await flush();
    });
    const line = `ssekit: the header \`${name}\` ends with "undefined", "null" or "[object …]": does its value exist yet?`;
    expect(warned.mock.calls).toEqual([[line]]);
  },
);

describe('fetchSse', () => {
  test('says that nobody loops over it', async () => {
    const server = mockSse();
    const used = fetchSse('/', { fetch: server.fetch });
    const left = fetchSse('/', { fetch: server.fetch });
    void used.next().catch(() => undefined);
    await left.return?.();
    await wait();
    expect(warned).not.toHaveBeenCalled();
    fetchSse('/', { fetch: server.fetch });
    await wait();
    expect(warned.mock.calls).toEqual([[expect.stringContaining('`for await`')]]);
    await used.return?.();
  });
});
