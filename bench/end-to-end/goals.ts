import type { Results } from '../results.ts';
import { table } from '../table.ts';
import { burstOf, steadyOf } from './cells.ts';
import { own, peers } from './names.ts';

/** What was aimed at, and whether it holds, in the first browser. */
export function goals({ streams }: Results): string[] {
  const engine = streams?.engines[0];
  if (!engine) return [];
  const both = (client: string, what: (stream: string, client: string) => number | undefined) =>
    ['tokens', 'ticks'].map((stream) => what(stream, client) ?? NaN);
  const cpu = (stream: string, client: string) => burstOf(engine, stream, client)?.cpu;
  const cpuRatios = (client: string) => both(client, (...cell) => cpu(...cell)?.ratio);
  const latency = (what: 'p50' | 'p99') =>
    both('SseClient, fetch', (...cell) => steadyOf(engine, ...cell)?.[what].ratio);
  const ofPeers = ['tokens', 'ticks'].map((stream) => {
    const best = Math.min(...peers.map((name) => cpu(stream, name)?.value ?? NaN));
    return (cpu(stream, 'SseClient, fetch')?.value ?? NaN) / best;
  });
  const growth = engine.heaps
    .filter(({ client }) => own.some((name) => name === client))
    .map(({ before, after, events }) => (after - before) / events);
  const atMost = (limits: readonly number[]) => (value: number, i: number) => value <= (limits[i] ?? 0);
  const rows: [string, readonly number[], (value: number, i: number) => boolean][] = [
    [
      'CPU of SseClient on native: at most 1.05 times that of a bare handler',
      cpuRatios('SseClient, native'),
      atMost([1.05, 1.05]),
    ],
    ['CPU of SseClient on fetch: less than that of every peer', ofPeers, (value) => value < 1],
    ['at most 0.14 and 0.06 times that of native', cpuRatios('SseClient, fetch'), atMost([0.14, 0.06])],
    [
      'Events a second of SseClient on fetch: at least 3 and 12 times those of native',
      both('SseClient, fetch', (...cell) => burstOf(engine, ...cell)?.speed.ratio),
      (value, i) => value >= (i === 0 ? 3 : 12),
    ],
    ['p50 of SseClient on fetch: at most 0.8 times that of native', latency('p50'), atMost([0.8, 0.8])],
    ['p99: at most that of native', latency('p99'), atMost([1, 1])],
    [
      'Growth of the heap in all of ours: less than a tenth of a byte an event',
      [Math.max(...growth)],
      atMost([0.1]),
    ],
  ];
  return [
    '### Goals',
    `For tokens and ticks, in ${engine.name}.`,
    table(
      ['goal', 'measured', 'holds'],
      rows.map(([goal, values, holds]) => [
        goal,
        values.map((value) => value.toFixed(3)).join(', '),
        values.every(holds)
          ? 'yes'
          : values.some(holds)
            ? `${values.findIndex(holds) === 0 ? 'tokens' : 'ticks'} only`
            : 'no',
      ]),
    ),
  ];
}
