import { describe, expect, test } from 'vitest';
import { SseError } from '../../../src/errors.ts';
import { ReadyState } from '../../../src/message.ts';
import { packOpen, packState, readNotice, readOpen, readState } from '../../../src/share/channel.ts';

const state = { status: 'open', failures: 0 };
const event = {
  kind: 'event',
  sequence: 1,
  type: 'tick',
  data: 'a',
  lastEventId: '1',
  origin: 'https://example.test',
};
const snapshot = {
  kind: 'snapshot',
  sequence: 1,
  oldest: 1,
  lastEventId: '1',
  url: 'https://example.test/sse',
  state,
  failed: false,
  types: ['tick'],
  all: false,
};
const sent = (notice: object) => ({ generation: 1, ...notice });

describe('what another tab says is read', () => {
  test.for<[string, object]>([
    ['a claim', { kind: 'claim', knows: true }],
    ['an event', event],
    ['an event of any size', { ...event, data: 'x'.repeat(100_000) }],
    ['a snapshot', snapshot],
    [
      'a snapshot with an error',
      {
        ...snapshot,
        state: { ...state, error: { code: 'http', message: '', status: 503, headers: [['a', 'b']] } },
      },
    ],
    [
      'a question of a tab that knows nothing',
      { kind: 'question', sequence: undefined, types: [], all: true },
    ],
    ['a push', { kind: 'push', force: false }],
    ['fields of a later minor version', { ...event, more: true }],
  ])('%s', ([, notice]) => {
    expect(readNotice(sent(notice))).toEqual(sent(notice));
  });
});

describe('what is none of ours is ignored', () => {
  test.for<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', 'event'],
    ['a list', []],
    ['no generation', event],
    ['a generation beyond all others', { ...sent(event), generation: Infinity }],
    ['an unknown kind', sent({ kind: 'reload' })],
    ['a kind that every object knows', sent({ kind: 'constructor' })],
    ['a kind that is a prototype', sent({ kind: '__proto__' })],
    ['data that is no text', sent({ ...event, data: 1 })],
    ['a sequence that is no number', sent({ ...event, sequence: NaN })],
    ['a negative sequence', sent({ ...event, sequence: -1 })],
    ['an endless URL', sent({ ...snapshot, url: 'x'.repeat(20_000) })],
    ['a status that every object knows', sent({ ...snapshot, state: { ...state, status: 'toString' } })],
    ['too many types', sent({ ...snapshot, types: Array<string>(1001).fill('a') })],
    ['types that are no text', sent({ ...snapshot, types: [{}] })],
    ['headers that cannot be', sent({ ...snapshot, opened: { url: '', headers: [['a b', 'c']] } })],
    ['headers that are no list', sent({ ...snapshot, opened: { url: '', headers: { length: 1 } } })],
    ['an error that is none', sent({ ...snapshot, state: { ...state, error: 'failed' } })],
    [
      'an error with an endless body',
      sent({
        ...snapshot,
        state: { ...state, error: { code: 'http', message: '', body: 'x'.repeat(20_000) } },
      }),
    ],
  ])('%s', ([, value]) => {
    expect(readNotice(value)).toBeUndefined();
  });
});

test('a state comes over as it was, its error as an SseError without its cause', () => {
  const error = new SseError('http', 'The server answered 503.', {
    status: 503,
    headers: new Headers({ 'retry-after': '2' }),
    body: 'later',
    retryAfter: 2000,
    failures: 3,
    willRetry: true,
    cause: new Error('secret'),
  });
  const before = {
    status: 'reconnecting',
    readyState: ReadyState.Connecting,
    failures: 3,
    retryAt: 5000,
    transport: 'fetch',
    error,
  } as const;
  const after = readState(structuredClone(packState(before)));
  expect(after).toEqual({ ...before, error: after.error });
  expect(after.error).toBeInstanceOf(SseError);
  expect(after.error).toMatchObject({
    code: 'http',
    status: 503,
    body: 'later',
    retryAfter: 2000,
    failures: 3,
    willRetry: true,
  });
  expect(after.error?.headers?.get('retry-after')).toBe('2');
  expect(after.error?.cause).toBeUndefined();
});

test('what is known of the opening comes over without the query', () => {
  const info = {
    url: 'https://example.test/sse?token=secret#a',
    transport: 'fetch',
    status: 200,
    headers: new Headers({ a: 'b' }),
    lastEventId: '1',
  };
  const after = readOpen(structuredClone(packOpen(info)), 'fetch');
  expect(after).toMatchObject({ url: 'https://example.test/sse', transport: 'fetch', status: 200 });
  expect(after.headers?.get('a')).toBe('b');
});
