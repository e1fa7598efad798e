/** Measures our parser against others on the same bytes, in Node and in browsers. */
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright';
import { build } from 'vite';
import { findEngines, launchChromium, launchFirefox } from '../tests/engines/find.ts';
import * as here from './parse.ts';
import { quantile } from './quantile.ts';
import type { Comparison, Other, Runtime } from './results.ts';
import { versionOf } from './version-of.ts';

/** A place where parsers run. */
interface Lab {
  readonly name: string;
  readonly clock: string;
  readonly prepareCell: (
    stream: string,
    chunk: number,
    peer?: here.Who,
  ) => Promise<{ events: number; times: number }>;
  readonly prepareGrowth: (count: number) => Promise<{ times: number }>;
  /** Returns the ms for one parse of the prepared chunks. */
  readonly sample: (who: here.Who, times: number) => Promise<number>;
}

/** A lab and what it has prepared. */
interface Work {
  readonly lab: Lab;
  readonly times: number;
  readonly events?: number;
}

/** Prepares the same chunks in every lab, one lab after the other. */
async function inAll(
  labs: readonly Lab[],
  prepare: (lab: Lab) => Promise<Omit<Work, 'lab'>>,
): Promise<readonly Work[]> {
  const works: Work[] = [];
  for (const lab of labs) works.push({ lab, ...(await prepare(lab)) });
  return works;
}

/**
 * The two take turns. The ratio is taken within each round, because other work on the machine
 * affects both.
 */
async function compare(
  works: readonly Work[],
  rounds: number,
  who: here.Who = 'theirs',
): Promise<Comparison> {
  const own: number[] = [];
  const peer: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const work = works[round % works.length];
    if (!work) break;
    const { lab, times } = work;
    // They alternate, because the first one has the colder cache.
    if (round % 2 === 0) own.push(await lab.sample('ours', times));
    peer.push(await lab.sample(who, times));
    if (round % 2 === 1) own.push(await lab.sample('ours', times));
  }
  const ratios = own.map((ms, round) => (peer[round] ?? NaN) / ms);
  const perEvent = (ms: readonly number[]) => Math.round((quantile(ms, 0.5) * 1e6) / (works[0]?.events ?? 1));
  const ratio = (q: number) => Number(quantile(ratios, q).toFixed(2));
  return {
    ours: perEvent(own),
    theirs: perEvent(peer),
    ratio: ratio(0.5),
    low: ratio(0.25),
    high: ratio(0.75),
  };
}

/** The least time in ns per event that any parser needs for the prepared chunks. */
async function floorOf(works: readonly Work[], rounds: number, who: 'floor' | 'lineFloor'): Promise<number> {
  return (await compare(works, Math.ceil(rounds / 2), who)).theirs;
}

async function measure(labs: readonly [Lab, ...Lab[]], rounds: number, withOthers = true): Promise<Runtime> {
  const [{ name: place, clock }] = labs;
  const tell = (what: string, { ours, theirs, ratio, low, high }: Comparison) => {
    console.log(`${place}  ${what.padEnd(24)} ${ours} ns / ${theirs} ns  ${ratio} (${low}–${high})`);
  };
  const cells: Runtime['cells'][number][] = [];
  for (const stream of here.streamNames) {
    for (const chunk of here.chunkSizes) {
      const works = await inAll(labs, (lab) => lab.prepareCell(stream, chunk));
      const floor = await floorOf(works, rounds, 'floor');
      const cell = { stream, chunk, ...(await compare(works, rounds)), floor };
      tell(`${stream}, ${chunk} B`, cell);
      cells.push(cell);
    }
  }
  const growth: Runtime['growth'][number][] = [];
  for (const chunks of here.growthSteps) {
    const works = await inAll(labs, (lab) => lab.prepareGrowth(chunks));
    const floor = await floorOf(works, rounds, 'lineFloor');
    const step = { chunks, ...(await compare(works, rounds)), floor };
    tell(`8 MiB, ${chunks} chunks`, step);
    growth.push(step);
  }
  const others: Other[] = [];
  for (const name of withOthers ? otherNames : []) {
    const parser = `${name} ${await versionOf(name)}`;
    for (const stream of otherStreams) {
      for (const chunk of otherChunks) {
        const works = await inAll(labs, (lab) => lab.prepareCell(stream, chunk, name));
        const fewer = Math.ceil(rounds / 3);
        const cell = { parser, stream, chunk, ...(await compare(works, fewer, name)) };
        tell(`${parser}, ${stream}, ${chunk} B`, cell);
        others.push(cell);
      }
    }
  }
  return { name: place, clock, cells, growth, others };
}

const otherNames = Object.keys(here.others) as (keyof typeof here.others)[];
const otherStreams = ['tokens', 'ticks'] as const;
const otherChunks = [65_536, 1400, 7] as const;

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const node: Lab = {
  name: `Node ${process.versions.node}`,
  clock: 'CPU time of the process',
  prepareCell: here.prepareCell,
  prepareGrowth: here.prepareGrowth,
  async sample(who, times) {
    const start = cpuMs();
    await here.sample(who);
    return (cpuMs() - start) / times;
  },
};

/** The benchmark as a script that defines the global `bench`. */
async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL('parse.ts', import.meta.url));
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, minify: false, lib: { entry, formats: ['iife'], name: 'bench' } },
  });
  for (const output of [result].flat()) if ('output' in output) return output.output[0].code;
  throw new Error('The benchmark could not be bundled.');
}

function inPage(page: Page, name: string): Lab {
  return {
    name,
    clock: 'wall time',
    prepareCell: (stream, chunk, peer = 'theirs') =>
      page.evaluate(`bench.prepareCell('${stream}', ${chunk}, '${peer}')`),
    prepareGrowth: (count) => page.evaluate(`bench.prepareGrowth(${count})`),
    sample: (who) => page.evaluate(`bench.sample('${who}')`),
  };
}

/**
 * One page, which is its own process. The same code can differ by a sixth between two processes.
 */
async function chromiumLab(browser: Browser, name: string): Promise<Lab> {
  const page = await (await browser.newContext()).newPage();
  await page.addScriptTag({ content: await bundle() });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const threadMs = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'ThreadTime')?.value ?? NaN) * 1000;
  };
  return {
    ...inPage(page, name),
    clock: 'CPU time of the main thread',
    async sample(who, times) {
      const start = await threadMs();
      await page.evaluate(`bench.sample('${who}')`);
      return ((await threadMs()) - start) / times;
    },
  };
}

async function inChromium(rounds: number): Promise<Runtime> {
  const browser = await launchChromium();
  try {
    const lab = async () => chromiumLab(browser, `Chromium ${await engineVersion('chromium')}`);
    return await measure([await lab(), await lab(), await lab()], rounds);
  } finally {
    await browser.close();
  }
}

async function inFirefox(rounds: number): Promise<Runtime> {
  const browser = await launchFirefox();
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: await bundle() });
    return await measure([inPage(page, `Firefox ${await engineVersion('firefox')}`)], rounds, false);
  } finally {
    await browser.close();
  }
}

async function engineVersion(name: 'chromium' | 'firefox'): Promise<string> {
  return (await findEngines())[name]?.version.split('.')[0] ?? '';
}

/** By engine. */
export const runtimes: Readonly<Record<string, (rounds: number) => Promise<Runtime>>> = {
  node: (rounds) => measure([node], rounds),
  chromium: inChromium,
  firefox: inFirefox,
};
