/** Our parser and others on the same bytes. Runs in Node and, bundled, in a browser. */
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

/** It makes a message of every blank line, even after comments. */
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

/** Its decoder is asynchronous and needs a response. This response already has its chunks. */
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

/** Joins small chunks and decodes them the fastest way: whole blocks if they're ASCII. */
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
 * The least that JavaScript can do: decode, find the end of each line, and cut out the parts of an
 * event. It assumes that there's no CR, that each field starts with a letter, and where its value
 * starts. It also delivers small chunks far too late.
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

/** The same for one long line, where there's nothing to look for. */
const lineFloor: Parse = (chunks, tally) => {
  let line = '';
  decodeAll(chunks, (text) => {
    line += text;
  });
  tally.events += 1;
  tally.characters += touch(line.slice('data: '.length, -2));
};

/** Reading one character makes the engine join a string that so far is only a list of parts. */
function touch(data: string): number {
  return data.length + (data.charCodeAt(data.length >> 1) & 1);
}

/**
 * Each chunk has its own buffer, as from the network. The text ends with a whole event if one fits,
 * because some parsers deliver an incomplete event.
 */
function cut(text: string, size: number, most = Infinity): Uint8Array[] {
  const room = new TextEncoder().encode(text).subarray(0, most);
  const end = new TextDecoder().decode(room).lastIndexOf('\n\n');
  const bytes = end < 0 ? room : new TextEncoder().encode(text.slice(0, end + 2));
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.slice(at, at + size));
  return chunks;
}

/** Parsers other than the peer, by package name. */
export const others = { '@microsoft/fetch-event-source': microsoft, openai } as const;

export type Who = 'ours' | 'theirs' | 'floor' | 'lineFloor' | keyof typeof others;
const parsers: Readonly<Record<Who, Parse>> = { ours, theirs, floor, lineFloor, ...others };

let chunks: readonly Uint8Array[] = [];
let expected: Tally = { events: 0, characters: 0 };
let times = 1;

/** Parses all chunks often enough for the clock to measure it. Returns the ms per parse. */
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

/** Makes the chunks that `sample` parses, and warms up both parsers. */
async function prepare(parts: readonly Uint8Array[], sampleMs: number, peer: Who): Promise<void> {
  chunks = parts;
  times = 1;
  expected = { events: 0, characters: 0 };
  await theirs(chunks, expected);
  // Long enough for compilers, which work on other threads and wait for a free core. Times all runs
  // together, because some clocks only have whole ms.
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

/** One of the streams in chunks of one size, for our parser and another. */
export async function prepareCell(
  stream: string,
  chunk: number,
  peer: Who = 'theirs',
): Promise<{ events: number; times: number }> {
  // Uses fewer bytes for tiny chunks. With a hundred thousand objects, you'd measure the garbage
  // collector.
  await prepare(cut(streams[stream]?.() ?? '', chunk, chunk < 100 ? 20_000 * chunk : Infinity), 20, peer);
  return { events: Math.max(1, expected.events), times };
}

export const growthSteps = [100, 1000, 10_000, 100_000] as const;

/** One data line of 8 MiB in this many chunks. */
export async function prepareGrowth(count: number): Promise<{ times: number }> {
  const line = `data: ${'y'.repeat(8 * 1024 * 1024)}\n\n`;
  await prepare(cut(line, Math.ceil(line.length / count)), 1, 'theirs');
  return { times };
}
