// @vitest-environment jsdom
import { afterEach, describe, expect, test, vi } from 'vitest';
import { CHECKED } from '../../../src/checked.ts';
import { connectionOptions } from '../../../src/connection-options.ts';
import type { RequestContext, UrlSource } from '../../../src/connection/request-options.ts';
import { prepareRequest } from '../../../src/connection/request.ts';
import { resolveUrl } from '../../../src/connection/url.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  document.head.replaceChildren();
});

describe('the URL', () => {
  test.for([
    ['an absolute one', 'https://example.test/sse?a=1', 'https://example.test/sse?a=1'],
    ['one of the origin', '/api/sse', 'http://localhost:3000/api/sse'],
    ['a relative one', 'sse', 'http://localhost:3000/sse'],
    ['the page itself', '', 'http://localhost:3000/'],
    ['one without a scheme', '//example.test/sse', 'http://example.test/sse'],
    ['a URL object', new URL('https://example.test/sse'), 'https://example.test/sse'],
    ['non-ASCII characters', '/流?名=值', 'http://localhost:3000/%E6%B5%81?%E5%90%8D=%E5%80%BC'],
  ] as const)('is resolved as EventSource does: %s', ([, input, url]) => {
    expect(resolveUrl(input)).toBe(url);
  });

  test('is resolved against <base>, as EventSource does', () => {
    const base = document.createElement('base');
    base.href = 'https://cdn.test/app/';
    document.head.append(base);
    expect(resolveUrl('sse')).toBe('https://cdn.test/app/sse');
  });

  test('is resolved against the script in a worker', () => {
    vi.stubGlobal('document', undefined);
    vi.stubGlobal('location', { href: 'https://example.test/workers/feed.js' });
    expect(resolveUrl('sse')).toBe('https://example.test/workers/sse');
  });

  test('has to be absolute where there is neither page nor script, and the error says so', () => {
    vi.stubGlobal('document', undefined);
    vi.stubGlobal('location', undefined);
    expect(() => resolveUrl('/sse')).toThrow(new TypeError(messageOf('/sse')));
    expect(messageOf('/sse')).toContain('must be absolute: https://host/path');
    expect(resolveUrl('https://example.test/sse')).toBe('https://example.test/sse');
  });

  test.for([undefined, null, 42, {}, ['/sse'], true])('%j is a TypeError that says the cure', (input) => {
    expect(() => resolveUrl(input)).toThrow(TypeError);
    expect(messageOf(input)).toContain('The URL must be a string, a URL, or a function that returns one.');
  });

  test.for([
    'https://ada:s3cret@example.test/sse',
    'https://ada@example.test/',
    'https://:s3cret@h/?token=s3cret',
  ])('with a user or a password is a TypeError that says the cure: %s', (input) => {
    expect(() => resolveUrl(input)).toThrow(TypeError);
    expect(messageOf(input)).toContain('Send an Authorization header instead.');
    expect(messageOf(input)).not.toMatch(/ada|s3cret/);
  });

  test('that cannot be resolved does not show in the message: it may hold a token', () => {
    const input = 'https://[/sse?token=s3cret';
    expect(() => resolveUrl(input)).toThrow(TypeError);
    expect(messageOf(input)).not.toMatch(/s3cret|\[/);
  });
});

function messageOf(input: unknown): string {
  try {
    resolveUrl(input);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was resolved');
}

describe('the request of an attempt', () => {
  const { signal } = new AbortController();
  const context = (lastEventId = ''): RequestContext => ({
    failures: 0,
    lastEventId,
    error: undefined,
    signal,
  });
  const types = new Set(['lol']);
  const prepare = (url: UrlSource, lastEventId = '', lastEventIdParam?: string) =>
    prepareRequest(
      connectionOptions(url, { withCredentials: true, lastEventIdParam }),
      context(lastEventId),
      types,
    );

  test('holds the resolved URL, the id, the credentials, the signal and the types', async () => {
    expect(await prepare('/sse', '7')).toMatchObject({
      url: 'http://localhost:3000/sse',
      lastEventId: '7',
      withCredentials: true,
      signal,
      types,
    });
  });

  test('asks a function for the URL, with the context of the attempt', async () => {
    const source = vi.fn(() => new URL('https://example.test/sse'));
    expect((await prepare(source, '7')).url).toBe('https://example.test/sse');
    expect(source.mock.calls).toEqual([[context('7')]]);
  });

  test('waits for an async function', async () => {
    expect((await prepare(() => Promise.resolve('/later'))).url).toBe('http://localhost:3000/later');
  });

  test('rejects with what the function throws, and with a TypeError for what is no URL', async () => {
    const error = new Error('no session');
    await expect(prepare(() => Promise.reject(error))).rejects.toBe(error);
    await expect(prepare(() => undefined as never)).rejects.toThrow(TypeError);
  });

  test.for([
    ['is added', '/sse', '42', 'http://localhost:3000/sse?lastEventId=42'],
    ['keeps what is there', '/sse?room=1#top', '42', 'http://localhost:3000/sse?room=1&lastEventId=42#top'],
    ['replaces an older id', '/sse?lastEventId=7', '42', 'http://localhost:3000/sse?lastEventId=42'],
    ['is escaped', '/sse', 'a&b=你', 'http://localhost:3000/sse?lastEventId=a%26b%3D%E4%BD%A0'],
    ['is left out without an id', '/sse?room=1', '', 'http://localhost:3000/sse?room=1'],
  ] as const)('lastEventIdParam %s', async ([, url, id, expected]) => {
    expect((await prepare(url, id, 'lastEventId')).url).toBe(expected);
  });

  test.for([
    ['of a signed URL', '/sse?sig=a%20b~c(d)*e&flag&&t=1:2,3', '?sig=a%20b~c(d)*e&flag&&t=1:2,3&after=42'],
    ['with escapes in lower case', '/sse?q=%e4%bd%a0%2F!', '?q=%e4%bd%a0%2F!&after=42'],
    ['with an older ID, more than once', '/sse?after=1&a=~&after=2', '?a=~&after=42'],
    ['with an older ID, its name escaped', '/sse?%61fter=1&a=~', '?a=~&after=42'],
    ['with a name that begins alike', '/sse?after2=1&xafter=2', '?after2=1&xafter=2&after=42'],
    ['that is empty', '/sse?', '?after=42'],
    ['that holds a question mark', '/sse?a?b=c?d#?e', '?a?b=c?d&after=42#?e'],
  ] as const)('lastEventIdParam leaves a query unchanged: one %s', async ([, url, expected]) => {
    expect((await prepare(url, '42', 'after')).url).toBe(`http://localhost:3000/sse${expected}`);
  });

  test('sends headers that can be read only once, at each attempt', async () => {
    const headers = new Map([['x-token', 't']]).entries();
    const options = connectionOptions('/sse', { headers: headers as never });
    for (let attempt = 0; attempt < 2; attempt++) {
      const request = await prepareRequest(options, context(), types);
      expect([...request.headers]).toEqual([['x-token', 't']]);
    }
  });

  test('names a header that a function left undefined', async () => {
    const options = connectionOptions('/sse', { headers: () => ({ Authorization: undefined }) as never });
    await expect(prepareRequest(options, context(), types)).rejects.toThrow(
      'The header `Authorization` is undefined.',
    );
  });

  test.for([
    ['{}', {}, 'follow'],
    ['[]', [], 'follow'],
    ['Headers', new Headers(), 'follow'],
    ['one header', { a: 'b' }, 'manual'],
    ['a function', () => ({}), 'manual'],
  ] as const)('follows redirects unless there are headers: %s', async ([, headers, redirect]) => {
    const options = connectionOptions('/sse', { headers: headers as never });
    expect((await prepareRequest(options, context(), types)).redirect).toBe(redirect);
  });

  test.runIf(CHECKED).for([[() => '/sse'], [{ toJSON: () => undefined }], [Symbol('x')]])(
    'json that JSON cannot hold is a TypeError that says the cure: %o',
    ([json]) => {
      expect(() => connectionOptions('/sse', { json })).toThrow(
        '`json` must be a value that JSON can hold. Give a function as `body`.',
      );
    },
  );

  test('of an attempt that is over while the URL is awaited asks for neither headers nor body', async () => {
    const over = new AbortController();
    const later = vi.fn(() => 'a');
    const url = () => {
      over.abort();
      return '/sse';
    };
    const options = connectionOptions(url, { method: 'POST', headers: () => ({ a: later() }), body: later });
    await expect(prepareRequest(options, { ...context(), signal: over.signal }, types)).rejects.toBe(
      over.signal.reason,
    );
    expect(later).not.toHaveBeenCalled();
  });

  test('leaves the URL alone without lastEventIdParam', async () => {
    expect((await prepare('/sse?a=1', '42')).url).toBe('http://localhost:3000/sse?a=1');
  });
});

test('a body of null is none: the request is a GET', () => {
  expect(connectionOptions('https://example.test/', { body: null }).method).toBe('GET');
  expect(connectionOptions('https://example.test/', { body: '' }).method).toBe('POST');
});
