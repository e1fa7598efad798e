// @vitest-environment jsdom
import { afterEach, describe, expect, test, vi } from 'vitest';
import { MockEventSource } from 'ssekit/testing';
import { CHECKED } from '../../src/checked.ts';
import { connectionOptions } from '../../src/connection-options.ts';
import type { SseClientOptions } from '../../src/options.ts';
import { prepareRequest } from '../../src/connection/request.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Called as from JavaScript, without a compiler's checks. */
function messageFor(options: object, url: unknown): string {
  try {
    connectionOptions(url as string, options);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as TypeError).message;
  }
  throw new Error('it was accepted');
}

describe('what cannot work is a TypeError that says the cure', () => {
  test.runIf(CHECKED).for([
    ['retry', { retry: true }],
    ['retry', { retry: 'always' }],
    ['retry', { retry: () => true }],
    ['retry', { retry: -1 }],
    ['retry', { retry: NaN }],
    ['limit', { retry: { limit: '3' } }],
    ['factor', { retry: { factor: -2 } }],
    ['maxInterval', { retry: { maxInterval: NaN } }],
    ['maxElapsed', { retry: { maxElapsed: -1 } }],
    ['retryInterval', { retryInterval: -1 }],
    ['retryInterval', { retryInterval: '1000' }],
    ['retryInterval', { retryInterval: true }],
    ['lastEventId', { lastEventId: 7 }],
    ['lastEventIdParam', { lastEventIdParam: true }],
    ['until', { until: 42 }],
    ['signal', { signal: new AbortController() }],
  ] as const)('%s: %o', ([name, options]) => {
    expect(messageFor(options, '/sse')).toMatch(new RegExp(`^\`${name}\` must be `));
  });

  test.runIf(CHECKED).for(['natve', 'websocket', 42, {}])('transport: %j', (transport) => {
    expect(messageFor({ transport }, '/sse')).toMatch(/^`transport` must be .*"auto".*"native".*function/);
  });

  test.for(['a\nb', 'a\rb', 'a\0b'])('lastEventId: %j, which no stream can have sent', (lastEventId) => {
    expect(messageFor({ lastEventId }, '/sse')).toMatch(/^`lastEventId` must not hold CR, LF or NUL/);
  });

  test.for([undefined, null, 42])('url: %j', (url) => {
    expect(messageFor({}, url)).toMatch(/^The URL must be a string, a URL, or a function/);
  });
});

describe('what works is accepted', () => {
  test.for([
    {},
    { retry: false },
    { retry: 0 },
    { retry: Infinity },
    { retry: {} },
    { retry: { limit: 3, factor: 1.5, maxInterval: 0, maxElapsed: Infinity, jitter: false } },
    { retryInterval: 0 },
    { lastEventId: '' },
    { lastEventId: '你好 42' },
    { lastEventIdParam: 'lastEventId' },
    { transport: 'auto' },
    { transport: 'native' },
    { transport: 'fetch' },
    { until: '[DONE]' },
    { until: () => false },
    { signal: new AbortController().signal },
    { retry: undefined, retryInterval: undefined, signal: undefined, transport: undefined, until: undefined },
  ] satisfies SseClientOptions[])('%j', (options) => {
    expect(() => connectionOptions('/sse', options)).not.toThrow();
  });
});

describe('defaults', () => {
  test('are in place', () => {
    expect(connectionOptions('/sse', {})).toMatchObject({
      url: 'http://localhost:3000/sse',
      withCredentials: false,
      lastEventId: '',
      retryInterval: 1000,
      policy: { limit: undefined },
    });
  });

  test('are also in place for options that are undefined', () => {
    const absent = {
      retry: undefined,
      retryInterval: undefined,
      withCredentials: undefined,
      lastEventId: undefined,
      transport: undefined,
    };
    expect(connectionOptions('/sse', absent)).toMatchObject({
      withCredentials: false,
      lastEventId: '',
      retryInterval: 1000,
      transport: 'auto',
    });
  });

  test.for([false, 3, { limit: 3 }] as const)('yield to a retry policy that is given: %j', (retry) => {
    const { policy } = connectionOptions('/sse', { retry });
    expect(policy.limit).toBe(retry === false ? 0 : 3);
  });
});

describe('the transport', () => {
  const { signal } = new AbortController();
  const context = { failures: 0, lastEventId: '', error: undefined, signal };
  const choose = async (options: SseClientOptions) => {
    const settings = connectionOptions('/sse', options);
    return settings.chooseTransport(await prepareRequest(settings, context, []), false);
  };

  test('has the name of the function it is, or is a custom one', async () => {
    const carrierPigeon = () => undefined;
    expect(await choose({ transport: carrierPigeon })).toEqual({
      name: 'carrierPigeon',
      start: carrierPigeon,
    });
    expect(
      (
        await choose({
          transport: (
            () => () =>
              undefined
          )(),
        })
      ).name,
    ).toBe('custom');
  });

  test("'native' takes the EventSource given over the global one", async () => {
    vi.stubGlobal('EventSource', undefined);
    expect((await choose({ transport: 'native', EventSource: MockEventSource })).name).toBe('native');
  });

  test("'native' without any EventSource is a TypeError that says the cure", async () => {
    vi.stubGlobal('EventSource', undefined);
    await expect(choose({ transport: 'native' })).rejects.toThrow(
      'There is no EventSource here. Pass one as the option `EventSource`.',
    );
  });
});
