// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fetchSse, SseClient, SseError, type SseClientOptions } from 'ssekit';
import { mockSse, type MockExchange } from 'ssekit/testing';
import { countdown } from '../../src/components/countdown.ts';
import { createClientStore } from '../../src/components/registry.ts';
import { flush, recordErrors, reportError, stopClock } from './setup.ts';

/** R19: what nobody could have noticed goes to the console, once for each cause. */

stopClock();
recordErrors();

const logged = vi.fn();
beforeEach(() => {
  logged.mockReset();
  vi.spyOn(console, 'error').mockImplementation(logged);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const URL_ = 'https://a.test/feed?token=secret';
const lines = () => logged.mock.calls.map(([line]) => String(line));

type Listen = (client: SseClient<Record<string, unknown>>) => void;

/** What a client does to the console that gets these answers. */
async function play(
  options: SseClientOptions<Record<string, unknown>>,
  answer: (exchange: MockExchange) => void = () => undefined,
  listen: Listen = () => undefined,
): Promise<void> {
  const server = mockSse();
  const client = new SseClient<Record<string, unknown>>(URL_, { fetch: server.fetch, ...options } as object);
  client.onMessage(() => undefined);
  listen(client);
  void server.next().then(answer);
  await flush();
  client.close();
}

const onError: Listen = (client) => client.onError(() => undefined);
const onStateChange: Listen = (client) => client.onStateChange(() => undefined);
const aLoop: Listen = (client) => void client.once('tick').catch(() => undefined);

const refuse = (status: number) => (exchange: MockExchange) => {
  exchange.open({ status });
  exchange.end();
};
const garbled = (exchange: MockExchange) => {
  exchange.send({ data: '{oops' });
  exchange.send({ data: '{oops' });
};
const noStorage = {
  storage: () => {
    throw new Error('blocked');
  },
};
const noToken = {
  headers: () => {
    throw new Error('store is not defined');
  },
};

describe('an error that nobody listens to', () => {
  const cases: [string, Parameters<typeof play>[0], Parameters<typeof play>[1], string][] = [
    ['a payload that is not JSON', { decode: 'json' }, garbled, 'decode'],
    ['a storage that is blocked', noStorage, undefined, 'storage'],
    ['an event that is too large', { maxEventSize: 2 }, garbled, 'overflow'],
    ['a gap', { lastEventId: '7', resumed: () => false }, garbled, 'gap'],
    ['a final status', {}, refuse(404), 'http-404'],
    ['a failure that ends the retries', { retry: false }, refuse(503), 'http-503'],
    ['a function that throws', noToken, undefined, 'failed-start'],
  ];

  test.for(cases)(
    '%s is one line in the console, with place and cure',
    async ([, options, answer, entry]) => {
      await play(options, answer);
      expect(lines()).toEqual([
        expect.stringMatching(
          new RegExp(`^ssekit: .+ https://a\\.test/feed ssekit/docs/errors\\.md#${entry}$`),
        ),
      ]);
      expect(logged.mock.calls[0]?.[1]).toBeInstanceOf(SseError);
      expect(reportError).not.toHaveBeenCalled();
    },
  );

  test.for(cases)('%s is no line where onError has a listener', async ([, options, answer]) => {
    await play(options, answer, onError);
    expect(lines()).toEqual([]);
  });

  test.for([
    ['a subscriber of the state', onStateChange],
    ['a loop', aLoop],
  ] as const)(
    '%s notices a final failure, but not a payload, nor a function that throws',
    async ([, listen]) => {
      await play({}, refuse(404), listen);
      expect(lines()).toEqual([]);
      await play({ decode: 'json' }, garbled, listen);
      await play(noToken, undefined, listen);
      expect(lines()).toHaveLength(2);
    },
  );

  test('neither 204 nor a failure of the network that is retried is a line', async () => {
    await play({}, refuse(204));
    await play({}, refuse(503));
    await play({}, (exchange) => {
      exchange.cut();
    });
    expect(lines()).toEqual([]);
  });

  test('it is one line for each cause, however often it happens', async () => {
    const server = mockSse();
    const client = new SseClient(URL_, {
      fetch: server.fetch,
      ...noToken,
      decode: { tick: 'json' },
    } as object);
    client.on('tick', () => undefined);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.getSnapshot().failures).toBeGreaterThan(2);
    expect(lines()).toHaveLength(1);
    client.close();
  });
});

describe('what was thrown', () => {
  const messageOf = async (thrown: unknown) => {
    const errors: SseError[] = [];
    const headers = () => {
      throw thrown;
    };
    await play({ headers, retry: false }, undefined, (client) =>
      client.onError((error) => errors.push(error)),
    );
    return errors[0]?.message;
  };
  const start = 'The attempt could not be started: ';

  test.for([
    [new ReferenceError('store is not defined'), 'store is not defined'],
    ['a string', 'a string'],
    [undefined, 'undefined'],
    [{ message: 'like an error' }, 'like an error'],
    [Object.create(null), 'unknown'],
    [new Error('GET https://a.test/token?key=secret failed'), 'GET https://a.test/token failed'],
    [new Error('POST /token#secret failed'), 'POST /token failed'],
    [new Error('is there a token? no'), 'is there a token? no'],
  ])('%o is in the message, without the query of a URL', async ([thrown, text]) => {
    expect(await messageOf(thrown)).toBe(`${start}${String(text)}`);
  });

  test('a value whose message throws is no uncaught error', async () => {
    const thrown = {
      get message(): string {
        throw new Error('a trap');
      },
    };
    expect(await messageOf(thrown)).toBe(`${start}unknown`);
  });
});

describe('a method that is not repeated', () => {
  const messagesOf = async (options: SseClientOptions, answer: (exchange: MockExchange) => void) => {
    const errors: SseError[] = [];
    await play(options, answer, (client) => client.onError((error) => errors.push(error)));
    return errors.map(({ message, willRetry }) => [message, willRetry]);
  };
  const cut = (exchange: MockExchange) => {
    exchange.send({ data: 'half' });
    exchange.cut();
  };

  test.for([
    [{ json: {} }, 'POST'],
    [{ json: {}, method: 'put' }, 'PUT'],
  ] as const)('says so when the stream breaks: %o', async ([options, method]) => {
    expect(await messagesOf(options, cut)).toEqual([
      [expect.stringMatching(new RegExp(`${method} is only repeated with \`retry\`\\.$`)), false],
    ]);
  });

  test('says so for a status that a GET retries, and not for one that is final anyway', async () => {
    expect(await messagesOf({ json: {} }, refuse(503))).toEqual([
      ['The server answered 503. POST is only repeated with `retry`.', false],
    ]);
    expect(await messagesOf({ json: {} }, refuse(404))).toEqual([['The server answered 404.', false]]);
  });

  test('says nothing of the kind with `retry`, or with GET', async () => {
    for (const options of [
      { json: {}, retry: 3 },
      { json: {}, retry: false as const },
      { retry: false as const },
    ]) {
      const [[message] = []] = await messagesOf(options, cut);
      expect(message).not.toContain('repeated');
    }
  });
});

describe("a hook's own subscription notices nothing", () => {
  test.for<[string, object, number]>([
    ['without `onError`, a final failure is one line in the console', {}, 1],
    ['with `onError`, it is none', { onError: () => undefined }, 0],
  ])('%s', async ([, options, count]) => {
    const server = mockSse();
    const store = createClientStore(URL_, { fetch: server.fetch, ...options } as object);
    const leave = store.subscribe(() => undefined);
    void server.next().then(refuse(404));
    await flush();
    expect(store.getSnapshot()).toMatchObject({ status: 'closed' });
    expect(lines()).toHaveLength(count);
    leave();
  });

  test('nor does a countdown', async () => {
    await play({}, refuse(404), (client) => {
      countdown(client).subscribe(() => undefined);
    });
    expect(lines()).toHaveLength(1);
  });
});

describe('a transport', () => {
  test.for([
    [
      'a frozen error',
      Object.freeze(new SseError('network', 'The cable is out.')),
      'network',
      'The cable is out.',
    ],
    ['an error of another kind', new Error('The cable is out.'), 'failed', 'The cable is out.'],
    [
      'an error of the system, whose code is not ours',
      Object.assign(new Error('The cable is out.'), { code: 'ECONNRESET' }),
      'failed',
      'The cable is out.',
    ],
    [
      "an error of the browser's, whose code is a number",
      new DOMException('The cable is out.', 'NetworkError'),
      'failed',
      'The cable is out.',
    ],
    ['text', 'The cable is out.', 'failed', 'The cable is out.'],
    ['nothing', undefined, 'failed', 'undefined'],
  ] as const)('may fail with %s', async ([, thrown, code, message]) => {
    const errors: SseError[] = [];
    const client = new SseClient(URL_, {
      transport: (_, sink) => {
        sink.fail(thrown as SseError);
        return undefined;
      },
      retry: false,
    });
    client.onError((error) => errors.push(error));
    await flush();
    expect(client.status).toBe('closed');
    expect(errors).toMatchObject([{ code, message, failures: 1, willRetry: false }]);
  });

  test('keeps the help of a frozen error', async () => {
    const thrown = new SseError('network', 'The cable is out.', { help: 'https://example.test/cable' });
    const errors: SseError[] = [];
    const client = new SseClient(URL_, {
      transport: (_, sink) => {
        sink.fail(Object.freeze(thrown));
        return undefined;
      },
      retry: false,
    });
    client.onError((error) => errors.push(error));
    await flush();
    expect(errors.map(({ help }) => help)).toEqual(['https://example.test/cable']);
  });
});

test('every error has the URL without its query: of a client, its state, and a loop', async () => {
  const seen: (string | undefined)[] = [];
  await play({}, refuse(404), (client) => {
    client.onStateChange(({ error }) => error && seen.push(error.url));
    client.onError(({ url }) => seen.push(url));
  });
  for (const answer of [refuse(404), garbled]) {
    const server = mockSse();
    const loop = fetchSse(URL_, { fetch: server.fetch, decode: 'json' }).next();
    void server.next().then(answer);
    await loop.catch((error: unknown) => seen.push((error as SseError).url));
  }
  expect(seen).toEqual(Array(4).fill('https://a.test/feed'));
});

test('a schema that returns nothing is a decode error, now and later', async () => {
  const errors: SseError[] = [];
  const schema = (result: unknown) => ({
    '~standard': { version: 1, vendor: 'a bug', validate: () => result },
  });
  const valid = (exchange: MockExchange) => {
    exchange.send({ data: 1 });
    exchange.send({ data: 2 });
  };
  for (const result of [undefined, Promise.resolve()]) {
    await play({ schemas: { message: schema(result) } } as object, valid, (client) =>
      client.onError((error) => errors.push(error)),
    );
  }
  expect(errors.map(({ code, help }) => `${code} ${help}`)).toEqual(
    Array(4).fill('decode ssekit/docs/errors.md#decode-result'),
  );
});
