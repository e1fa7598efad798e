/** Our parser and others, on the same bytes. Runs in Node and, bundled, in a browser. */
import { getLines, getMessages } from '@microsoft/fetch-event-source/lib/cjs/parse.js';
import { createParser as createPeer } from 'eventsource-parser';
import { _iterSSEMessages } from 'openai/core/streaming';
import { createParser } from '../src/stream/parser.ts';
import { repeat, tick, token } from './streams.ts';

const streams: Readonly<Record<string, () => string>> = {
  tokens: () => repeat(5000, token),
  ticks: () => repeat(10_000, tick),
  large: () => repeat(16, (i) => `id: ${i}\ndata: ${'0123456789abcdef'.repeat(4096)}\n\n`),
  CJK: () =>
    repeat(5000, (i) => `data: {"choices":[{"delta":{"content":"服务器推送事件，逐字到达${i}"}}]}\n\n`),
  'keep-alives': () => repeat(10_000, (i) => (i % 10 === 9 ? 'data: 1\n\n' : ': keep-alive\n\n')),
};

export const streamNames = Object.keys(streams);
export const chunkSizes = [65_536, 1400, 300, 100, 40, 7, 1] as const;

interface Tally {
  events: number;
  characters: number;
}
type Parse = (chunks: readonly Uint8Array[], tally: Tally) => void | Promise<void>;

const LF = 10;
const COLON = 58;
const D = 100;

const ours: Parse = (chunks, tally) => {
  const push = createParser({
    event(_type, data) {
      tally.events += 1;
      tally.characters += touch(data);
    },
  });
  for (const chunk of chunks) push(chunk);
};

/** The way its README shows. */
const theirs: Parse = (chunks, tally) => {
  const decoder = new TextDecoder();
  const parser = createPeer({
    onEvent({ data }) {
      tally.events += 1;
      tally.characters += touch(data);
    },
  });
  for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }));
};

/** It makes a message of every blank line, also of those after comments. */
const microsoft: Parse = (chunks, tally) => {
  const ignore = () => undefined;
  const push = getLines(
    getMessages(ignore, ignore, ({ data }) => {
      if (data === '') return;
      tally.events += 1;
      tally.characters += touch(data);
    }),
  );
  for (const chunk of chunks) push(chunk);
};

/** Its decoder is asynchronous, and wants a response; this one has its chunks at hand. */
const openai: Parse = async (chunks, tally) => {
  let next = 0;
  const reader = {
    read: () => {
      const value = chunks[next++];
      return Promise.resolve(value ? { value, done: false } : { value, done: true });
    },
    releaseLock: () => undefined,
  };
  const response = { body: { getReader: () => reader } } as unknown as Response;
  for await (const { data } of _iterSSEMessages(response, new AbortController())) {
    tally.events += 1;
    tally.characters += touch(data);
  }
};

/** Copies small chunks together, and decodes them, in the way that is the fastest: as blocks where all is ASCII. */
function decodeAll(chunks: readonly Uint8Array[], onText: (text: string) => void): void {
  const whole = new TextDecoder();
  const streaming = new TextDecoder();
  let isAscii = false;
  const gathered = new Uint8Array(16 * 1024);
  let length = 0;
  const decode = (bytes: Uint8Array) => {
    const endsInAscii = (bytes.at(-1) ?? 0x80) < 0x80;
    const text = isAscii && endsInAscii ? whole.decode(bytes) : streaming.decode(bytes, { stream: true });
    isAscii = endsInAscii && text.length === bytes.length;
    onText(text);
  };
  const flush = () => {
    if (length > 0) decode(gathered.subarray(0, length));
    length = 0;
  };
  for (const chunk of chunks) {
    if (length + chunk.length > gathered.length || chunk.length > 1024) flush();
    if (chunk.length > 1024) decode(chunk);
    else {
      gathered.set(chunk, length);
      length += chunk.length;
    }
  }
  flush();
}

/**
 * The least that anybody can do in JavaScript: decode, look for the end of each line, and cut out what an event consists of. It knows
 * that there is no CR, that a letter begins a field, and where its value is; and it delivers what comes in small chunks far too late.
 */
const floor: Parse = (chunks, tally) => {
  let rest = '';
  decodeAll(chunks, (text) => {
    let start = 0;
    for (let end; (end = text.indexOf('\n', start)) >= 0; start = end + 1) {
      const isWhole = rest === '';
      const line = isWhole ? text : rest + text.slice(start, end);
      const letter = line.charCodeAt(isWhole ? start : 0);
      rest = '';
      if (letter === LF || letter === COLON) continue;
      const value = isWhole ? line.slice(start + 'data: '.length, end) : line.slice('data: '.length);
      if (letter !== D) continue;
      tally.events += 1;
      tally.characters += touch(value);
    }
    rest += text.slice(start);
  });
};

/** The same for one long line, in which nothing needs to be looked for. */
const lineFloor: Parse = (chunks, tally) => {
  let line = '';
  decodeAll(chunks, (text) => {
    line += text;
  });
  tally.events += 1;
  tally.characters += touch(line.slice('data: '.length, -2));
};

/** Whoever reads one character needs them all in one piece: parts that were only noted down are put together here. */
function touch(data: string): number {
  return data.length + (data.charCodeAt(data.length >> 1) & 1);
}

/** Each chunk in a buffer of its own, as the network hands them out. Ends with an event, if there is room for one: some deliver a half one. */
function cut(text: string, size: number, most = Infinity): Uint8Array[] {
  const room = new TextEncoder().encode(text).subarray(0, most);
  const end = new TextDecoder().decode(room).lastIndexOf('\n\n');
  const bytes = end < 0 ? room : new TextEncoder().encode(text.slice(0, end + 2));
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.slice(at, at + size));
  return chunks;
}

/** Parsers beside the peer, by package. */
export const others = { '@microsoft/fetch-event-source': microsoft, openai } as const;

export type Who = 'ours' | 'theirs' | 'floor' | 'lineFloor' | keyof typeof others;
const parsers: Readonly<Record<Who, Parse>> = { ours, theirs, floor, lineFloor, ...others };

let chunks: readonly Uint8Array[] = [];
let expected: Tally = { events: 0, characters: 0 };
let times = 1;

/** Parses all chunks so often that a clock can see it. Returns ms each. */
export async function sample(who: Who): Promise<number> {
  const tally = { events: 0, characters: 0 };
  const start = performance.now();
  const parse = parsers[who];
  for (let i = 0; i < times; i++) {
    const later = parse(chunks, tally);
    if (later) await later;
  }
  const took = (performance.now() - start) / times;
  if (tally.events !== expected.events * times || tally.characters !== expected.characters * times) {
    throw new Error(
      `${who} counted ${JSON.stringify(tally)}, expected ${times} times ${JSON.stringify(expected)}`,
    );
  }
  return took;
}

/** Makes the chunks that `sample` parses, and warms up those that will. */
async function prepare(parts: readonly Uint8Array[], sampleMs: number, peer: Who): Promise<void> {
  chunks = parts;
  times = 1;
  expected = { events: 0, characters: 0 };
  await theirs(chunks, expected);
  // Long enough for compilers, which work on other threads and wait for a free core. All of it is timed: some clocks tell whole ms only.
  const start = performance.now();
  const took = () => performance.now() - start;
  let runs = 0;
  do {
    await sample('ours');
    await sample(peer);
    runs += 2;
  } while (took() < 1000);
  times = Math.max(1, Math.round((sampleMs * runs) / took()));
}

/** One of the streams, in chunks of one size, for our parser and another. */
export async function prepareCell(
  stream: string,
  chunk: number,
  peer: Who = 'theirs',
): Promise<{ events: number; times: number }> {
  // Tiny chunks: fewer bytes, or a hundred thousand objects would measure the collector.
  await prepare(cut(streams[stream]?.() ?? '', chunk, chunk < 100 ? 20_000 * chunk : Infinity), 20, peer);
  return { events: Math.max(1, expected.events), times };
}

export const growthSteps = [100, 1000, 10_000, 100_000] as const;

/** One data line of 8 MiB, in so many chunks. */
export async function prepareGrowth(count: number): Promise<{ times: number }> {
  const line = `data: ${'y'.repeat(8 * 1024 * 1024)}\n\n`;
  await prepare(cut(line, Math.ceil(line.length / count)), 1, 'theirs');
  return { times };
}
