// @vitest-environment jsdom
import { describe, expect, test } from 'vitest';
import { MockEventSource } from 'ssekit/testing';
import { CHECKED } from '../../src/checked.ts';
import type { TransportRequest } from '../../src/connection/transport.ts';
import { connectionOptions } from '../../src/connection-options.ts';

const URL_ = 'https://example.test/sse';
const native = { transport: 'native' };

/** As JavaScript calls it, where no compiler has looked. */
const validate = (url: unknown, options: object) => connectionOptions(url as string, options);

/** The globals of another realm. */
function iframe(): typeof globalThis {
  return document.body.appendChild(document.createElement('iframe')).contentWindow as never;
}

/** Whether `auto` uses fetch because of these options, although there's a native EventSource. */
function asksFetch(options: object): boolean {
  const request = { url: URL_, method: 'GET', headers: new Headers(), lastEventId: '' };
  const { chooseTransport } = validate(URL_, { EventSource: MockEventSource, ...options });
  return chooseTransport(request as TransportRequest, false).name === 'fetch';
}

describe('options that work', () => {
  test.for<[string, object]>([
    ['nothing', {}],
    ['all of them undefined', { headers: undefined, retry: undefined, until: undefined, json: undefined }],
    ['zeros', { retryInterval: 0, retry: 0 }],
    [
      'endless limits',
      {
        retryInterval: Infinity,
        idleTimeout: 1e300,
        maxEventSize: Infinity,
        retry: { maxElapsed: Infinity },
      },
    ],
    ['retry: false', { retry: false }],
    ['a retry object', { retry: { limit: 1, factor: 1, jitter: false, shouldRetry: () => true } }],
    ['json', { json: null }],
    ['json with a method', { json: {}, method: 'PUT' }],
    ['a body', { body: 'a', method: 'post' }],
    ['until as text', { until: '[DONE]' }],
    ['until as a function', { until: () => true }],
    ['a signal', { signal: new AbortController().signal }],
    ['any other id', { lastEventId: '你好\t\u0001' }],
    ['no signal', { signal: null }],
    ['the signal of an iframe', { signal: new (iframe().AbortController)().signal }],
    ['native alone', native],
    ['native with empty headers', { ...native, headers: {} }],
    ['native with what is undefined', { ...native, headers: undefined, idleTimeout: undefined }],
    ['native with a policy', { ...native, retry: 3, retryInterval: 50, withCredentials: true }],
    ['native with an id for the query', { ...native, lastEventId: '1', lastEventIdParam: 'after' }],
    ['native with an empty id', { ...native, lastEventId: '' }],
    ['share', { share: () => undefined }],
    ['share with a POST that may be repeated', { share: () => undefined, json: {}, retry: 3 }],
    [
      'native with share and an id for the query',
      { ...native, share: () => undefined, lastEventIdParam: 'after' },
    ],
  ])('%s', ([, options]) => {
    expect(() => {
      validate(URL_, { transport: 'auto', ...options });
    }).not.toThrow();
  });
});

describe.runIf(CHECKED)('options that cannot work are a TypeError with the cure', () => {
  test.for<[object, RegExp]>([
    [{ transport: 'websocket' }, /`transport` must be "auto", "native", "fetch" or a function/],
    [{ transport: ', ' }, /`transport`/],
    [{ redirect: ' or ' }, /`redirect`/],
    [{ retryInterval: -1 }, /`retryInterval` must be a number, 0 or more/],
    [{ retryInterval: NaN }, /`retryInterval`/],
    [{ retryInterval: '1000' }, /`retryInterval`/],
    [{ openTimeout: -1 }, /`openTimeout` must be a positive number/],
    [{ openTimeout: 0 }, /`openTimeout`/],
    [{ idleTimeout: 0 }, /`idleTimeout`/],
    [{ idleTimeout: NaN }, /`idleTimeout`/],
    [{ maxEventSize: 0 }, /`maxEventSize`/],
    [{ idleTimeout: '5s' }, /`idleTimeout`/],
    [{ resumed: true }, /`resumed` must be a function/],
    [{ maxEventSize: NaN }, /`maxEventSize`/],
    [{ retry: true }, /`retry` must be false, a number of attempts, or an object/],
    [{ retry: null }, /`retry` must be/],
    [{ retry: -1 }, /`retry` must be/],
    [{ retry: NaN }, /`retry` must be/],
    [{ retry: '3' }, /`retry` must be/],
    [{ retry: { limit: -1 } }, /`limit`/],
    [{ retry: { factor: 'x' } }, /`factor`/],
    [{ retry: { maxInterval: NaN } }, /`maxInterval`/],
    [{ retry: { maxElapsed: -5 } }, /`maxElapsed`/],
    [{ retry: { shouldRetry: true } }, /`shouldRetry` must be a function/],
    [{ share: 'prices' }, /`share` must be a function: what sharedConnection\(name\) returns/],
    [{ retry: { jitter: 'none' } }, /`jitter` must be a boolean/],
    [{ method: 5 }, /`method` must be a string/],
    [{ lastEventIdParam: 1 }, /`lastEventIdParam` must be a string/],
    [{ lastEventIdParam: '' }, /`lastEventIdParam` must not be empty/],
    [{ lastEventId: 7 }, /`lastEventId`/],
    [{ fetch: {} }, /`fetch` must be a function/],
    [{ EventSource: {} }, /`EventSource` must be a function/],
    [{ until: /DONE/ }, /`until` must be a string or a function/],
    [{ withCredentials: 'include' }, /`withCredentials` must be a boolean/],
    [{ autoConnect: 0 }, /`autoConnect` must be a boolean/],
    [{ signal: new AbortController() }, /`signal` must be an AbortSignal/],
    [{ debug: 'all' }, /`debug` must be a boolean or a function/],
    [{ body: { prompt: 'a' } }, /`body` must not be an object or an array: give that as `json`/],
    [{ body: ['a'] }, /`body`/],
    [{ redirect: 'manual' }, /`redirect` must be "follow" or "error"/],
    [{ json: {}, body: '' }, /Give `json` or `body`, not both/],
  ])('%j', ([options, cure]) => {
    const check = () => {
      validate(URL_, { transport: 'auto', ...options });
    };
    expect(check).toThrow(TypeError);
    expect(check).toThrow(cure);
  });
});

describe('options that would lose, repeat or reveal data are a TypeError in every build', () => {
  test.for<[object, RegExp]>([
    [{ share: () => undefined, json: {} }, /`share` repeats the request where another tab takes over/],
    [{ share: () => undefined, method: 'put' }, /Give `retry`/],
    [{ share: () => undefined, ...native }, /`share`: native EventSource.*`lastEventIdParam`/],
    [{ lastEventId: 'a\nb' }, /CR, LF or NUL/],
    [{ lastEventId: 'a\rb' }, /CR, LF or NUL/],
    [{ lastEventId: 'a\0b' }, /CR, LF or NUL/],
    [{ headers: 'Authorization: x' }, /`headers` must (not hold line breaks|be an object)/],
    [{ headers: { 'a b': 'x' } }, /`headers`/],
    [{ headers: { Authorization: undefined } }, /The header `Authorization` is undefined/],
    [{ headers: [['X-Token', undefined]] }, /The header `X-Token` is undefined/],
    [{ json: {}, method: 'GET' }, /GET and HEAD have no body/],
    [{ body: 'a', method: 'head' }, /GET and HEAD have no body/],
  ])('%j', ([options, cure]) => {
    const check = () => {
      validate(URL_, { transport: 'auto', ...options });
    };
    expect(check).toThrow(TypeError);
    expect(check).toThrow(cure);
  });

  test('`storage` without a `storageKey`, where the URL is a function', () => {
    const check = () => {
      validate(() => URL_, { storage: sessionStorage });
    };
    expect(check).toThrow(TypeError);
    expect(check).toThrow(/`storage` needs a `storageKey`/);
  });

  test('a header that cannot be sent does not show in the message', () => {
    const check = () => {
      validate(URL_, { transport: 'auto', headers: { Authorization: 'Bearer 秘密' } });
    };
    expect(check).toThrow(TypeError);
    expect(check).not.toThrow(/秘密|Bearer/);
  });

  test.for<[string, unknown]>([
    ['headers', { 'X-A': 'b' }],
    ['method', 'GET'],
    ['body', ''],
    ['json', null],
    ['openTimeout', 1],
    ['idleTimeout', 1],
    ['resumed', () => true],
    ['maxEventSize', 1],
    ['redirect', 'follow'],
    ['fetch', () => undefined],
  ])("%s with transport: 'native'", ([name, value]) => {
    const check = () => {
      validate(URL_, { ...native, [name]: value });
    };
    expect(check).toThrow(TypeError);
    expect(check).toThrow(`\`${name}\` is beyond native EventSource: use transport: 'auto' or 'fetch'.`);
    expect(asksFetch({ [name]: value })).toBe(true);
  });

  test("an id with transport: 'native', which has no header to send it in", () => {
    expect(() => {
      validate(URL_, { ...native, lastEventId: '7' });
    }).toThrow(/Give `lastEventIdParam`, or use transport: 'auto' or 'fetch'/);
  });
});

test.runIf(CHECKED)('what JSON cannot hold is told from what it should be, too', () => {
  expect(() => {
    validate('/sse', { retryInterval: 5n });
  }).toThrow('`retryInterval` must be a number, 0 or more.');
  expect(() => {
    validate('/sse', { debug: globalThis });
  }).toThrow('`debug` must be a boolean or a function.');
});

describe('a URL', () => {
  test.for([
    'https://user:password@example.test/sse',
    'https://user@example.test/',
    'https://:pw@example.test/',
  ])('with a user name or password is a TypeError that does not repeat it: %s', (url) => {
    const check = () => {
      validate(url, { transport: 'auto' });
    };
    expect(check).toThrow(TypeError);
    expect(check).toThrow(/Send an Authorization header instead/);
    expect(check).not.toThrow(/user:|user@|pw/);
  });

  test('that cannot be resolved is a TypeError that does not repeat it', () => {
    const check = () => {
      validate('https://[secret/sse', { transport: 'auto' });
    };
    expect(check).toThrow(TypeError);
    expect(check).not.toThrow(/secret/);
  });

  test.runIf(CHECKED).for(['ws://h/sse', 'file:///sse?token=secret', 'mailto:a@b', 'ftp://h/sse'])(
    'that neither EventSource nor fetch can load is a TypeError that says the cure: %s',
    (url) => {
      const check = () => {
        validate(url, { transport: 'auto' });
      };
      expect(check).toThrow(TypeError);
      expect(check).toThrow(/must be http: or https:/);
      expect(check).not.toThrow(/secret/);
    },
  );

  test.for<[string, object]>([
    ['file:///sse', { transport: 'auto', fetch: () => undefined }],
    ['file:///sse', { transport: 'auto', EventSource: EventTarget }],
    ['ws://h/sse', { transport: () => undefined }],
    ['data:text/event-stream,data:1', { transport: 'auto' }],
    ['chrome-extension://abc/sse', { transport: 'auto' }],
    ['app://bundle/sse', { transport: 'auto' }],
  ])('may be %s where that can be loaded: %o', ([url, options]) => {
    expect(() => {
      validate(url, options);
    }).not.toThrow();
  });

  test('may be a URL, or a function, which is not called', () => {
    validate(new URL(URL_), { transport: 'auto' });
    validate(new (iframe().URL)(URL_), { transport: 'auto' });
    validate(
      () => {
        throw new Error('called');
      },
      { transport: 'auto' },
    );
  });
});

test.for([
  ['{}', {}],
  ['[]', []],
  ['Headers', new Headers()],
  ['Map', new Map()],
] as const)('empty headers do not ask for fetch: %s', ([, headers]) => {
  expect(asksFetch({ headers })).toBe(false);
});

test('no option that native can honour asks for fetch', () => {
  expect(
    asksFetch({
      withCredentials: true,
      lastEventId: '1',
      lastEventIdParam: 'a',
      until: '[DONE]',
      headers: undefined,
    }),
  ).toBe(false);
});
