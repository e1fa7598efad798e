/**
 * One client, one stream of numbered events, and faults drawn from a seed. Works in a page and in
 * Node.
 */
import { SseClient, type SseClientOptions } from 'ssekit';
import { script, type Attempt } from '../script.ts';
import { dataOf, pick, random, type NumberedEvents } from './numbered.ts';
import { watch } from './watch.ts';

export const faults = {
  /** Anywhere: inside a character, between CR and LF, between an ID and its blank line. */
  cut: { end: 'destroy' },
  reset: { end: 'reset' },
  end: { end: 'end' },
  /** Half-open: `idleTimeout` has to detect it. */
  silence: { end: 'hold' },
  /** No response headers: `openTimeout` has to detect it. */
  hang: { wait: true },
  refused: { status: 0 },
  'refused by reset': { status: 0, end: 'reset' },
  busy: { status: 503, chunks: ['no'] },
  'too many': { status: 429, headers: { 'retry-after': '0' } },
} satisfies Record<string, Attempt>;

export type FaultName = keyof typeof faults;

export interface Run {
  /** How many events were delivered. */
  readonly events: number;
  readonly faults: number;
  /** Empty, or why this seed needs a closer look. */
  readonly problems: readonly string[];
}

export interface RunOptions {
  readonly seed: number;
  readonly kinds: readonly FaultName[];
  readonly client: (seed: number) => SseClientOptions;
  /** The most faults in a run. */
  readonly most?: number | undefined;
  /** How many events in a run. */
  readonly total?: number | undefined;
  /** Whether faults come only between events, never inside one. */
  readonly whole?: boolean | undefined;
  /** Whether the test also closes, connects and reconnects at random. */
  readonly restless?: boolean | undefined;
}

/** After this many milliseconds nothing else is expected. */
const RUN_TIMEOUT = 40_000;

/** The faults of a seed, followed by a healthy server. */
export function attemptsOf({ seed, kinds, most = 6, total = 60, whole }: RunOptions): Attempt[] {
  const next = random(seed);
  const events: NumberedEvents = { seed, total, whole, slice: pick(next, [10, 60, 400, 10_000]) };
  // A reset overtakes bytes in transit, so a whole event may arrive as half of one.
  const possible = whole ? kinds.filter((kind) => kind !== 'reset') : kinds;
  const names = Array.from({ length: Math.floor(next() * (most + 1)) }, () => pick(next, possible));
  return [
    ...names.map((name): Attempt => {
      const fault: Attempt = faults[name];
      const sendsEvents = fault.status === undefined;
      const length = pick(next, [1, 30, 300, 2000]);
      return { ...fault, ...(sendsEvents && { events: { ...events, cut: Math.floor(next() * length) } }) };
    }),
    { events, end: 'hold' },
  ];
}

/** Lets one client read its stream to the end and compares the result. */
export async function resume(origin: string, options: RunOptions): Promise<Run> {
  const { seed, total = 60, restless = false } = options;
  const attempts = attemptsOf(options);
  const s = await script(origin, attempts);
  const client = new SseClient(s.url, options.client(seed));
  const { problems, quiet } = watch(client);
  const next = random(seed + 1);
  const got: string[] = [];

  await new Promise<void>((resolve) => {
    const giveUp = setTimeout(() => {
      problems.push(`stuck at ${got.length} events: ${JSON.stringify(client.getSnapshot())}`);
      finish();
    }, RUN_TIMEOUT);
    const finish = () => {
      clearTimeout(giveUp);
      client.close();
      quiet();
      resolve();
    };
    client.onMessage(({ data }) => {
      got.push(data);
      if (!restless || next() > 0.04) return;
      if (next() < 0.5) client.reconnect();
      else {
        client.close();
        client.connect();
      }
    });
    client.on('end', finish);
    client.onError(({ willRetry, code, message }) => {
      if (willRetry) return;
      problems.push(`gave up: ${code}, ${message}`);
      finish();
    });
  });

  const { maxOpen } = await s.closed();
  // A server notices late that a client has left. Its count is exact only if the server ends every
  // response.
  const serverEnds = !restless && !options.kinds.includes('silence') && !options.kinds.includes('hang');
  if (maxOpen > 1 && serverEnds) problems.push(`${maxOpen} connections at once`);
  problems.push(...differences(seed, total, got));
  return {
    events: got.length,
    faults: attempts.length - 1,
    problems: problems.map((problem) => `seed ${seed}: ${problem}`),
  };
}

function differences(seed: number, total: number, got: readonly string[]): string[] {
  const wanted = Array.from({ length: total }, (_, i) => dataOf(seed, i + 1));
  const counts = new Map<string, number>();
  for (const data of got) counts.set(data, (counts.get(data) ?? 0) + 1);
  const problems = [
    ...wanted.filter((data) => !counts.has(data)).map((data) => `lost ${JSON.stringify(data)}`),
    ...[...counts].filter(([, count]) => count > 1).map(([data]) => `doubled ${JSON.stringify(data)}`),
    ...[...counts.keys()]
      .filter((data) => !wanted.includes(data))
      .map((data) => `corrupt ${JSON.stringify(data)}`),
  ];
  if (problems.length === 0 && wanted.some((data, i) => data !== got[i])) problems.push('reordered');
  return problems;
}

/** Runs seeds `first`, `first + 1`, … a few at a time and adds up the results. */
export async function resumeMany(
  count: number,
  width: number,
  run: (seed: number) => Promise<Run>,
  first = Math.floor(Math.random() * 2 ** 30),
): Promise<Run & { readonly figures: string }> {
  let nextSeed = first;
  const runs: Run[] = [];
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (nextSeed < first + count) runs.push(await run(nextSeed++));
    }),
  );
  const sum = (of: (run: Run) => number) => runs.reduce((total, run) => total + of(run), 0);
  const events = sum((run) => run.events);
  const faults = sum((run) => run.faults);
  return {
    events,
    faults,
    problems: runs.flatMap((run) => run.problems),
    figures: `${runs.length} runs from seed ${first}: ${events} events, ${faults} faults`,
  };
}
