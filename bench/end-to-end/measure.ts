/** Measures every client on the same streams. They take turns. */
import os from 'node:os';
import { quantile } from '../quantile.ts';
import type { BurstCell, Heap, Measure, SteadyCell, StreamEngine } from '../results.ts';
import { withLabs, type Lab, type Labs } from './browser.ts';
import type { Latency } from './page.ts';
import { NATIVE, names, type Name } from './names.ts';

/** Events per round. There are so many that the time to connect doesn't matter. */
const BURST = { tokens: 50_000, ticks: 100_000 } as const;

/** Events per second. */
const RATE = 2000;
const STEADY = { count: 3000, leaveOut: 1000 } as const;

/**
 * Measures the heap after each of these. The first shows what any connection needs. If a client
 * keeps even one byte per event, the second shows it.
 */
const HELD = { start: 100_000, events: 1_000_000 } as const;

type Stream = keyof typeof BURST;
const streams = Object.keys(BURST) as Stream[];

/**
 * The same code can differ by a sixth between two browser processes, so the browser starts this
 * many times, with new pages.
 */
const LAUNCHES = 3;

interface BurstSample {
  readonly speed: number;
  readonly cpu: number | undefined;
}

interface SteadySample extends Latency {
  readonly cpu: number | undefined;
}

/** By stream and client, with one sample per round. */
type Samples<T> = Readonly<Record<Stream, Map<Name, T[]>>>;

/** @param rounds - Rounds per launch. */
export async function measureStreams(
  engine: 'chromium' | 'firefox',
  rounds: number,
  launches = LAUNCHES,
): Promise<StreamEngine> {
  const bursts: Samples<BurstSample> = { tokens: new Map(), ticks: new Map() };
  const steady: Samples<SteadySample> = { tokens: new Map(), ticks: new Map() };
  const before = load();
  let name = '';
  let heaps: Heap[] = [];
  for (let launch = 1; launch <= launches; launch++) {
    await withLabs(engine, async (labs) => {
      ({ name } = labs);
      for (const stream of streams) {
        // The first round only warms up and doesn't count.
        await inTurns(labs, 1, takeBurst(stream));
        await inTurns(labs, rounds, takeBurst(stream), bursts[stream]);
        await inTurns(labs, 1, takeSteady(stream), steady[stream]);
      }
      if (launch === launches) heaps = await measureHeaps(labs);
    });
  }
  return {
    name,
    load: { before, after: load() },
    bursts: streams.flatMap(burstCells(bursts)),
    steady: streams.flatMap(steadyCells(steady)),
    heaps,
  };
}

const load = () => Number((os.loadavg()[0] ?? NaN).toFixed(2));

function takeBurst(stream: Stream): (lab: Lab, name: Name) => Promise<BurstSample> {
  const events = BURST[stream];
  const url = `/burst?stream=${stream}&count=${events}`;
  const characters = new Map<number, Name>();
  return async (lab, name) => {
    await lab.collectGarbage();
    const start = await lab.cpu?.();
    const burst = await lab.burst(url, events);
    const cpu = lab.cpu && (await lab.cpu()) - (start ?? NaN);
    await lab.end();
    characters.set(burst.characters, name);
    if (characters.size > 1) throw new Error(`${[...characters.values()].join(' and ')} got other events.`);
    return { speed: (events * 1000) / burst.ms, cpu: cpu && (cpu * 1e6) / events };
  };
}

function takeSteady(stream: Stream): (lab: Lab) => Promise<SteadySample> {
  const { count, leaveOut } = STEADY;
  const url = `/steady?stream=${stream}&count=${count}&rate=${RATE}`;
  return async (lab) => {
    const start = await lab.cpu?.();
    const latency = await lab.steady(url, count, leaveOut);
    const cpu = lab.cpu && (((await lab.cpu()) - (start ?? NaN)) * 1e6) / count;
    return { ...latency, cpu };
  };
}

const burstCells = (all: Samples<BurstSample>) => (stream: Stream) =>
  names.map((client): BurstCell => {
    const samples = all[stream];
    const speed = against(samples, client, ({ speed }) => speed);
    const cpu = against(samples, client, ({ cpu }) => cpu);
    const rounds = samples.get(client)?.length ?? 0;
    return { stream, client, rounds, events: BURST[stream], speed, cpu: cpu.value > 0 ? cpu : undefined };
  });

const steadyCells = (all: Samples<SteadySample>) => (stream: Stream) =>
  names.map((client): SteadyCell => {
    const samples = all[stream];
    const p50 = against(samples, client, ({ p50 }) => p50);
    const p99 = against(samples, client, ({ p99 }) => p99);
    const cpu = against(samples, client, ({ cpu }) => cpu);
    const rounds = samples.get(client)?.length ?? 0;
    const events = STEADY.count - STEADY.leaveOut;
    return { stream, client, rounds, events, rate: RATE, p50, p99, cpu: cpu.value > 0 ? cpu : undefined };
  });

async function measureHeaps(labs: Labs): Promise<Heap[]> {
  const heaps: Heap[] = [];
  for (const [client, lab] of labs.of) {
    const { heap } = lab;
    if (!heap) continue;
    const after = async (events: number) => {
      await lab.burst(`/burst?stream=ticks&count=${events}`, events);
      const bytes = await heap();
      await lab.end();
      return bytes;
    };
    const held = { before: await after(HELD.start), after: await after(HELD.events) };
    console.log(`${labs.name}  heap, ${client.padEnd(30)} ${held.before} B, ${held.after} B`);
    heaps.push({ client, ...HELD, ...held });
  }
  return heaps;
}

/** Reverses the order in every other round, so that a client doesn't always follow the same one. */
async function inTurns<T>(
  labs: Labs,
  rounds: number,
  take: (lab: Lab, name: Name) => Promise<T>,
  samples = new Map<Name, T[]>(),
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const before = samples.get(NATIVE)?.length ?? 0;
    for (const name of before % 2 === 0 ? names : names.toReversed()) {
      const lab = labs.of.get(name);
      if (!lab) continue;
      const sample = await take(lab, name);
      console.log(labs.name, name, JSON.stringify(sample));
      samples.set(name, [...(samples.get(name) ?? []), sample]);
    }
  }
}

/**
 * A client's median, and its ratio to native. The ratio is taken within each round, because other
 * work on the machine affects both.
 */
function against<T>(
  samples: ReadonlyMap<Name, readonly T[]>,
  client: Name,
  what: (sample: T) => number | undefined,
): Measure {
  const valuesOf = (name: Name) => (samples.get(name) ?? []).map((sample) => what(sample) ?? NaN);
  const values = valuesOf(client);
  const native = valuesOf(NATIVE);
  const ratios = values.map((value, round) => value / (native[round] ?? NaN));
  const ratio = (q: number) => Number(quantile(ratios, q).toFixed(3));
  return { value: Math.round(quantile(values, 0.5)), ratio: ratio(0.5), low: ratio(0.25), high: ratio(0.75) };
}
