import { expect } from 'vitest';
import type { Attempt } from '../script.ts';
import type { Case, Environment } from './bench.ts';

/** A chunk of bytes, written as one character per byte. */
const bytes = (text: string) => ({ base64: btoa(text) });

const utf8 = (text: string) => String.fromCharCode(...new TextEncoder().encode(text));

/**
 * A stream and the events it dispatches. Event types in `expected` get a listener, besides
 * `message`.
 */
type Row = readonly [title: string, chunks: NonNullable<Attempt['chunks']>, expected: readonly string[]];

/** HTML 9.2.5 and 9.2.6, from the server's bytes to the event. */
const rows: Row[] = [
  ['a byte order mark at the beginning is dropped', ['\uFEFFdata: 1\n\n'], ['message: 1']],
  ['only one byte order mark is', ['\uFEFF\uFEFFdata: 1\n\ndata: 2\n\n'], ['message: 2']],
  [
    'a byte order mark further on belongs to the name of the field',
    ['data: 1\n\n', '\uFEFFdata: 2\n\ndata: \uFEFF3\n\n'],
    ['message: 1', 'message: \uFEFF3'],
  ],
  [
    'LF, CR and CRLF end lines, in any mixture',
    ['data: 1\n\ndata: 2\r\rdata: 3\r\n\r\ndata: 4\n\rdata: 5\r\r\ndata: 6\r\n\ndata: 7\n\r\n'],
    [1, 2, 3, 4, 5, 6, 7].map((data) => `message: ${data}`),
  ],
  [
    'a CRLF in two chunks is one line end',
    ['data: 1\r', '\ndata: 2\r', '\n\r', '\ndata: 3\n\n'],
    ['message: 1\n2', 'message: 3'],
  ],
  [
    'other characters do not end lines',
    ['data: a\u2028b\u2029c\u0085d\ve\ff\n\n'],
    ['message: a\u2028b\u2029c\u0085d\ve\ff'],
  ],
  ['lines that begin with a colon are comments', [':\n: 1\n::\n:data: 2\ndata: 3\n:4\n\n'], ['message: 3']],
  ['a block of comments is no event', [': 1\n\n:\n\n\n\ndata: 2\n\n'], ['message: 2']],
  ['a long comment is a comment', [{ text: ':x', repeat: 50_000 }, '\ndata: 1\n\n'], ['message: 1']],
  ['data lines are joined with LF', ['data: 1\ndata: 2\r\ndata:\rdata: 3\n\n'], ['message: 1\n2\n\n3']],
  ['empty data is data', ['data\n\ndata:\n\ndata: \n\n'], ['message: ', 'message: ', 'message: ']],
  ['two empty data lines are one LF', ['data\ndata\n\n'], ['message: \n']],
  [
    'one space after the colon is dropped, and nothing else',
    ['data:1\n\ndata: 2\n\ndata:  3\n\ndata:\t4\n\ndata: 5 \n\n'],
    ['message: 1', 'message: 2', 'message:  3', 'message: \t4', 'message: 5 '],
  ],
  ['the first colon ends the name', ['data: a: b\ndata::c\n\n'], ['message: a: b\n:c']],
  [
    'unknown fields are ignored',
    ['x: 1\nda-ta: 2\ndata_3\ndata: 4\nlast-event-id: 5\nmessage: 6\n\n'],
    ['message: 4'],
  ],
  [
    'names of fields are exact: no other case, no space',
    ['Data: 1\nDATA\ndata : 2\n data: 3\nEVENT: x\ndata: 6\n\n'],
    ['message: 6'],
  ],
  [
    'a block of fields without data is no event',
    ['event: x\nid: 1\nretry: 1\n\ndata: 2\n\n'],
    ['message: 2'],
  ],
  ['event names the type', ['event: x\ndata: 1\n\ndata: 2\nevent:y\n\n'], ['x: 1', 'y: 2']],
  ['the type holds for one event', ['event: x\ndata: 1\n\ndata: 2\n\n'], ['x: 1', 'message: 2']],
  ['the last type of a block counts', ['event: x\nevent: y\ndata: 1\n\n'], ['y: 1']],
  [
    'an empty type is message',
    ['event: x\nevent\ndata: 1\n\nevent: \ndata: 2\n\nevent: message\ndata: 3\n\n'],
    ['message: 1', 'message: 2', 'message: 3'],
  ],
  [
    'a type may be any text',
    [
      'event: 你好 🌍\ndata: 1\n\nevent:  x:y \ndata: 2\n\nevent: __proto__\ndata: 3\n\nevent: constructor\ndata: 4\n\n',
    ],
    ['你好 🌍: 1', ' x:y : 2', '__proto__: 3', 'constructor: 4'],
  ],
  [
    'events that a server calls open, error and close are messages like others',
    ['event: open\ndata: 1\n\nevent: error\ndata: 2\n\nevent: close\ndata: 3\n\ndata: 4\n\n'],
    ['open: 1', 'error: 2', 'close: 3', 'message: 4'],
  ],
  ['UTF-8 may be cut between any two bytes', Array.from(utf8('data: é…😀\n\n'), bytes), ['message: é…😀']],
  [
    'invalid UTF-8 becomes U+FFFD, one for each maximal subpart',
    [bytes('data: a\xFFb\ndata: \xE2\x82\ndata: \xC0\xAF\ndata: \xED\xA0\x80\ndata: \xF0\x9F\x98 x\n\n')],
    ['message: a\uFFFDb\n\uFFFD\n\uFFFD\uFFFD\n\uFFFD\uFFFD\uFFFD\n\uFFFD x'],
  ],
  [
    'a line may be a mebibyte long',
    ['data: ', { text: 'x', repeat: 2 ** 20 }, '\n\n'],
    [`message: ${'x'.repeat(2 ** 20)}`],
  ],
  [
    'an event may have thousands of lines',
    [{ text: 'data: x\n', repeat: 5000 }, '\n'],
    [`message: ${Array(5000).fill('x').join('\n')}`],
  ],
  [
    'a thousand events keep their order',
    [Array.from({ length: 1000 }, (_, i) => `data: ${i}\n\n`).join('')],
    Array.from({ length: 1000 }, (_, i) => `message: ${i}`),
  ],
];

export function parsingCases(environment: Environment): Case[] {
  return [
    ...[...rows, nullRow(environment)].map(([title, chunks, expected]): Case => [
      title,
      async ({ receive }) => {
        const types = new Set(expected.map((line) => line.slice(0, line.indexOf(': '))));
        for (const type of ['open', 'error', 'message']) types.delete(type);
        expect(await receive(chunks, ...types)).toEqual(expected);
      },
    ]),
    [
      'an event of a named type is not for message listeners',
      async ({ receive }) => {
        expect(await receive(['event: x\ndata: 1\n\nevent: Message\ndata: 2\n\ndata: 3\n\n'])).toEqual([
          'message: 3',
        ]);
      },
    ],
    [
      'an event comes as soon as its blank line does, be it a CR',
      async ({ serve, open }) => {
        const server = await serve([
          { chunks: ['data: 1\n\n', { text: 'data: 2\r\r', wait: true }], end: 'hold' },
        ]);
        const source = open(server.url);
        await source.until('message: 1');
        await server.release();
        await source.until('message: 2');
      },
    ],
    [
      'an event that is incomplete when the stream ends is dropped',
      async ({ serve, open }) => {
        const ends = ['data: x', 'data: x\n', 'event: y\ndata: x\r\n', 'data: x\n:'];
        const { url } = await serve([
          ...ends.map((end) => ({ chunks: [`retry: 1\n\n${end}`] })),
          { chunks: ['\ndata: 1\n\n'], end: 'hold' },
        ]);
        const source = open(url, { types: ['y'] });
        await source.until('message: 1');
        expect(source.messages.map(({ data }) => data as unknown)).toEqual(['1']);
      },
    ],
  ];
}

function nullRow({ engine, isNative }: Environment): Row {
  const stream = 'data: a\0b\n\n\0data: c\n\nevent: x\0y\ndata: d\n\n';
  return engine === 'firefox' && isNative
    ? [
        'Firefox drops NULL from data, types and names of fields',
        [stream],
        ['message: ab', 'message: c', 'xy: d'],
      ]
    : [
        'NULL is a character like others in data, types and names of fields',
        [stream],
        ['message: a\0b', 'x\0y: d'],
      ];
}
