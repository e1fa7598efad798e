import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { createParser as createPeer } from 'eventsource-parser';
import { describe, expect, test } from 'vitest';
import { SseError } from '../../../src/errors.ts';
import { createParser, MAX_EVENT_SIZE } from '../../../src/stream/parser.ts';
import type { ParserOptions } from '../../../src/stream/parser-handlers.ts';

/** What a stream contained, in order. */
type Said = ['event', type: string, data: string, lastEventId: string] | ['id', string] | ['retry', number];

const utf8 = new TextEncoder();

function bytesOf(...parts: readonly (string | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...utf8.encode(part)] : part)));
}

/**
 * A separate parser, fed from one buffer that is overwritten after each push, as a BYOB reader's
 * may be.
 */
function listen(options?: ParserOptions) {
  const said: Said[] = [];
  const push = createParser(
    {
      event: (type, data, lastEventId) => said.push(['event', type, data, lastEventId]),
      id: (lastEventId) => said.push(['id', lastEventId]),
      retry: (ms) => said.push(['retry', ms]),
    },
    options,
  );
  let buffer = new Uint8Array(1024);
  return {
    said,
    push: (chunk: Uint8Array) => {
      if (chunk.length > buffer.length) buffer = new Uint8Array(chunk.length);
      buffer.set(chunk);
      push(buffer.subarray(0, chunk.length));
      buffer.fill(0x0a);
    },
  };
}

function parse(chunks: Iterable<Uint8Array>, options?: ParserOptions): Said[] {
  const { said, push } = listen(options);
  for (const chunk of chunks) push(chunk);
  return said;
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.slice(i * size, (i + 1) * size),
  );
}

function cutAt(bytes: Uint8Array, offsets: readonly number[]): Uint8Array[] {
  const ends = [...new Set(offsets), bytes.length].sort((a, b) => a - b);
  return ends.map((end, i) => bytes.slice(ends[i - 1] ?? 0, end));
}

/**
 * The steps of HTML 9.2.5 and 9.2.6, one by one, on a complete stream. The reference for everything
 * below.
 */
function standard(bytes: Uint8Array, lastEventId = ''): Said[] {
  const said: Said[] = [];
  // "Streams must be decoded using the UTF-8 decode algorithm", which strips one leading BOM.
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\n|\r/);
  // "Once the end of the file is reached, any pending data must be discarded."
  lines.pop();
  let data = '';
  let type = '';
  let id = lastEventId;
  for (const line of lines) {
    if (line === '') {
      const isNewId = id !== lastEventId;
      lastEventId = id;
      if (data !== '') said.push(['event', type || 'message', data.replace(/\n$/, ''), id]);
      else if (isNewId) said.push(['id', id]);
      data = type = '';
      continue;
    }
    const colon = line.indexOf(':');
    if (colon === 0) continue;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') type = value;
    else if (field === 'data') data += `${value}\n`;
    else if (field === 'id' && !value.includes('\0')) id = value;
    else if (field === 'retry' && /^[0-9]+$/.test(value)) said.push(['retry', parseInt(value, 10)]);
  }
  return said;
}

const message = (data: string, lastEventId = '', type = 'message'): Said => [
  'event',
  type,
  data,
  lastEventId,
];

const bom = [0xef, 0xbb, 0xbf];

const fixtures: readonly [title: string, stream: Uint8Array, says: readonly Said[]][] = [
  // The examples of the standard.
  [
    'the three messages of the introduction',
    bytesOf(
      'data: This is the first message.\n\ndata: This is the second message, it\ndata: has two lines.\n\ndata: This is the third message.\n\n',
    ),
    [
      message('This is the first message.'),
      message('This is the second message, it\nhas two lines.'),
      message('This is the third message.'),
    ],
  ],
  [
    'the add and remove events',
    bytesOf('event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\nevent: add\ndata: 113411\n\n'),
    [message('73857293', '', 'add'), message('2153', '', 'remove'), message('113411', '', 'add')],
  ],
  ['the stock ticker', bytesOf('data: YHOO\ndata: +2\ndata: 10\n\n'), [message('YHOO\n+2\n10')]],
  [
    'the four blocks: a comment, an ID, an ID reset, one leading space kept',
    bytesOf(': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event'),
    [message('first event', '1'), message('second event')],
  ],
  [
    'the two empty events, the third block without its end',
    bytesOf('data\n\ndata\ndata\n\ndata:'),
    [message(''), message('\n')],
  ],
  [
    'the two identical events, with and without a space',
    bytesOf('data:test\n\ndata: test\n\n'),
    [message('test'), message('test')],
  ],

  // Line ends.
  [
    'lines that end in CR',
    bytesOf('id: 1\rdata: a\rdata: b\r\rdata: c\r\r'),
    [message('a\nb', '1'), message('c', '1')],
  ],
  [
    'lines that end in CRLF',
    bytesOf('id: 1\r\ndata: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n'),
    [message('a\nb', '1'), message('c', '1')],
  ],
  [
    'line ends of all kinds in one stream',
    bytesOf('data: a\ndata: b\rdata: c\r\n\rdata: d\n\rdata: e\r\r\ndata: f\r\n\ndata: g\n\r\n'),
    ['a\nb\nc', 'd', 'e', 'f', 'g'].map((data) => message(data)),
  ],
  ['LF CR as two line ends', bytesOf('data: a\n\rdata: b\n\n'), [message('a'), message('b')]],
  ['blank lines in a row', bytesOf('\n\r\n\r\r\n\n\ndata: a\n\n\n\r\r'), [message('a')]],
  [
    'line separators of Unicode, VT, FF and NEL as data',
    bytesOf('data: \u2028\u2029\u0085\v\f\n\n'),
    [message('\u2028\u2029\u0085\v\f')],
  ],

  // BOM.
  ['a BOM before the first line', bytesOf(bom, 'data: a\n\n'), [message('a')]],
  [
    'a second BOM as part of the name of a field',
    bytesOf(bom, bom, 'data: a\n\ndata: b\n\n'),
    [message('b')],
  ],
  ['a BOM in data, after a BOM', bytesOf(bom, 'data:', bom, 'a', bom, '\n\n'), [message('\uFEFFa\uFEFF')]],
  ['a BOM before a later line', bytesOf('data: a\n', bom, 'data: b\n\n'), [message('a')]],
  ['a BOM after a blank line', bytesOf('\n', bom, 'data: a\n\ndata: b\n\n'), [message('b')]],
  ['half a BOM', bytesOf(bom.slice(0, 2), 'data: a\n\ndata: b\n\n'), [message('b')]],
  ['the characters that a BOM looks like in Latin-1', bytesOf('ï»¿data: a\n\ndata: b\n\n'), [message('b')]],

  // Fields.
  [
    'one space after the colon, and no other',
    bytesOf('data:  a \ndata:\tb\ndata:\u3000c\n\n'),
    [message(' a \n\tb\n\u3000c')],
  ],
  ['colons in values', bytesOf('data: a: b:c\ndata::\ndata: :\n\n'), [message('a: b:c\n:\n:')]],
  ['fields without a colon', bytesOf('event: x\nid: 1\nevent\nid\ndata\n\n'), [message('')]],
  [
    'fields with nothing after the colon',
    bytesOf('data:\n\ndata: \n\nid:\nevent:\ndata:\ndata: \n\n'),
    [message(''), message(''), message('\n')],
  ],
  [
    'names that are not quite those of fields',
    bytesOf(
      'd: 1\nda: 1\ndat: 1\ndat\ndatas: 1\ndatabase: 1\ndata : 1\n data: 1\nDATA: 1\nData: 1\nda ta: 1\ndat:a: 1\n' +
        'i: 1\nids: 1\nid : 1\nID: 1\nidea\ne\neven: x\nevents: x\nEvent: x\nretryx: 1\nRETRY: 1\nret\n' +
        'ｄａｔａ: 1\n__proto__: 1\nconstructor: 1\ntoString\n\ndata: a\n\n',
    ),
    [message('a')],
  ],
  [
    'a comment as the last line of a block that has an ID',
    bytesOf('id: 1\n: a\n\ndata: a\n\nid: 2\n: b\n\n'),
    [['id', '1'], message('a', '1'), ['id', '2']],
  ],
  [
    'a comment as the last line of a block that has a type and no data',
    bytesOf('event: a\n: a\n\ndata: a\n\n'),
    [message('a')],
  ],
  ['comments', bytesOf(':\n: a\n:data: b\n::\ndata: c\n:\n: id: 1\n\n'), [message('c')]],
  [
    'event types that are names of other things',
    bytesOf(
      ...['__proto__', 'constructor', 'open', 'error', 'message'].map(
        (type) => `event: ${type}\ndata: ${type}\n\n`,
      ),
    ),
    ['__proto__', 'constructor', 'open', 'error', 'message'].map((type) => message(type, '', type)),
  ],
  [
    'a type that holds for one event',
    bytesOf('event: x\ndata: a\n\ndata: b\n\n'),
    [message('a', '', 'x'), message('b')],
  ],
  ['a type that a block without data takes with it', bytesOf('event: x\n\ndata: a\n\n'), [message('a')]],
  [
    'the last of two types',
    bytesOf('event: x\nevent: y\ndata: a\n\nevent: x\nevent:\ndata: b\n\n'),
    [message('a', '', 'y'), message('b')],
  ],
  [
    'NUL in data, type and name',
    bytesOf('data: a\0b\nevent: x\0\nda\0ta: c\n\n'),
    [message('a\0b', '', 'x\0')],
  ],

  // IDs.
  [
    'an ID that holds until the next one',
    bytesOf('id: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: c\n\n'),
    [message('a', '1'), message('b', '1'), message('c', '2')],
  ],
  ['an ID that comes after the data', bytesOf('data: a\nid: 1\n\n'), [message('a', '1')]],
  ['the last of two IDs', bytesOf('id: 1\ndata: a\nid: 2\n\n'), [message('a', '2')]],
  [
    'an ID set by a block without data',
    bytesOf('id: 1\n\n\nid: 1\n\ndata: a\n\nid\n\ndata: b\n\n'),
    [['id', '1'], message('a', '1'), ['id', ''], message('b')],
  ],
  [
    'an ID with NULL, which is ignored',
    bytesOf('id: 1\ndata: a\n\nid: 2\0\ndata: b\n\nid: \0\n\nid: 3\ndata: c\n\n'),
    [message('a', '1'), message('b', '1'), message('c', '3')],
  ],
  [
    'an ID of spaces and of many characters',
    bytesOf('id:  \ndata: a\n\nid: 世界 🌍 id: 1\ndata: b\n\n'),
    [message('a', ' '), message('b', '世界 🌍 id: 1')],
  ],
  ['an ID whose block has no end', bytesOf('id: 1\ndata: a\n\nid: 2\ndata: b\n'), [message('a', '1')]],

  // Retry.
  [
    'retry of ASCII digits only',
    bytesOf(
      'retry: 1000\nretry:0\nretry: 007\nretry:\nretry\nretry: +5\nretry: -5\nretry: 5.0\nretry: 5e3\nretry: 0x10\n' +
        'retry:  5\nretry: 5 \nretry: ５\nretry: ٣\nretry: Infinity\nretry: 1_0\nretry: 99999999999999999999\n',
    ),
    [
      ['retry', 1000],
      ['retry', 0],
      ['retry', 7],
      ['retry', 1e20],
    ],
  ],
  ['retry of more digits than numbers have', bytesOf(`retry: ${'9'.repeat(400)}\n`), [['retry', Infinity]]],
  [
    'retry between data lines, before the event',
    bytesOf('data: a\nretry: 5\ndata: b\n\n'),
    [['retry', 5], message('a\nb')],
  ],

  ['retry in the first line, after a BOM', bytesOf(bom, 'retry: 5\n'), [['retry', 5]]],
  [
    'retry after a comment and after blank lines',
    bytesOf(': a\nretry: 5\n\n\nretry: 6\r\n\r\nretry: 7\rdata: a\r\r'),
    [['retry', 5], ['retry', 6], ['retry', 7], message('a')],
  ],

  // The end.
  ['nothing', bytesOf(), []],
  ['an event without its blank line', bytesOf('data: a\n\ndata: b\n'), [message('a')]],
  ['an event without its last line end', bytesOf('data: a\n\ndata: b'), [message('a')]],

  // UTF-8.
  [
    'characters of one to four bytes',
    bytesOf('data: aé世🌍\u{10FFFF}\u0000\u007F\u0080\u07FF\u0800\uFFFF\n\n'),
    [message('aé世🌍\u{10FFFF}\u0000\u007F\u0080\u07FF\u0800\uFFFF')],
  ],
  ...(
    [
      ['a lone continuation byte', [0x80], '\uFFFD'],
      ['continuation bytes in a row', [0x80, 0xbf, 0xbf, 0x80], '\uFFFD\uFFFD\uFFFD\uFFFD'],
      ['half a character', [0xe4, 0xb8], '\uFFFD'],
      ['three quarters of a character', [0xf0, 0x9f, 0x8c], '\uFFFD'],
      ['the first bytes of characters in a row', [0xc3, 0xe4, 0xf0], '\uFFFD\uFFFD\uFFFD'],
      ['bytes that no character has', [0xff, 0xfe, 0xc0, 0xc1, 0xf5, 0xf8], '\uFFFD'.repeat(6)],
      ['an overlong form', [0xc0, 0x8a, 0xe0, 0x80, 0x8a], '\uFFFD'.repeat(5)],
      ['a surrogate', [0xed, 0xa0, 0x80], '\uFFFD\uFFFD\uFFFD'],
      ['a character past the last', [0xf4, 0x90, 0x80, 0x80], '\uFFFD\uFFFD\uFFFD\uFFFD'],
    ] as const
  ).flatMap(([title, bad, text]): [string, Uint8Array, Said[]][] => [
    [
      `${title} in data`,
      bytesOf('data: a', bad, 'b', bad, '\n\ndata: c\n\n'),
      [message(`a${text}b${text}`), message('c')],
    ],
    [
      `${title} at both ends of lines`,
      bytesOf('data: a', bad, '\n', bad, 'data: b\n', bad, '\n\n'),
      [message(`a${text}`)],
    ],
    [
      `${title} in a type and an ID`,
      bytesOf('event: ', bad, '\nid: ', bad, '\ndata: a\n\n'),
      [message('a', text, text)],
    ],
    [`${title} at the start and at the end`, bytesOf(bad, '\n\ndata: a\n\n', bad), [message('a')]],
  ]),
];

describe.each(fixtures)('%s', (_title, stream, says) => {
  test('is read as the standard says', () => {
    expect(standard(stream)).toEqual(says);
    expect(parse([stream])).toEqual(says);
  });

  test('is the same wherever it is cut in two, and byte by byte', () => {
    for (let at = 0; at <= stream.length; at++) {
      expect(parse([stream.slice(0, at), stream.slice(at)]), `cut at ${at}`).toEqual(says);
    }
    expect(parse(cut(stream, 1))).toEqual(says);
    expect(parse(cut(stream, 7))).toEqual(says);
  });

  test('is the same between comments that are longer than most chunks', () => {
    const long = `:${'-'.repeat(300)}\n`;
    const isBom = stream[0] === 0xef;
    for (let at = isBom ? stream.length : 0; at <= stream.length; at++) {
      // A BOM only counts at the start, so the padding before it would change its meaning.
      const before = isBom ? bytesOf() : bytesOf(long);
      const end = bytesOf('\n', long);
      const whole = bytesOf([...before], [...stream], [...end]);
      const chunks = cutAt(whole, [before.length + at]);
      expect(parse(chunks), `cut at ${at}`).toEqual(standard(whole));
    }
  });

  test('is delivered by the byte that completes it', () => {
    const { said, push } = listen();
    for (let length = 1; length <= stream.length; length++) {
      push(stream.slice(length - 1, length));
      expect(said, `after ${length} bytes`).toEqual(standard(stream.slice(0, length)));
    }
  });
});

/**
 * What eventsource-parser makes of the same chunks. It only reports an event's own ID, so this
 * keeps the last one.
 */
function peer(chunks: Iterable<Uint8Array>): Said[] {
  const said: Said[] = [];
  let last = '';
  const parser = createPeer({
    onEvent: ({ event, data }) => said.push(message(data, last, event)),
    onId: (id) => (last = id),
    onRetry: (ms) => said.push(['retry', ms]),
  });
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }));
  return said;
}

describe('random streams in random chunks', () => {
  const bit = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('\n', '\n\n', '\r', '\r\n', '\r\n\r\n') },
    {
      weight: 4,
      arbitrary: fc.constantFrom('data: ', 'data:', 'data', 'event: ', 'id: ', 'id', 'retry: ', ':', ' '),
    },
    { weight: 2, arbitrary: fc.constantFrom('x', '7', '1000', 'tick', '世界', '🌍', '\0', '\uFEFF', 'é') },
    { weight: 1, arbitrary: fc.constantFrom([0x80], [0xe4, 0xb8], [0xf0, 0x9f], [0xff], bom) },
    { weight: 1, arbitrary: fc.integer({ min: 100, max: 400 }).map((length) => 'y'.repeat(length)) },
  );
  const streams = fc.array(bit, { maxLength: 60 }).map((bits) => bytesOf(...bits));
  const cuts = fc.array(fc.nat({ max: 2000 }), { maxLength: 40 });
  const chunked = (stream: Uint8Array, offsets: readonly number[]) =>
    cutAt(
      stream,
      offsets.map((offset) => offset % (stream.length + 1)),
    );

  test('say what the steps of the standard say', () => {
    fc.assert(
      fc.property(streams, cuts, (stream, offsets) => {
        expect(parse(chunked(stream, offsets))).toEqual(standard(stream));
      }),
      { numRuns: 3000 },
    );
  });

  test('say what eventsource-parser says', () => {
    fc.assert(
      fc.property(streams, cuts, (stream, offsets) => {
        const chunks = chunked(stream, offsets);
        const ours = parse(chunks).filter(([kind]) => kind !== 'id');
        expect(ours).toEqual(peer(chunks));
      }),
      { numRuns: 3000 },
    );
  });
});

test('the last event ID of the connection before holds until the stream sets another', () => {
  const stream = bytesOf('data: a\n\nid: 8\n\ndata: b\n\nid\ndata: c\n\n');
  for (const size of [1, 7, 1000]) {
    expect(parse(cut(stream, size), { lastEventId: '7' })).toEqual([
      message('a', '7'),
      ['id', '8'],
      message('b', '8'),
      message('c'),
    ]);
  }
});

test('an ID that is the one already known is not told again', () => {
  expect(parse([bytesOf('id: 7\n\nid: 8\n\nid: 8\n\n')], { lastEventId: '7' })).toEqual([['id', '8']]);
});

test('nobody needs to listen to IDs and reconnection times', () => {
  const events: string[] = [];
  const push = createParser({ event: (_type, data) => events.push(data) });
  push(bytesOf('retry: 5\nid: 1\n\ndata: a\n\n'));
  expect(events).toEqual(['a']);
});

test('a chunk of nothing changes nothing, not even within a character', () => {
  const { said, push } = listen();
  for (const byte of bytesOf('data: 世\n\n')) {
    push(Uint8Array.of());
    push(Uint8Array.of(byte));
  }
  push(Uint8Array.of());
  expect(said).toEqual([message('世')]);
});

test('an empty chunk between CR and LF leaves them one line end', () => {
  const { said, push } = listen();
  for (const chunk of ['data: a\r', '', '\ndata: b\r', '', '\n\r', '', '\n']) push(bytesOf(chunk));
  expect(said).toEqual([message('a\nb')]);
});

test('an event of many lines is the same wherever it is cut, however long', () => {
  const lines = Array.from({ length: 60_000 }, (_, i) => `${i} `.repeat(i % 7));
  const event = lines.map((line) => `data: ${line}\n`).join('');
  const stream = utf8.encode(`data: a\n\n${event}: a\nevent: x\nid: 1\n\n${event}\n`);
  for (const size of [700, 65_536, 1_000_000, stream.length]) {
    expect(parse(cut(stream, size)), `in chunks of ${size}`).toEqual([
      message('a'),
      message(lines.join('\n'), '1', 'x'),
      message(lines.join('\n'), '1'),
    ]);
  }
});

/** Large and small. */
const sizes = [1, 2, 7, 127, 128, 129, 1400, 65_536];

/** Pushes chunks of one size repeatedly until an error comes. */
function pushUntilError(head: string, repeated: string, size: number, maxEventSize: number) {
  const said: Said[] = [];
  const push = createParser(
    { event: (type, data, id) => said.push(['event', type, data, id]), id: (id) => said.push(['id', id]) },
    { maxEventSize },
  );
  const text = head + repeated.repeat(Math.ceil((6 * maxEventSize + 2 * size) / repeated.length));
  let pushed = 0;
  for (const chunk of cut(bytesOf(text), size)) {
    pushed += chunk.length;
    try {
      push(chunk);
    } catch (error) {
      return { said, pushed, error };
    }
  }
  return { said, pushed, error: undefined };
}

describe('maxEventSize', () => {
  const most = 3000;

  describe.each([
    ['an endless line of data', 'data: ', 'x'],
    ['an endless line of data after another', 'data: a\ndata:', 'x'],
    ['data of many lines', '', 'data: 0123456789\n'],
    ['data of many empty lines', '', 'data\n'],
    ['an endless comment', ':', ' x'],
    ['an endless ID', 'data: a\nid: ', '1'],
    ['an endless type', 'event: ', 'x'],
    ['an endless reconnection time', 'retry: ', '1'],
    ['an endless name of a field', '', 'd'],
    ['an endless line of CJK', 'data: ', '世'],
  ])('ends %s', (_title, head, repeated) => {
    test.each(sizes)('while it is read in chunks of %i bytes', (size) => {
      const { said, pushed, error } = pushUntilError(`data: 1\n\n${head}`, repeated, size, most);
      expect(said).toEqual([message('1')]);
      expect(error).toBeInstanceOf(SseError);
      expect(error).toMatchObject({
        code: 'overflow',
        message: 'An event grew past maxEventSize, 3000 characters.',
      });
      // Three bytes a character. Five characters of an empty data line count as its one LF.
      const bytesEach = repeated === 'data\n' ? 5 : repeated.length < 3 ? 3 : 17 / 11;
      expect(pushed).toBeLessThan(10 + most * bytesEach + 2 * size + 100);
    });
  });

  const exact: readonly [title: string, before: string, data: string, after: string][] = [
    ['one line', '', `data: ${'x'.repeat(most)}\n`, '\n'],
    ['one line without a space', '', `data:${'x'.repeat(most)}\n`, '\n'],
    ['two lines', '', `data: ${'x'.repeat(most - 10)}\ndata: 123456789\n`, '\n'],
    ['empty lines', '', 'data\n'.repeat(most + 1), '\n'],
    ['CJK and emoji', '', `data: ${'世'.repeat(most - 2)}🌍\n`, '\n'],
    ['a line with an ID and a type around it', 'id: 1\n', `data: ${'x'.repeat(most)}\n`, 'event: x\n\n'],
    ['a line after a comment as long', `:${'x'.repeat(most)}\n`, `data: ${'x'.repeat(most)}\n`, '\n'],
  ];

  test.each(exact)('lets an event of exactly so many characters pass: %s', (_title, before, data, after) => {
    // Twice: an event's size counts from its own start.
    const stream = bytesOf((before + data + after).repeat(2));
    for (const size of sizes) {
      const events = parse(cut(stream, size), { maxEventSize: most });
      expect(
        events.map(([, , text]) => text?.length),
        `in chunks of ${size}`,
      ).toEqual([most, most]);
    }
  });

  test.each(exact)('lets no event of one more pass: %s', (_title, before, data, after) => {
    const stream = bytesOf(before, data, 'data\n', after);
    for (const size of sizes) {
      const { said, push } = listen({ maxEventSize: most });
      expect(() => {
        for (const chunk of cut(stream, size)) push(chunk);
      }, `in chunks of ${size}`).toThrow(SseError);
      expect(said).toEqual([]);
    }
  });

  test.each(['data: ', 'data:'].flatMap((name) => ['\n', '\r', '\r\n'].map((end) => [name, end] as const)))(
    'lets no event of one more pass that is one line: %j, ended by %j',
    (name, end) => {
      const stream = bytesOf(name, 'x'.repeat(most + 1), end, end);
      for (const size of sizes) {
        const { said, push } = listen({ maxEventSize: most });
        expect(() => {
          for (const chunk of cut(stream, size)) push(chunk);
        }, `in chunks of ${size}`).toThrow(SseError);
        expect(said).toEqual([]);
      }
    },
  );

  test('is no limit for many events, comments and IDs, each of which is short', () => {
    const stream = bytesOf(`: ${'x'.repeat(50)}\nid: 1\ndata: ${'x'.repeat(50)}\n\n`.repeat(200));
    for (const size of sizes) expect(parse(cut(stream, size), { maxEventSize: 100 })).toHaveLength(200);
  });

  test('is 16 Mi characters by default', () => {
    const events: number[] = [];
    const push = createParser({ event: (_type, data) => events.push(data.length) });
    push(bytesOf('data: '));
    const part = new Uint8Array(1024 * 1024).fill(0x78);
    for (let i = 0; i < 16; i++) push(part);
    push(bytesOf('\n\ndata: '));
    expect(events).toEqual([MAX_EVENT_SIZE]);
    for (let i = 0; i < 16; i++) push(part);
    expect(() => {
      push(bytesOf('xxxxxxxxxx\n'));
    }).toThrow(SseError);
  });

  test.each([
    [65_536, 100_000],
    [65_536, 1024 * 1024],
    [70_000, 70_000 * 16],
    [1024 * 1024, undefined],
  ])('lets %i lines pass, and not one more, at %s characters', (count, maxEventSize) => {
    const lines = 'data\n'.repeat(count);
    const stream = utf8.encode(`${lines}\n${lines}data\n\n`);
    for (const size of [7000, stream.length]) {
      const { said, push } = listen({ maxEventSize });
      expect(() => {
        for (const chunk of cut(stream, size)) push(chunk);
      }, `in chunks of ${size}`).toThrow(SseError);
      expect(said.map(([, , text]) => text?.length)).toEqual([count - 1]);
    }
  });

  test('of 0 lets only events without data pass', () => {
    const stream = bytesOf('data\n\ndata: \n\ndata: x\n\n');
    for (const size of sizes) {
      const { said, push } = listen({ maxEventSize: 0 });
      expect(() => {
        for (const chunk of cut(stream, size)) push(chunk);
      }).toThrow(SseError);
      expect(said).toEqual([message(''), message('')]);
    }
  });

  describe('bounds what is held while an event comes', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;

    test.each<[title: string, head: string, chunk: Uint8Array, count: number]>([
      ['short lines', '', bytesOf('data: ab\n'.repeat(7000)), 36],
      ['lines that are slices', '', bytesOf('data: 0123456789abcdef\n'.repeat(2800)), 80],
      [
        'a line between long comments',
        '',
        bytesOf('data: 0123456789abcdef\n:', 'x'.repeat(65_000), '\n'),
        500,
      ],
      ['a line in chunks of one character', 'data: ', bytesOf('世'), 800_000],
      ['a comment in chunks of one character', ':', bytesOf('世'), 800_000],
    ])('%s', { timeout: 30_000 }, (_title, head, chunk, count) => {
      const { push } = listen({ maxEventSize: 4 * 2 ** 20 });
      collect();
      const before = process.memoryUsage().heapUsed;
      push(bytesOf(head));
      for (let i = 0; i < count; i++) push(chunk);
      collect();
      const held = process.memoryUsage().heapUsed - before;
      // Still in use, so it can't have been collected.
      push(chunk);
      expect(held / 2 ** 20).toBeLessThan(6);
    });
  });

  test.each([
    ['one line', 'data: ', new Uint8Array(64 * 1024).fill(0x78)],
    ['many lines', '', bytesOf(`data: ${'x'.repeat(1017)}\n`.repeat(64))],
  ])('is all that was held: whoever keeps the error keeps nothing of the event, %s', (_title, head, part) => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const held = () => {
      collect();
      return process.memoryUsage().heapUsed / 2 ** 20;
    };
    const before = held();
    const errors = Array.from({ length: 16 }, () => {
      const { push } = listen({ maxEventSize: 4 * 2 ** 20 });
      push(bytesOf(head));
      try {
        for (;;) push(part);
      } catch (error) {
        return error;
      }
    });
    // 64 MiB went through.
    expect(held() - before).toBeLessThan(8);
    expect(errors).toHaveLength(16);
  });
});

// Copying or searching again with each chunk would cost thousands of times as much.
test('a line of 8 MiB costs in 100,000 chunks about what it costs in 100', () => {
  const line = utf8.encode(`data: ${'x'.repeat(8 * 1024 * 1024)}\n\n`);
  // CPU time, so other work on this machine doesn't count.
  const cost = (count: number) => {
    const chunks = cut(line, Math.ceil(line.length / count));
    const times = Array.from({ length: 5 }, () => {
      let length = 0;
      const before = process.cpuUsage();
      const push = createParser({ event: (_type, data) => (length = data.length) });
      for (const chunk of chunks) push(chunk);
      const { user, system } = process.cpuUsage(before);
      expect(length).toBe(8 * 1024 * 1024);
      return user + system;
    });
    return times.sort((a, b) => a - b)[2] ?? NaN;
  };
  expect(cost(100_000) / cost(100)).toBeLessThan(8);
});

test('a line of 8 MiB in chunks of one byte is read', { timeout: 60_000 }, () => {
  const lengths: number[] = [];
  const push = createParser({ event: (_type, data) => lengths.push(data.length) });
  push(bytesOf('data: '));
  const byte = Uint8Array.of(0x78);
  for (let i = 0; i < 8 * 1024 * 1024; i++) push(byte);
  push(bytesOf('\n\n'));
  expect(lengths).toEqual([8 * 1024 * 1024]);
});

test.each(['evenx', 'eventx', 'even', 'dat', 'datx', 'datax', 'ix', 'idx', 'retrx', 'retryx'])(
  'a field "%s" is none of the four that it resembles',
  (name) => {
    const said = parse([bytesOf(`event: a\nid: 1\n${name}: 5\ndata: b\n\n`)]);
    expect(said).toEqual([['event', 'a', 'b', '1']]);
  },
);
