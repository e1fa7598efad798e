import { describe, expect, test } from 'vitest';
import { Activity, SECONDS } from '../../../src/devtools/activity.ts';
import { deltaOf } from '../../../src/devtools/delta.ts';
import { maskUrl } from '../../../src/devtools/mask.ts';
import { MOST_ROWS, Recorder } from '../../../src/devtools/recorder.ts';
import { LONGEST_TEXT } from '../../../src/devtools/row.ts';
import type { Filter } from '../../../src/devtools/row-filter.ts';
import type { Stream } from '../../../src/devtools/stream.ts';

const all: Filter = { stream: undefined, kind: 'all', text: '', merge: false };
const event = (stream: Stream, data: string, type = 'message', id = '') => {
  stream.add({ kind: 'event', type, data, id });
};
const shown = ({ shown }: Recorder) => shown.map(({ data }) => data);

describe('the recorder', () => {
  test('keeps 10,000 rows at most; the oldest go first, from the shown ones too', () => {
    const recorder = new Recorder();
    const stream = recorder.stream('SseClient', 'GET');
    for (let i = 0; i < 2 * MOST_ROWS + 5; i++) {
      event(stream, String(i));
      expect(recorder.total).toBeLessThanOrEqual(MOST_ROWS);
    }
    expect(recorder.shown.at(-1)?.data).toBe(String(2 * MOST_ROWS + 4));
    expect(recorder.shown.length).toBe(recorder.total);
    expect(recorder.gone + recorder.shown.length).toBe(2 * MOST_ROWS + 5);
  });

  test('keeps 16 Mi characters at most, and the start of an event that is longer than 20,000', () => {
    const recorder = new Recorder();
    const stream = recorder.stream('SseClient', 'GET');
    for (let i = 0; i < 1000; i++) event(stream, 'x'.repeat(100_000));
    expect(recorder.shown.at(-1)?.data.length).toBe(LONGEST_TEXT + 1);
    expect(recorder.shown.at(-1)?.size).toBe(100_000);
    expect(recorder.total * LONGEST_TEXT).toBeLessThanOrEqual(16 * 1024 * 1024);
    expect(recorder.total).toBeGreaterThan(700);
  });

  test('lists 100 streams at most, closed ones go first, and says so to who watches them', () => {
    const recorder = new Recorder();
    const open = recorder.stream('SseClient', 'GET');
    open.state = { ...open.state, status: 'open' };
    const dropped: number[] = [];
    for (let i = 1; i <= 120; i++) {
      const stream = recorder.stream('fetchSse', 'POST');
      stream.onDrop = () => dropped.push(stream.number);
    }
    expect(recorder.streams).toHaveLength(100);
    expect(recorder.streams[0]).toBe(open);
    expect(dropped.slice(0, 3)).toEqual([1, 2, 3]);
  });

  test('filters by stream, by kind, and by type, ID and data in any case', () => {
    const recorder = new Recorder();
    const [a, b] = [recorder.stream('SseClient', 'GET'), recorder.stream('SseClient', 'GET')];
    a.add({ kind: 'state', type: 'connecting', data: 'connecting' });
    a.add({ kind: 'request', type: 'request', data: 'GET /a' });
    event(a, 'Hello', 'greeting', 'id-1');
    a.add({ kind: 'error', type: 'network', data: 'lost' });
    event(b, 'other', 'tick', '2');
    const found = (filter: Partial<Filter>) => {
      recorder.filter = { ...all, ...filter };
      return shown(recorder);
    };
    expect(found({ stream: b.number })).toEqual(['other']);
    expect(found({ kind: 'event' })).toEqual(['Hello', 'other']);
    expect(found({ kind: 'connection' })).toEqual(['connecting', 'GET /a']);
    expect(found({ kind: 'error' })).toEqual(['lost']);
    expect(found({ text: ' hELLO ' })).toEqual(['Hello']);
    expect(found({ text: 'ID-1' })).toEqual(['Hello']);
    expect(found({ text: 'tick' })).toEqual(['other']);
    expect(recorder.total).toBe(5);
  });

  test('holds the list while it is paused, counts what waits, and then shows it all', () => {
    const recorder = new Recorder();
    const [a, b] = [recorder.stream('SseClient', 'GET'), recorder.stream('SseClient', 'GET')];
    recorder.filter = { ...all, stream: a.number };
    event(a, '1');
    recorder.pause(true);
    event(a, '2');
    event(b, 'of another stream');
    event(a, '3');
    expect(shown(recorder)).toEqual(['1']);
    expect(recorder.waiting).toBe(2);
    recorder.pause(false);
    expect(shown(recorder)).toEqual(['1', '2', '3']);
    expect(recorder.waiting).toBe(0);
  });

  test('counts the time since the row before of the same stream', () => {
    const recorder = new Recorder();
    const [a, b] = [recorder.stream('SseClient', 'GET'), recorder.stream('SseClient', 'GET')];
    a.add({ kind: 'event', type: 'x', data: '1' }, 1000);
    b.add({ kind: 'event', type: 'x', data: '2' }, 1200);
    a.add({ kind: 'event', type: 'x', data: '3' }, 1500);
    expect(recorder.shown.map(({ since }) => since)).toEqual([undefined, undefined, 500]);
  });

  test('merges the pieces of a text; another type or another kind of event starts another row', () => {
    const recorder = new Recorder();
    const stream = recorder.stream('fetchSse', 'POST');
    recorder.filter = { ...all, merge: true };
    const piece = (content: string) => JSON.stringify({ choices: [{ delta: { content } }] });
    event(stream, piece('Hel'));
    event(stream, piece('lo'), 'message', '2');
    event(stream, '{"usage":{"tokens":2}}');
    event(stream, piece('again'));
    event(stream, 'a', 'letter');
    event(stream, 'b', 'letter');
    expect(recorder.shown.map(({ data, merged, id }) => [data, merged, id])).toEqual([
      ['Hello', 2, '2'],
      ['{"usage":{"tokens":2}}', undefined, ''],
      ['again', 1, ''],
      ['ab', 2, ''],
    ]);
    recorder.filter = all;
    expect(recorder.shown).toHaveLength(6);
    expect(recorder.shown[0]?.data).toBe(piece('Hel'));
  });

  test('Clear drops all rows, and streams that are over', () => {
    const recorder = new Recorder();
    const open = recorder.stream('SseClient', 'GET');
    open.state = { ...open.state, status: 'open' };
    event(recorder.stream('fetchSse', 'POST'), 'a');
    recorder.clear();
    expect(recorder.streams).toEqual([open]);
    expect(recorder.total).toBe(0);
  });
});

test.each([
  ['S', 'S'],
  ['7', '7'],
  ['{broken', '{broken'],
  ['"text"', 'text'],
  ['{"choices":[{"delta":{"content":"a"}}]}', 'a'],
  ['{"type":"content_block_delta","delta":{"type":"text_delta","text":"b"}}', 'b'],
  ['{"type":"response.output_text.delta","delta":"c"}', 'c'],
  ['{"candidates":[{"content":{"parts":[{"text":"d"}]}}]}', 'd'],
  ['{"message":{"content":"e"}}', 'e'],
  ['{"qps":12}', undefined],
  ['[1,2]', undefined],
])('the text that %s adds is %s', (data, text) => {
  expect(deltaOf(data)).toBe(text);
});

test.each([
  ['https://a.test/x?token=s#f', { path: '/x', secret: '?token=s#f' }],
  ['https://b.test/x', { path: 'https://b.test/x', secret: '' }],
  ['https://b.test/x#f?q', { path: 'https://b.test/x', secret: '#f?q' }],
  ['', { path: '', secret: '' }],
])('of %s only the path shows', (url, parts) => {
  expect(maskUrl(url, 'https://a.test')).toEqual(parts);
});

test('activity is kept for five minutes of seconds with news', () => {
  const activity = new Activity();
  for (let second = 0; second < SECONDS + 20; second++) {
    activity.count('events', second * 1000);
    activity.count('events', second * 1000 + 999);
  }
  activity.status('open', 1);
  expect(activity.seconds).toHaveLength(SECONDS);
  expect(activity.seconds.at(-1)).toMatchObject({ events: 2, status: 'open' });
});
