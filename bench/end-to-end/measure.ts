/** Measures every client on the same streams, in turns. */
import { quantile } from '../quantile.ts';
import type { BurstCell, Heap, Measure, SteadyCell, StreamEngine } from '../results.ts';
import { withLabs, type Lab, type Labs } from './browser.ts';
import { NATIVE, names, type Name } from './names.ts';

/** Events of one round: enough that the start of a connection is nothing in them. */
const BURST = { tokens: 50_000, ticks: 100_000 } as const;

/** Events a second. */
const RATE = 2000;
const STEADY = { count: 3000, leaveOut: 1000 } as const;

/** What is held after the first says what belongs to any connection; a byte that is kept for each event would be seen after the second. */
const HELD = { start: 100_000, events: 1_000_000 } as const;

type Stream = keyof typeof BURST;
const streams = Object.keys(BURST) as Stream[];

export interface Rounds {
  readonly burst: number;
  readonly steady: number;
}

export function measureStreams(engine: 'chromium' | 'firefox', rounds: Rounds): Promise<StreamEngine> {
  return withLabs(engine, async (labs) => {
    const bursts: BurstCell[] = [];
    const steady: SteadyCell[] = [];
    for (const stream of streams) bursts.push(...(await measureBursts(labs, stream, rounds.burst)));
    for (const stream of streams) steady.push(...(await measureSteady(labs, stream, rounds.steady)));
    return { name: labs.name, bursts, steady, heaps: await measureHeaps(labs) };
  });
}

async function measureBursts(labs: Labs, stream: Stream, rounds: number): Promise<BurstCell[]> {
  const events = BURST[stream];
  const url = `/burst?stream=${stream}&count=${events}`;
  const characters = new Map<number, Name>();
  const run = async (lab: Lab, name: Name) => {
    await lab.collectGarbage();
    const start = await lab.cpu?.();
    const burst = await lab.burst(url, events);
    const cpu = lab.cpu && (await lab.cpu()) - (start ?? NaN);
    await lab.end();
    characters.set(burst.characters, name);
    if (characters.size > 1) throw new Error(`${[...characters.values()].join(' and ')} got other events.`);
    return { speed: (events * 1000) / burst.ms, cpu: cpu && (cpu * 1e6) / events };
  };
  // To warm up, the first round is not counted.
  await inTurns(labs, 1, run);
  const samples = await inTurns(labs, rounds, run);
  return names.map((client) => {
    const speed = against(samples, client, ({ speed }) => speed);
    const cpu = against(samples, client, ({ cpu }) => cpu);
    const cell = { stream, client, rounds, events, speed, cpu: cpu.value > 0 ? cpu : undefined };
    console.log(`${labs.name}  ${stream}, ${client.padEnd(30)} ${tell(speed)} events/s  ${tell(cpu)} ns`);
    return cell;
  });
}

async function measureSteady(labs: Labs, stream: Stream, rounds: number): Promise<SteadyCell[]> {
  const { count, leaveOut } = STEADY;
  const url = `/steady?stream=${stream}&count=${count}&rate=${RATE}`;
  const samples = await inTurns(labs, rounds, async (lab) => {
    const start = await lab.cpu?.();
    const latency = await lab.steady(url, count, leaveOut);
    const cpu = lab.cpu && (((await lab.cpu()) - (start ?? NaN)) * 1e6) / count;
    return { ...latency, cpu };
  });
  return names.map((client) => {
    const p50 = against(samples, client, ({ p50 }) => p50);
    const p99 = against(samples, client, ({ p99 }) => p99);
    const cpu = against(samples, client, ({ cpu }) => cpu);
    console.log(
      `${labs.name}  ${stream}, ${client.padEnd(30)} p50 ${tell(p50)} µs  p99 ${tell(p99)} µs  ${tell(cpu)} ns`,
    );
    const events = count - leaveOut;
    return { stream, client, rounds, events, rate: RATE, p50, p99, cpu: cpu.value > 0 ? cpu : undefined };
  });
}

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

/** Rounds whose order turns around, so that nobody always follows the same one. */
async function inTurns<T>(
  labs: Labs,
  rounds: number,
  run: (lab: Lab, name: Name) => Promise<T>,
): Promise<ReadonlyMap<Name, readonly T[]>> {
  const samples = new Map<Name, T[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const lab = labs.of.get(name);
      if (!lab) continue;
      samples.get(name)?.push(await run(lab, name));
    }
  }
  return samples;
}

/** What a client took, and what that is of native's. What else the machine does in a round hits both. */
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

const tell = ({ value, ratio, low, high }: Measure) => `${value} (${ratio}, ${low}–${high})`;
