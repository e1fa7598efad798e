/** Our parser against eventsource-parser, on the same bytes. Runs in Node and, bundled, in a browser. */
import { createParser as createPeer } from 'eventsource-parser';
import { createParser } from '../src/parse.ts';

export interface Cell {
  readonly stream: string;
  readonly chunk: number;
  /** Nanoseconds per event, medians. */
  readonly ours: number;
  readonly theirs: number;
  /** Theirs over ours: the median over all rounds, and the quarter of them below and above. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

export interface Growth {
  readonly chunks: number;
  readonly ours: number;
  readonly theirs: number;
}

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

function time(parse: Parse, chunks: readonly Uint8Array[], times: number, expected?: Tally): number {
  const tally = { events: 0, characters: 0 };
  const start = performance.now();
  for (let i = 0; i < times; i++) parse(chunks, tally);
  const took = (performance.now() - start) / times;
  if (
    expected &&
    (tally.events !== expected.events * times || tally.characters !== expected.characters * times)
  ) {
    throw new Error(`counted ${JSON.stringify(tally)}, expected ${times} times ${JSON.stringify(expected)}`);
  }
  return took;
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * q)] ?? NaN;
}

/**
 * One stream in chunks of one size. Rounds are short and alternate, so that what else the machine does hits both; the ratio is taken
 * within each round.
 */
export function measureCell(stream: string, chunk: number, rounds: number, roundMs = 12): Cell {
  // Tiny chunks: fewer bytes, or a hundred thousand objects would measure the collector.
  const chunks = cut(streams[stream]?.() ?? '', chunk, chunk < 100 ? 20_000 * chunk : Infinity);
  const expected = { events: 0, characters: 0 };
  theirs(chunks, expected);
  const warmUpUntil = performance.now() + 400;
  let once = Infinity;
  do {
    once = Math.min(once, time(ours, chunks, 1, expected), time(theirs, chunks, 1, expected));
  } while (performance.now() < warmUpUntil);
  const times = Math.max(1, Math.round(roundMs / once));
  const samples = Array.from({ length: rounds }, (_, round) => {
    // Who goes first has the colder cache: in turns.
    const first = round % 2 === 0 ? time(ours, chunks, times, expected) : 0;
    const peer = time(theirs, chunks, times, expected);
    const own = first || time(ours, chunks, times, expected);
    return { own, peer, ratio: peer / own };
  });
  const perEvent = (ms: number) => (ms * 1e6) / Math.max(1, expected.events);
  return {
    stream,
    chunk,
    ours: perEvent(
      quantile(
        samples.map(({ own }) => own),
        0.5,
      ),
    ),
    theirs: perEvent(
      quantile(
        samples.map(({ peer }) => peer),
        0.5,
      ),
    ),
    ratio: quantile(
      samples.map(({ ratio }) => ratio),
      0.5,
    ),
    low: quantile(
      samples.map(({ ratio }) => ratio),
      0.25,
    ),
    high: quantile(
      samples.map(({ ratio }) => ratio),
      0.75,
    ),
  };
}

/** One data line of 8 MiB in more and more chunks: ms each. */
export function measureGrowth(rounds: number): Growth[] {
  const line = `data: ${'y'.repeat(8 * 1024 * 1024)}\n\n`;
  return [100, 1000, 10_000, 100_000].map((count) => {
    const chunks = cut(line, Math.ceil(line.length / count));
    const samples = Array.from({ length: rounds + 2 }, () => ({
      own: time(ours, chunks, 1),
      peer: time(theirs, chunks, 1),
    })).slice(2);
    return {
      chunks: count,
      ours: quantile(
        samples.map(({ own }) => own),
        0.5,
      ),
      theirs: quantile(
        samples.map(({ peer }) => peer),
        0.5,
      ),
    };
  });
}
