/** The goals and what was measured. If a goal is missed, also what the floor would reach. */
import { burstOf, steadyOf } from './end-to-end/cells.ts';
import { FLOOR, own, peers } from './end-to-end/names.ts';
import type { Cell, Results, Runtime, StreamEngine } from './results.ts';
import { table } from './table.ts';

interface Goal {
  readonly text: string;
  /** By name. */
  readonly measured: Readonly<Record<string, number>>;
  readonly holds: (value: number, name: string) => boolean;
  /** The best possible values, by the same names. */
  readonly floor?: Readonly<Record<string, number>> | undefined;
}

export function goals({ streams, runtimes }: Results): string[] {
  const engine = streams?.engines[0];
  const [chromium, node] = ['Chromium', 'Node'].map((start) =>
    runtimes.find(({ name }) => name.startsWith(start)),
  );
  const all = [
    ...(engine ? clientGoals(engine) : []),
    ...(chromium ? chromiumGoals(chromium) : []),
    ...(node ? nodeGoals(node) : []),
    ...[chromium, node].flatMap((runtime) => (runtime ? everywhereGoals(runtime) : [])),
  ];
  return [
    '### Goals',
    'Ratios of medians. For a missed goal, the table lists what misses it, and in brackets the floor: what a page reaches that does the least, by hand.',
    table(['goal', 'measured', 'holds'], all.map(row)),
  ];
}

function row({ text, measured, holds, floor = {} }: Goal): string[] {
  const all = Object.entries(measured);
  const missed = all.filter(([name, value]) => !holds(value, name));
  const values = all.map(([, value]) => value);
  const show = ([name, value]: [string, number]) => {
    const best = floor[name];
    return `${name} ${figure(value)}${best === undefined ? '' : ` (${figure(best)})`}`;
  };
  return [
    text,
    missed.length > 0
      ? missed.map(show).join(', ')
      : [...new Set([Math.min(...values), Math.max(...values)].map(figure))].join(' to '),
    missed.length === 0 ? 'yes' : `${all.length - missed.length} of ${all.length}`,
  ];
}

const figure = (value: number) => value.toFixed(value < 1 ? 3 : value < 10 ? 2 : 1);

function clientGoals(engine: StreamEngine): Goal[] {
  const both = (what: (stream: string) => number | undefined) => ({
    tokens: what('tokens') ?? NaN,
    ticks: what('ticks') ?? NaN,
  });
  const cpu = (stream: string, client: string) => burstOf(engine, stream, client)?.cpu;
  const latency = (what: 'p50' | 'p99', client: string) =>
    both((stream) => steadyOf(engine, stream, client)?.[what].ratio);
  const toBestPeer = (client: string) => (stream: string) => {
    const best = Math.min(...peers.map((name) => cpu(stream, name)?.value ?? NaN));
    return (cpu(stream, client)?.value ?? NaN) / best;
  };
  const heaps = engine.heaps.filter(({ client }) => own.some((name) => name === client));
  return [
    {
      text: 'CPU of `SseClient` on native: at most 1.05 times that of a plain handler',
      measured: both((stream) => cpu(stream, 'SseClient, native')?.ratio),
      holds: (value) => value <= 1.05,
    },
    {
      text: 'CPU of `SseClient` on fetch: less than that of every peer',
      measured: both(toBestPeer('SseClient, fetch')),
      holds: (value) => value < 1,
      floor: both(toBestPeer(FLOOR)),
    },
    {
      text: 'CPU of `SseClient` on fetch: at most 0.14 (tokens) and 0.06 (ticks) times that of native',
      measured: both((stream) => cpu(stream, 'SseClient, fetch')?.ratio),
      holds: (value, stream) => value <= (stream === 'tokens' ? 0.14 : 0.06),
      floor: both((stream) => cpu(stream, FLOOR)?.ratio),
    },
    {
      text: 'Events per second of `SseClient` on fetch: at least 3 (tokens) and 12 (ticks) times those of native',
      measured: both((stream) => burstOf(engine, stream, 'SseClient, fetch')?.speed.ratio),
      holds: (value, stream) => value >= (stream === 'tokens' ? 3 : 12),
    },
    {
      text: 'p50 of `SseClient` on fetch: at most 0.8 times that of native',
      measured: latency('p50', 'SseClient, fetch'),
      holds: (value) => value <= 0.8,
      floor: latency('p50', FLOOR),
    },
    {
      text: 'p99 of `SseClient` on fetch: at most that of native',
      measured: latency('p99', 'SseClient, fetch'),
      holds: (value) => value <= 1,
      floor: latency('p99', FLOOR),
    },
    {
      text: 'Growth of the heap, in each of our clients: less than a tenth of a byte per event',
      measured: Object.fromEntries(
        heaps.map(({ client, before, after, events }) => [client, (after - before) / events]),
      ),
      holds: (value) => value < 0.1,
    },
  ];
}

/** The ratios to the peer in these cells, and the ratios that the floor would have. */
function parserGoal(text: string, limit: number, cells: readonly Cell[]): Goal {
  const named = (of: (cell: Cell) => number) =>
    Object.fromEntries(cells.map((cell) => [`${cell.stream} in ${cell.chunk} B`, of(cell)]));
  return {
    text,
    measured: named(({ ratio }) => ratio),
    holds: (value) => value >= limit,
    floor: named(({ theirs, floor = NaN }) => theirs / floor),
  };
}

const isLarge = ({ chunk }: Cell) => chunk > 100;
const isMain = ({ stream }: Cell) => ['tokens', 'ticks', 'large'].includes(stream);

function chromiumGoals({ name, cells }: Runtime): Goal[] {
  return [
    parserGoal(
      `Parser in ${name}: 1.2 times as fast as the peer on tokens, ticks and large events in 64 KiB and 1.4 KiB chunks`,
      1.2,
      cells.filter((cell) => isMain(cell) && isLarge(cell)),
    ),
    parserGoal(
      `Parser in ${name}: 4 times as fast in 7-byte chunks`,
      4,
      cells.filter((cell) => isMain(cell) && cell.chunk === 7),
    ),
  ];
}

const nodeGoals = ({ name, cells }: Runtime): Goal[] => [
  parserGoal(`Parser in ${name}: twice as fast throughout`, 2, cells),
];

function everywhereGoals({ name, cells, growth }: Runtime): Goal[] {
  const times = (what: 'ours' | 'floor') =>
    (growth.at(-1)?.[what] ?? NaN) / (growth[0]?.[what === 'floor' ? 'ours' : what] ?? NaN);
  return [
    parserGoal(`Parser in ${name}: never slower`, 1, cells),
    {
      text: `Parser in ${name}: one line of 8 MiB costs at most twice as much in 100,000 chunks as in 100`,
      measured: { times: times('ours') },
      holds: (value) => value <= 2,
      floor: { times: times('floor') },
    },
  ];
}
