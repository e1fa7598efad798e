/** Our parser against eventsource-parser, on the same bytes. Runs in Node and, bundled, in a browser. */
import { createParser as createPeer } from 'eventsource-parser';
import { createParser } from '../src/parse.ts';

const repeat = (count: number, block: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => block(i)).join('');

/** What chat models send: about 200 bytes an event. */
const token = (i: number) =>
  `data: {"id":"chatcmpl-9tXk2","object":"chat.completion.chunk","created":1735689600,"model":"gpt-x",` +
  `"choices":[{"index":0,"delta":{"content":" word${i}"},"logprobs":null,"finish_reason":null}]}\n\n`;

const streams: Readonly<Record<string, () => string>> = {
  tokens: () => repeat(5000, token),
  ticks: () =>
    repeat(
      10_000,
      (i) => `id: ${i}\nevent: tick\ndata: {"symbol":"ABC","price":${i / 100},"at":1735689600}\n\n`,
    ),
  large: () => repeat(16, (i) => `id: ${i}\ndata: ${'0123456789abcdef'.repeat(4096)}\n\n`),
  CJK: () =>
    repeat(5000, (i) => `data: {"choices":[{"delta":{"content":"服务器推送事件，逐字到达${i}"}}]}\n\n`),
  'keep-alives': () => repeat(10_000, (i) => (i % 10 === 9 ? 'data: 1\n\n' : ': keep-alive\n\n')),
};

export const streamNames = Object.keys(streams);
export const chunkSizes = [65_536, 1400, 7, 1] as const;

interface Tally {
  events: number;
  characters: number;
}
type Parse = (chunks: readonly Uint8Array[], tally: Tally) => void;

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

/** Whoever reads one character needs them all in one piece: parts that were only noted down are put together here. */
function touch(data: string): number {
  return data.length + (data.charCodeAt(data.length >> 1) & 1);
}

/** Each chunk in a buffer of its own, as the network hands them out. */
function cut(text: string, size: number, most = Infinity): Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < Math.min(bytes.length, most); at += size) chunks.push(bytes.slice(at, at + size));
  return chunks;
}

export type Who = 'ours' | 'theirs';
const parsers: Readonly<Record<Who, Parse>> = { ours, theirs };

let chunks: readonly Uint8Array[] = [];
let expected: Tally = { events: 0, characters: 0 };
let times = 1;

/** Parses all chunks so often that a clock can see it. Returns ms each. */
export function sample(who: Who): number {
  const tally = { events: 0, characters: 0 };
  const start = performance.now();
  for (let i = 0; i < times; i++) parsers[who](chunks, tally);
  const took = (performance.now() - start) / times;
  if (tally.events !== expected.events * times || tally.characters !== expected.characters * times) {
    throw new Error(`counted ${JSON.stringify(tally)}, expected ${times} times ${JSON.stringify(expected)}`);
  }
  return took;
}

/** Makes the chunks that `sample` parses, and warms both parsers up. */
function prepare(parts: readonly Uint8Array[], sampleMs: number): void {
  chunks = parts;
  times = 1;
  expected = { events: 0, characters: 0 };
  theirs(chunks, expected);
  let once = Infinity;
  // Long enough for compilers, which work on other threads and wait for a free core.
  const warmUpUntil = performance.now() + 1000;
  do once = Math.min(once, sample('ours'), sample('theirs'));
  while (performance.now() < warmUpUntil);
  times = Math.max(1, Math.round(sampleMs / once));
}

/** One of the streams, in chunks of one size. */
export function prepareCell(stream: string, chunk: number): { events: number; times: number } {
  // Tiny chunks: fewer bytes, or a hundred thousand objects would measure the collector.
  prepare(cut(streams[stream]?.() ?? '', chunk, chunk < 100 ? 20_000 * chunk : Infinity), 20);
  return { events: Math.max(1, expected.events), times };
}

export const growthSteps = [100, 1000, 10_000, 100_000] as const;

/** One data line of 8 MiB, in so many chunks. */
export function prepareGrowth(count: number): { times: number } {
  const line = `data: ${'y'.repeat(8 * 1024 * 1024)}\n\n`;
  prepare(cut(line, Math.ceil(line.length / count)), 1);
  return { times };
}
