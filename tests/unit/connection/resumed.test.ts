import { afterEach, describe, expect, test, vi } from 'vitest';
import { gap, type Resumed } from '../../../src/connection/last-event-id.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const opened = (lastEventId: string, headers?: Record<string, string>) => ({
  url: 'https://example.test/sse',
  transport: 'fetch',
  status: 200,
  headers: headers && new Headers(headers),
  lastEventId,
});

describe('without the option', () => {
  test('a response header Last-Event-ID that names another id is a gap', () => {
    const error = gap(opened('7', { 'Last-Event-ID': 'earliest' }), undefined);
    expect(error).toMatchObject({ code: 'gap', status: 200, willRetry: true });
    expect(error?.headers?.get('last-event-id')).toBe('earliest');
  });

  test('so is Mercure-Last-Event-ID, as newer hubs name it, whatever the other says', () => {
    const headers = { 'Mercure-Last-Event-ID': 'earliest', 'Last-Event-ID': '7' };
    expect(gap(opened('7', headers), undefined)?.code).toBe('gap');
    expect(gap(opened('7', { ...headers, 'Mercure-Last-Event-ID': '7' }), undefined)).toBeUndefined();
  });

  test.for<[string, ReturnType<typeof opened>]>([
    ['the header names the same id', opened('7', { 'Last-Event-ID': '7' })],
    ['the header names the same id, as the bytes it was sent as', opened('é', { 'Last-Event-ID': 'Ã©' })],
    ['there is no such header', opened('7', {})],
    ['no header can be seen, as on native', opened('7')],
    ['nothing was to be resumed', opened('', { 'Last-Event-ID': '7' })],
  ])('there is none where %s', ([, info]) => {
    expect(gap(info, undefined)).toBeUndefined();
  });
});

describe('the option', () => {
  test.for<[string, boolean | undefined, string, boolean]>([
    ['false is a gap whatever the header says', false, '7', true],
    ['true is none whatever the header says', true, 'earliest', false],
    ['undefined leaves it to the header', undefined, 'earliest', true],
  ])('%s', ([, answer, header, isGap]) => {
    const info = opened('7', { 'Last-Event-ID': header });
    const resumed = vi.fn<Resumed>(() => answer);
    expect(gap(info, resumed)?.code).toBe(isGap ? 'gap' : undefined);
    expect(resumed.mock.calls).toEqual([[info]]);
  });

  test('is not asked where nothing was to be resumed', () => {
    const resumed = vi.fn<Resumed>(() => false);
    expect(gap(opened(''), resumed)).toBeUndefined();
    expect(resumed).not.toHaveBeenCalled();
  });

  test('that throws is reported, and the header decides', () => {
    const reportError = vi.fn();
    vi.stubGlobal('reportError', reportError);
    const bug = new Error('a bug');
    const resumed = () => {
      throw bug;
    };
    expect(gap(opened('7', { 'Last-Event-ID': 'earliest' }), resumed)?.code).toBe('gap');
    expect(gap(opened('7', {}), resumed)).toBeUndefined();
    expect(reportError.mock.calls).toEqual([[bug], [bug]]);
  });
});
