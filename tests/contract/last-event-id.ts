import { expect } from 'vitest';
import type { Attempt } from '../script.ts';
import type { Bench, Case, Environment } from './bench.ts';

const last: Attempt = { chunks: ['data: last\n\n'], end: 'hold' };

const utf8 = (text: string) => String.fromCharCode(...new TextEncoder().encode(text));

const hex = (bytes: string) =>
  Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');

/**
 * A stream and what to expect: `data lastEventId` for its events, Last-Event-ID for the next
 * request.
 */
type EventRow = readonly [title: string, stream: string, expected: readonly string[]];
type HeaderRow = readonly [title: string, stream: string, expected: string | undefined];

const onEvents: EventRow[] = [
  ['without an id the last event ID is empty', 'data: a\n\n', ['a ']],
  [
    'the last event ID holds until the stream sets another',
    'id: 1\ndata: a\n\ndata: b\n\ndata: c\nid: 2\n\n',
    ['a 1', 'b 1', 'c 2'],
  ],
  [
    'an empty id sets it to the empty string',
    'id: 1\ndata: a\n\nid\ndata: b\n\ndata: c\n\n',
    ['a 1', 'b ', 'c '],
  ],
  ['the last id of a block counts', 'id: 1\nid: 2\ndata: a\n\n', ['a 2']],
  ['an id may be any text', 'id:  a: ü你😀 \ndata: a\n\n', ['a  a: ü你😀 ']],
  ['events of all types set it', 'event: x\nid: 1\ndata: a\n\ndata: b\n\n', ['b 1']],
];

const onRequests: HeaderRow[] = [
  ['the last event ID is sent', 'id: 1\ndata\n\nid: 2\ndata\n\n', '2'],
  ['an id that no blank line follows is not sent', 'id: 1\ndata\n\nid: 2\ndata\n', '1'],
  ['after an empty id there is no Last-Event-ID', 'id: 1\ndata\n\nid\ndata\n\n', undefined],
  ['an id with NULL is not sent', 'id: 1\ndata\n\nid: 2\0\ndata\n\n', '1'],
  ['spaces within an id are kept', 'id: a  b: c\ndata\n\n', 'a  b: c'],
  ['an id of 4096 bytes is sent', `id: ${'x'.repeat(4096)}\ndata\n\n`, 'x'.repeat(4096)],
];

/** HTML 9.2.3 and 9.2.6: the last event ID string and its buffer. */
export function lastEventIdCases(environment: Environment): Case[] {
  const { scope, isNative } = environment;
  return [
    ...[...onEvents, ...onEventsPerEngine(environment)].map(([title, stream, expected]): Case => [
      title,
      async ({ receiveEvents }) => {
        const events = await receiveEvents([stream]);
        expect(events.map(({ data, lastEventId }) => `${String(data)} ${lastEventId}`)).toEqual(expected);
      },
    ]),
    ...[...onRequests, ...onRequestsPerEngine(environment)].map(([title, stream, expected]): Case => [
      title,
      async (bench) => {
        expect(await sentAfter(stream, bench)).toBe(expected && hex(expected));
      },
    ]),
    beyondAscii(environment),
    [
      'the last event ID outlives the connection, for events and for further requests',
      async ({ serve, open }) => {
        const server = await serve([
          { chunks: ['retry: 1\nid: 1\ndata: a\n\n'] },
          { chunks: ['data: b\n\n'] },
          {},
          last,
        ]);
        const recording = open(server.url);
        await recording.until('message: last');
        expect(recording.messages.map(({ lastEventId }) => lastEventId)).toEqual(['1', '1', '1']);
        const { requests } = await server.log();
        expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1', '1', '1']);
      },
    ],
    [
      scope === 'node'
        ? 'Node: Last-Event-ID goes to another origin without a preflight'
        : isNative
          ? 'native: Last-Event-ID goes to another origin without a preflight'
          : 'over fetch: Last-Event-ID goes to another origin after a preflight',
      async ({ serve, open, environment }) => {
        const server = await serve(
          [{ chunks: ['retry: 1\nid: 1\ndata\n\n'] }, last],
          environment.crossOrigin,
        );
        await open(server.url).until('message: last');
        const { requests, preflights } = await server.log();
        expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1']);
        expect(preflights).toHaveLength(scope === 'node' || isNative ? 0 : 1);
      },
    ],
  ];
}

function onEventsPerEngine({ engine, isNative }: Environment): EventRow[] {
  const withNull = 'id: 1\ndata: a\n\nid: 2\0\ndata: b\n\ndata: c\n\n';
  const withoutData = 'id: 1\ndata: a\n\nid: 2\n\ndata: b\n\n';
  return engine === 'firefox' && isNative
    ? [
        ['Firefox: an id with NULL takes its event with it', withNull, ['a 1', 'c 1']],
        ['Firefox: a block without data does not set it', withoutData, ['a 1', 'b 1']],
      ]
    : [
        ['an id with NULL is ignored', withNull, ['a 1', 'b 1', 'c 1']],
        ['a block without data sets it, too', withoutData, ['a 1', 'b 2']],
      ];
}

function onRequestsPerEngine({ engine, isNative }: Environment): HeaderRow[] {
  const withId = 'id: 1\ndata\n\nid: 2\n\n';
  const withEmptyId = 'id: 1\ndata\n\nid\n\n';
  return isNative && engine !== 'chromium'
    ? [
        ['Firefox and WebKit: the id of a block without data is not sent', withId, '1'],
        ['Firefox and WebKit: an empty id without data changes nothing', withEmptyId, '1'],
      ]
    : [
        ['the id of a block without data is sent', withId, '2'],
        ['after an empty id without data there is no Last-Event-ID', withEmptyId, undefined],
      ];
}

function beyondAscii({ engine, isNative }: Environment): Case {
  const id = 'ü…你😀';
  const stream = `id: ${id}\ndata\n\n`;
  return engine === 'webkit' && !isNative
    ? [
        'WebKit, over fetch: an id beyond ASCII goes out as its UTF-8 bytes, each encoded as the engine encodes headers',
        async (bench) => {
          const probe = await bench.serve([{ status: 204 }]);
          await fetch(probe.url, { headers: { 'Last-Event-ID': 'ü' } });
          const encodesTwice = (await probe.log()).requests[0]?.lastEventIdHex === hex(utf8('ü'));
          expect(await sentAfter(stream, bench)).toBe(hex(encodesTwice ? utf8(utf8(id)) : utf8(id)));
        },
      ]
    : [
        'an id beyond ASCII goes out as its UTF-8 bytes',
        async (bench) => {
          expect(await sentAfter(stream, bench)).toBe(hex(utf8(id)));
        },
      ];
}

/** The bytes of the Last-Event-ID sent after the stream, in hexadecimal. */
async function sentAfter(stream: string, { serve, create }: Bench): Promise<string | undefined> {
  const server = await serve([{ chunks: [`retry: 1\n${stream}`] }, last]);
  create(server.url);
  const { requests } = await server.requests(2);
  expect(requests[0]?.lastEventIdHex).toBe(undefined);
  return requests[1]?.lastEventIdHex;
}
