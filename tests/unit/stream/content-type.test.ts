import { expect, test } from 'vitest';
import { extractMimeType } from '../../../src/stream/content-type.ts';

/** Fetch, "extract a MIME type", of a header as `Headers` combines it. */

test.for<[string | null, string | undefined]>([
  [null, undefined],
  ['', undefined],
  ['text/event-stream', 'text/event-stream'],
  ['TEXT/Event-Stream', 'text/event-stream'],
  ['\t text/event-stream \t', 'text/event-stream'],
  ['text/event-stream;charset=utf-8', 'text/event-stream'],
  ['text/event-stream \t; charset', 'text/event-stream'],
  ['text/event-stream;;;=', 'text/event-stream'],
  ['text/event-stream charset=utf-8', undefined],
  ['text / event-stream', undefined],
  ['text/', undefined],
  ['/event-stream', undefined],
  ['text', undefined],
  ['text/event-stream/x', undefined],
  ['text/événement', undefined],
  ["!#$%&'*+-.^_`|~0/!#$%&'*+-.^_`|~9", "!#$%&'*+-.^_`|~0/!#$%&'*+-.^_`|~9"],
])('%j alone is %j', ([header, type]) => {
  expect(extractMimeType(header)).toBe(type);
});

test.for([
  ['text/event-stream, text/event-stream', 'text/event-stream'],
  ['application/json, text/event-stream', 'text/event-stream'],
  ['text/event-stream, application/json', 'application/json'],
  ['text/event-stream,', 'text/event-stream'],
  [',,text/event-stream,,', 'text/event-stream'],
  ['text/event-stream, */*', 'text/event-stream'],
  ['*/*, */*', undefined],
  ['text/event-stream, */*;q=1', 'text/event-stream'],
  ['text/event-stream, nonsense', 'text/event-stream'],
  ['text/event-stream;charset=utf-8, text/event-stream;charset=gbk', 'text/event-stream'],
  ['text/event-stream;x="a, text/html", nonsense', 'text/event-stream'],
  ['text/event-stream;x="a\\", text/html"', 'text/event-stream'],
  ['text/event-stream;x="never closed, text/html', 'text/event-stream'],
  ['text/event-stream;x="never closed, text/html\\', 'text/event-stream'],
  ['text/html;x="a", text/event-stream', 'text/event-stream'],
  ['"text/html", text/event-stream', 'text/event-stream'],
  ['text/event-stream, "text/html"', 'text/event-stream'],
] as const)('of %j the last valid type counts: %j', ([header, type]) => {
  expect(extractMimeType(header)).toBe(type);
});

test('a long header takes a time that grows with its length only', () => {
  /** CPU time, so other work on this machine doesn't count. */
  const cost = (count: number) => {
    const begun = process.cpuUsage();
    for (const part of ['"', 'a"', ',', ' ', '\\', '"\\', 'a/', 'text/event-stream;x="']) {
      extractMimeType(part.repeat(count));
    }
    const { user, system } = process.cpuUsage(begun);
    return user + system;
  };
  cost(10_000);
  const short = Math.max(cost(10_000), cost(10_000));
  // Ten times as much if it's linear, a hundred times if it's quadratic.
  expect(cost(100_000)).toBeLessThan(short * 40);
});
