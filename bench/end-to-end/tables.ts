/** The tables of whole clients. */
import type { Measure, Results, StreamEngine } from '../results.ts';
import { table } from '../table.ts';
import { burstOf, steadyOf } from './cells.ts';
import { FLOOR, names, own } from './names.ts';

const count = (value: number) => value.toLocaleString('en');
const micro = (ns: number) => (ns / 1000).toFixed(ns < 10_000 ? 2 : 1);
const milli = (us: number) => (us / 1000).toFixed(2);
const ratio = (value: number) => value.toFixed(value < 10 ? 2 : 1);
const isOwn = (name: string) => own.some((each) => each === name);
const range = ({ low, high }: Measure) => `${ratio(low)}–${ratio(high)}`;

export const englishClients = {
  client: 'client',
  cpu: (stream: string) => `CPU, ${stream}`,
  speed: (stream: string) => `events/s, ${stream}`,
  latency: 'p50, p99',
  size: 'min + brotli',
  streams: { tokens: 'tokens', ticks: 'ticks' },
  from: (engine: string, date: string, machine: string) =>
    `Whole clients in ${engine}, ${date}, ${machine}. CPU is the main thread's time per event, as a ratio to native. p50 and p99 are the delay from server to listener at 2,000 ticks per second, in ms.`,
};
export const chineseClients: typeof englishClients = {
  client: '客户端',
  cpu: (stream) => `CPU，${stream}`,
  speed: (stream) => `事件/秒，${stream}`,
  latency: 'p50，p99',
  size: '压缩后（min + brotli）',
  streams: { tokens: '逐字输出', ticks: '行情' },
  from: (engine, date, machine) =>
    `完整客户端，${engine}，${date}，${machine}。CPU 为主线程处理一个事件的时间与原生之比；p50、p99 为每秒 2,000 条行情时从服务器到监听函数的毫秒数。`,
};

/** For docs/performance.md: one table for one browser. */
export function clientOverview({ streams, ...results }: Results, words: typeof englishClients): string[] {
  const engine = streams?.engines[0];
  if (!engine) return [];
  const kinds = Object.entries(words.streams);
  const sizes: Readonly<Record<string, number>> = { ...results.sizes, ...results.peerSizes };
  const head = [
    words.client,
    ...kinds.map(([, name]) => words.cpu(name)),
    ...kinds.map(([, name]) => words.speed(name)),
    words.latency,
    words.size,
  ];
  const clients = names.filter((name) => name !== FLOOR);
  const rows = clients.map((name) => {
    const cells = kinds.map(([stream]) => burstOf(engine, stream, name));
    const steady = steadyOf(engine, 'ticks', name);
    const size = sizes[name.split(',')[0] ?? ''];
    return [
      isOwn(name) ? `**${name}**` : name,
      ...cells.map((cell) => (cell?.cpu ? ratio(cell.cpu.ratio) : '')),
      ...cells.map((cell) => (cell ? count(Number(cell.speed.value.toPrecision(2))) : '')),
      steady ? `${milli(steady.p50.value)}, ${milli(steady.p99.value)}` : '',
      size === undefined ? '' : `${(size / 1000).toFixed(1)} kB`,
    ];
  });
  return [table(head, rows), words.from(engine.name, streams.date, streams.machine)];
}

/** For bench/README.md: every result with its range. */
export function clientDetails({ streams }: Results): string[] {
  if (!streams) return [];
  const { date, machine, versions, engines } = streams;
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    '### Whole clients',
    `${date}, ${machine}. ${peers.join(', ')}.`,
    `Load average ${engines.map(({ name, load }) => `before and after ${name}: ${load.before}, ${load.after}`).join('; ')}.`,
    ...engines.flatMap((engine) => [...bursts(engine), ...steady(engine), ...heaps(engine)]),
  ];
}

function bursts({ name, bursts }: StreamEngine): string[] {
  return streamsOf(bursts).flatMap((stream) => {
    const cells = bursts.filter((cell) => cell.stream === stream);
    const hasCpu = cells.some(({ cpu }) => cpu);
    const { events = 0, rounds = 0 } = cells[0] ?? {};
    const head = ['client', 'events/s', 'times native', 'half of the rounds'];
    if (hasCpu) head.push('CPU, µs per event', 'times native', 'half of the rounds');
    const rows = cells.map(({ client, speed, cpu }) => [
      client,
      count(speed.value),
      ratio(speed.ratio),
      range(speed),
      ...(cpu ? [micro(cpu.value), cpu.ratio.toFixed(3), range(cpu)] : []),
    ]);
    return [
      `#### ${name}, ${stream} as fast as the client reads`,
      `${count(events)} events per round, ${rounds} rounds.`,
      table(head, rows),
    ];
  });
}

function steady({ name, steady }: StreamEngine): string[] {
  return streamsOf(steady).flatMap((stream) => {
    const cells = steady.filter((cell) => cell.stream === stream);
    const hasCpu = cells.some(({ cpu }) => cpu);
    const { events = 0, rounds = 0, rate = 0 } = cells[0] ?? {};
    const title = `#### ${name}, ${stream} at ${count(rate)} per second`;
    if (cells.some(({ p50 }) => p50.value <= 0)) {
      return [title, 'Not shown: the clocks of its pages differ by more than the delays.'];
    }
    const head = ['client', 'p50, ms', 'times native', 'half of the rounds', 'p99, ms', 'times native'];
    if (hasCpu) head.push('CPU, µs per event', 'times native');
    const rows = cells.map(({ client, p50, p99, cpu }) => [
      client,
      milli(p50.value),
      ratio(p50.ratio),
      range(p50),
      milli(p99.value),
      ratio(p99.ratio),
      ...(cpu ? [micro(cpu.value), ratio(cpu.ratio)] : []),
    ]);
    return [title, `${count(events)} events per round, ${rounds} rounds.`, table(head, rows)];
  });
}

function heaps({ name, heaps }: StreamEngine): string[] {
  if (heaps.length === 0) return [];
  const rows = heaps.map(({ client, before, after }) => [client, count(before), count(after)]);
  return [
    `#### ${name}, bytes held`,
    table(
      ['client', `after ${count(heaps[0]?.start ?? 0)} ticks`, `after ${count(heaps[0]?.events ?? 0)}`],
      rows,
    ),
  ];
}

const streamsOf = (cells: readonly { readonly stream: string }[]) => [
  ...new Set(cells.map(({ stream }) => stream)),
];
