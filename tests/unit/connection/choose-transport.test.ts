import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MockEventSource } from 'ssekit/testing';
import { fetchTransport, fetchTransportWithoutId } from '../../../src/connection/fetch-transport.ts';
import { connectionOptions } from '../../../src/connection-options.ts';
import type { SseClientOptions } from '../../../src/options.ts';
import type { TransportRequest } from '../../../src/connection/transport.ts';

const HERE = 'https://here.test/sse';
const ELSEWHERE = 'https://elsewhere.test/sse';

beforeEach(() => {
  vi.stubGlobal('EventSource', MockEventSource);
});
afterEach(() => {
  vi.unstubAllGlobals();
  MockEventSource.reset();
});

const request = (url: string, lastEventId = ''): TransportRequest => ({
  url,
  lastEventId,
  withCredentials: false,
  signal: new AbortController().signal,
  method: 'GET',
  headers: new Headers(),
  body: undefined,
  redirect: 'follow',
  openTimeout: undefined,
  idleTimeout: undefined,
  maxEventSize: 1000,
  fetch,
  types: [],
});

/** The transport that `SseClient` uses for an attempt with these options. */
function choice(
  options: SseClientOptions,
  { beyondNative = false, lastEventId = '' }: { beyondNative?: boolean; lastEventId?: string } = {},
): string {
  const { chooseTransport } = connectionOptions(HERE, options);
  return chooseTransport(request(HERE, lastEventId), beyondNative).name;
}

describe('auto', () => {
  test.for<[string, SseClientOptions]>([
    ['no option at all', {}],
    ['withCredentials', { withCredentials: true }],
    ['lastEventIdParam', { lastEventIdParam: 'after' }],
    ['until', { until: '[DONE]' }],
    ['an EventSource', { EventSource: MockEventSource }],
    ['options that are undefined', { headers: undefined, retry: undefined, retryInterval: undefined }],
  ])('is native with %s', ([, options]) => {
    expect(choice(options)).toBe('native');
  });

  test.for<[string, SseClientOptions]>([
    ['headers', { headers: { a: 'b' } }],
    ['a headers function', { headers: () => ({}) }],
    ['method', { method: 'GET' }],
    ['body', { body: '' }],
    ['json', { json: null }],
    ['openTimeout', { openTimeout: 1000 }],
    ['idleTimeout', { idleTimeout: 1000 }],
    ['maxEventSize', { maxEventSize: 1000 }],
    ["redirect: 'follow'", { redirect: 'follow' }],
    ["redirect: 'error'", { redirect: 'error' }],
    ['fetch', { fetch }],
    ['failOn', { failOn: () => false }],
    ['refreshAuth', { refreshAuth: () => undefined }],
    ['resumed', { resumed: () => true }],
    ['retryInterval', { retryInterval: 1000 }],
    ['retryInterval: 0', { retryInterval: 0 }],
    ['retry', { retry: {} }],
    ['retry: false', { retry: false }],
    ['retry: 3', { retry: 3 }],
  ])('is fetch with %s', ([, options]) => {
    expect(choice(options)).toBe('fetch');
  });

  test('is fetch once native gave up, or somebody wants every event', () => {
    expect(choice({}, { beyondNative: true })).toBe('fetch');
  });

  test('is fetch with an id that native could not send, and native where the query carries it', () => {
    expect(choice({}, { lastEventId: '7' })).toBe('fetch');
    expect(choice({ lastEventIdParam: 'after' }, { lastEventId: '7' })).toBe('native');
  });

  test('is fetch where there is no EventSource', () => {
    vi.unstubAllGlobals();
    expect(choice({})).toBe('fetch');
  });
});

describe('a transport that is named', () => {
  test("'native' stays native whatever happens", () => {
    expect(choice({ transport: 'native', retry: 3, retryInterval: 50 }, { beyondNative: true })).toBe(
      'native',
    );
  });

  test("'native' without an EventSource is a TypeError with the cure", () => {
    vi.unstubAllGlobals();
    expect(() => choice({ transport: 'native' })).toThrow(/Pass one as the option `EventSource`/);
    expect(choice({ transport: 'native', EventSource: MockEventSource })).toBe('native');
  });

  test("'fetch' is fetch", () => {
    expect(choice({ transport: 'fetch' })).toBe('fetch');
  });

  test('a function runs under its name', () => {
    const pigeon = () => undefined;
    expect(choice({ transport: pigeon, headers: {} })).toBe('pigeon');
    expect(
      choice({
        transport: (
          () => () =>
            undefined
        )(),
      }),
    ).toBe('custom');
  });
});

describe('Last-Event-ID over fetch', () => {
  const start = (url: string, changes: Partial<TransportRequest> = {}, options: SseClientOptions = {}) =>
    connectionOptions(HERE, options).chooseTransport({ ...request(url, '7'), ...changes }, true).start;

  test('goes as a header to the own origin', () => {
    vi.stubGlobal('origin', 'https://here.test');
    expect(start(HERE)).toBe(fetchTransport);
  });

  test.for([ELSEWHERE, 'http://here.test/sse', 'https://here.test:8443/sse'])(
    'stays out of a request to %s that needs no preflight',
    (url) => {
      vi.stubGlobal('origin', 'https://here.test');
      expect(start(url)).toBe(fetchTransportWithoutId);
    },
  );

  test('goes along where a preflight is sent in any case, or fetch was asked for by name', () => {
    vi.stubGlobal('origin', 'https://here.test');
    expect(start(ELSEWHERE, { headers: new Headers({ 'X-Page': '1' }) })).toBe(fetchTransport);
    expect(start(ELSEWHERE, { method: 'PUT' })).toBe(fetchTransport);
    expect(start(ELSEWHERE, {}, { transport: 'fetch' })).toBe(fetchTransport);
  });

  test('stays out of every request of a sandbox, whose location says otherwise', () => {
    vi.stubGlobal('origin', 'null');
    vi.stubGlobal('location', new URL(HERE));
    expect(start(HERE)).toBe(fetchTransportWithoutId);
  });

  test('goes everywhere where there are no origins', () => {
    vi.stubGlobal('origin', undefined);
    expect(start(ELSEWHERE)).toBe(fetchTransport);
  });
});
