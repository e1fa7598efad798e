// @vitest-environment jsdom
import { createElement } from 'react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { renderToString } from 'react-dom/server';
import { createSseParser, FetchEventSource, fetchSse, parseSse, SseClient } from 'ssekit';
import { mountDevtools } from 'ssekit/devtools';
import { miniprogramTransport } from 'ssekit/miniprogram';
import { useSse, useSseEvent, useSecondsToRetry, useSseValue } from 'ssekit/react';
import { mockSse } from 'ssekit/testing';
import { useFetchSse } from 'ssekit/vue';
import { xhrTransport } from 'ssekit/xhr';
import { effectScope } from 'vue';
import { CHECKED } from '../../src/checked.ts';

/** What JavaScript gives where the types say something else. */
const wrong = (value: unknown) => value as never;
interface Ticks {
  tick: string;
}
const url = 'https://a.test/sse';

const warned = vi.fn();
beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(warned);
});
afterEach(() => {
  warned.mockReset();
  vi.restoreAllMocks();
});

const inComponent = (hook: () => void) => () =>
  renderToString(
    createElement(() => {
      hook();
      return null;
    }),
  );

describe.runIf(CHECKED)('a wrong argument is a TypeError that names the culprit and the cure', () => {
  const parse = (chunk: unknown) => {
    createSseParser({ message: () => undefined }).push(wrong(chunk));
  };
  test.for<[string, () => unknown, RegExp]>([
    [
      'null as options of a client',
      () => new SseClient(url, wrong(null)),
      /options must be an object.*#options/,
    ],
    ['text as options of a client', () => new SseClient(url, wrong('POST')), /options must be an object/],
    ['null as options of fetchSse', () => fetchSse(url, wrong(null)), /options must be an object/],
    ['null as options of parseSse', () => parseSse(new Response(), wrong(null)), /options must be an object/],
    [
      'text as headers',
      () => new SseClient(url, { headers: wrong('a: b') }),
      /`headers` must be an object, or/,
    ],
    [
      'a storage by name',
      () => new SseClient(url, { storage: wrong('session') }),
      /`storage` must be an object/,
    ],
    [
      'an inherited option of the wrong type',
      () => new SseClient(url, Object.create({ retry: '3' }) as object),
      /`retry` must be false/,
    ],
    [
      'a source with a retry as text',
      () => new FetchEventSource(url, { retry: wrong('3') }),
      /`retry` must be/,
    ],
    [
      'a source with a fetch by name',
      () => new FetchEventSource(url, { fetch: wrong('x') }),
      /`fetch` must be/,
    ],
    [
      'a source with a limit as text',
      () => new FetchEventSource(url, { openTimeout: wrong('3s') }),
      /`openTimeout` must be a positive number/,
    ],
    [
      'a parser without handlers',
      () => createSseParser(wrong(undefined)),
      /a function `message`.*#parser-handlers/,
    ],
    ['a parser without `message`', () => createSseParser(wrong({})), /a function `message`/],
    ['a function as handlers', () => createSseParser(wrong(() => undefined)), /a function `message`/],
    ...[42, null, undefined, {}, [1]].map((chunk): [string, () => unknown, RegExp] => [
      `${JSON.stringify(chunk)} pushed into a parser`,
      () => {
        parse(chunk);
      },
      /`push` takes bytes or text.*#parser-chunk/,
    ]),
    [
      'an argument of xhrTransport',
      () => (xhrTransport as (x: string) => unknown)(url),
      /`xhrTransport\(\)`/,
    ],
    ['no wx.request', () => miniprogramTransport(wrong(undefined)), /miniprogramTransport\(wx\.request\)/],
    ['wx itself', () => miniprogramTransport(wrong({ request: () => undefined })), /\(wx\.request\)/],
    ['no options of the devtools', () => mountDevtools(wrong(null)), /options must be an object/],
    [
      'a place that the devtools lack',
      () => mountDevtools({ dock: wrong('left') }),
      /`dock` must be bottom or right/,
    ],
    [
      'a language that they lack',
      () => mountDevtools({ language: wrong('fr') }),
      /`language` must be auto or en or zh/,
    ],
    ['a function as URL of a hook', inComponent(() => useSse(wrong(() => url))), /URL of a hook.*#hook-url/],
    ['null as options of a hook', inComponent(() => useSse(url, wrong(null))), /options must be an object/],
    [
      'a listener by name',
      inComponent(() => useSse(url, { onError: wrong('x') })),
      /`onError` must be a function/,
    ],
    [
      'an object as key',
      inComponent(() => useSse(url, { key: wrong({}) })),
      /`key` must be a string or a number/,
    ],
    [
      'the result of useSse as client',
      inComponent(() => useSseValue<Ticks, 'tick', number>(wrong(useSse(url)), 'tick', () => 1, 0)),
      /must be a client.*#hook-client/,
    ],
    [
      'a status as client of a countdown',
      inComponent(() => useSecondsToRetry(wrong('open'))),
      /must be a client.*#hook-client/,
    ],
    [
      'no handler',
      inComponent(() => {
        useSseEvent<Ticks, 'tick'>(null, 'tick', wrong(undefined));
      }),
      /third argument must be a function.*#hook-function/,
    ],
  ])('%s', ([, act, message]) => {
    expect(act).toThrow(TypeError);
    expect(act).toThrow(message);
  });

  test.for<[string, unknown]>([
    ['text', 'Bearer abc'],
    ['null', null],
  ])('a headers function that returns %s is told apart from a bad value', async ([, headers]) => {
    const client = new SseClient(url, { transport: 'fetch', headers: () => wrong(headers), retry: false });
    const error = await new Promise<Error>((resolve) => client.onError(resolve));
    expect(error.message).toMatch(/could not be started: `headers` must be an object/);
  });

  test.for<[string, unknown]>([
    ['xhrTransport', xhrTransport],
    ['miniprogramTransport', miniprogramTransport],
  ])('%s itself as transport fails, instead of waiting forever', async ([name, transport]) => {
    const client = new SseClient(url, { transport: wrong(transport) });
    const error = await new Promise<Error>((resolve) => client.onError(resolve));
    client.close();
    expect(error.message).toMatch(new RegExp(`could not be started: .*${name}\\(`));
  });
});

describe.runIf(CHECKED)('an unknown option is a hint', () => {
  const server = mockSse();
  test.for<[string, () => { close: () => void }]>([
    [
      'of a client: hedaers',
      () => new SseClient(url, { fetch: server.fetch, ...({ hedaers: {} } as object) }),
    ],
    [
      'which is inherited: heeaders',
      () => new SseClient(url, Object.create({ heeaders: {}, fetch: server.fetch }) as object),
    ],
    ['of a policy: limt', () => new SseClient(url, { fetch: server.fetch, retry: wrong({ limt: 3 }) })],
    [
      'of a source: hedders',
      () => new FetchEventSource(url, { fetch: server.fetch, ...({ hedders: {} } as object) }),
    ],
    [
      'of the devtools: docked',
      () => {
        vi.stubGlobal('document', undefined);
        const { unmount } = mountDevtools(wrong({ docked: 'right' }));
        vi.unstubAllGlobals();
        return { close: unmount };
      },
    ],
  ])('%s', ([title, make]) => {
    make().close();
    const [, name = ''] = title.split(': ');
    expect(warned.mock.calls).toEqual([[expect.stringContaining(`there's no option ${name}`)]]);
  });
});

test('null as the second argument of a source is none, and so is null as its member', () => {
  const { fetch } = mockSse();
  new FetchEventSource(url, wrong({ fetch, retry: null, openTimeout: null })).close();
  new FetchEventSource(url, null).close();
  expect(warned).not.toHaveBeenCalled();
});

test('what useFetchSse adds to the options of fetchSse causes no hint', async () => {
  const server = mockSse();
  const scope = effectScope();
  const request = scope.run(() =>
    useFetchSse(url, {
      fetch: server.fetch,
      initial: '',
      reduce: (text, { data }) => text + data,
      throttle: 9,
    }),
  );
  void request?.send();
  await server.next();
  scope.stop();
  expect(warned).not.toHaveBeenCalled();
});

describe('a mocked server', () => {
  test.for([undefined, null, 5])('refuses to send %j', async (chunk) => {
    const server = mockSse();
    void server.fetch(url);
    const exchange = await server.next();
    expect(() => {
      exchange.send(wrong(chunk));
    }).toThrow(/Send an event, \{ event, data, id, retry \}/);
  });

  test('refuses an answer after the first event', async () => {
    const server = mockSse();
    void server.fetch(url);
    const exchange = await server.next();
    exchange.send({ data: 'a' });
    expect(() => {
      exchange.open({ status: 503 });
    }).toThrow('The answer is open: call open() before send().');
  });
});
