/**
 * `npm run bench`: measures our parser against eventsource-parser in Node, Chromium and Firefox, and writes results.json, from which
 * `npm run figures` makes the tables. BENCH=node,chromium measures these anew and keeps the others; ROUNDS=9 is for a first look.
 */
import { readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import { build } from 'vite';
import { findEngines, launchChromium, launchFirefox } from '../tests/engines/find.ts';
import * as here from './parse.ts';
import type { Comparison, Results, Runtime } from './results.ts';
import { measureSizes } from './sizes.ts';

const rounds = Number(process.env.ROUNDS ?? 31);
const wanted = (process.env.BENCH ?? 'node,chromium,firefox').split(',');

/** A place where parsers run. */
interface Lab {
  readonly name: string;
  readonly clock: string;
  readonly prepareCell: (stream: string, chunk: number) => Promise<{ events: number; times: number }>;
  readonly prepareGrowth: (count: number) => Promise<{ times: number }>;
  /** ms for one parse of what is prepared. */
  readonly sample: (who: here.Who, times: number) => Promise<number>;
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * q)] ?? NaN;
}

/** The two take turns, and the ratio is taken within each round: what else the machine does hits both. */
async function compare(lab: Lab, times: number, events: number): Promise<Comparison> {
  const own: number[] = [];
  const peer: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // Who goes first has the colder cache: in turns.
    if (round % 2 === 0) own.push(await lab.sample('ours', times));
    peer.push(await lab.sample('theirs', times));
    if (round % 2 === 1) own.push(await lab.sample('ours', times));
  }
  const ratios = own.map((ms, round) => (peer[round] ?? NaN) / ms);
  const perEvent = (ms: readonly number[]) => Math.round((quantile(ms, 0.5) * 1e6) / events);
  const ratio = (q: number) => Number(quantile(ratios, q).toFixed(2));
  return {
    ours: perEvent(own),
    theirs: perEvent(peer),
    ratio: ratio(0.5),
    low: ratio(0.25),
    high: ratio(0.75),
  };
}

async function measure(lab: Lab): Promise<Runtime> {
  const tell = (what: string, { ours, theirs, ratio, low, high }: Comparison) => {
    console.log(`${lab.name}  ${what.padEnd(24)} ${ours} ns / ${theirs} ns  ${ratio} (${low}–${high})`);
  };
  const cells: Runtime['cells'][number][] = [];
  for (const stream of here.streamNames) {
    for (const chunk of here.chunkSizes) {
      const { events, times } = await lab.prepareCell(stream, chunk);
      const cell = { stream, chunk, ...(await compare(lab, times, events)) };
      tell(`${stream}, ${chunk} B`, cell);
      cells.push(cell);
    }
  }
  const growth: Runtime['growth'][number][] = [];
  for (const chunks of here.growthSteps) {
    const { times } = await lab.prepareGrowth(chunks);
    const step = { chunks, ...(await compare(lab, times, 1)) };
    tell(`8 MiB, ${chunks} chunks`, step);
    growth.push(step);
  }
  return { name: lab.name, clock: lab.clock, cells, growth };
}

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const node: Lab = {
  name: `Node ${process.versions.node}`,
  clock: 'CPU time of the process',
  prepareCell: (stream, chunk) => Promise.resolve(here.prepareCell(stream, chunk)),
  prepareGrowth: (count) => Promise.resolve(here.prepareGrowth(count)),
  sample(who, times) {
    const start = cpuMs();
    here.sample(who);
    return Promise.resolve((cpuMs() - start) / times);
  },
};

/** The benchmark as a script that defines `bench`. */
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
    prepareCell: (stream, chunk) => page.evaluate(`bench.prepareCell('${stream}', ${chunk})`),
    prepareGrowth: (count) => page.evaluate(`bench.prepareGrowth(${count})`),
    sample: (who) => page.evaluate(`bench.sample('${who}')`),
  };
}

async function inChromium(): Promise<Runtime> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: await bundle() });
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const threadMs = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      return (metrics.find(({ name }) => name === 'ThreadTime')?.value ?? NaN) * 1000;
    };
    return await measure({
      ...inPage(page, `Chromium ${await versionOf('chromium')}`),
      clock: 'CPU time of the main thread',
      async sample(who, times) {
        const start = await threadMs();
        await page.evaluate(`bench.sample('${who}')`);
        return ((await threadMs()) - start) / times;
      },
    });
  } finally {
    await browser.close();
  }
}

async function inFirefox(): Promise<Runtime> {
  const browser = await launchFirefox();
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: await bundle() });
    return await measure(inPage(page, `Firefox ${await versionOf('firefox')}`));
  } finally {
    await browser.close();
  }
}

async function versionOf(name: 'chromium' | 'firefox'): Promise<string> {
  return (await findEngines())[name]?.version.split('.')[0] ?? '';
}

async function versionOfPeer(): Promise<string> {
  const manifest = new URL('../node_modules/eventsource-parser/package.json', import.meta.url);
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  return version;
}

const runtimes: Runtime[] = [];
if (wanted.includes('node')) runtimes.push(await measure(node));
if (wanted.includes('chromium')) runtimes.push(await inChromium());
if (wanted.includes('firefox')) runtimes.push(await inFirefox());

const file = new URL('results.json', import.meta.url);
const before = await readFile(file, 'utf8').then(
  (text) => (JSON.parse(text) as Results).runtimes,
  () => [],
);
const engineOf = ({ name }: Runtime) => name.split(' ')[0];
const kept = before.filter((old) => !runtimes.some((now) => engineOf(now) === engineOf(old)));
const results: Results = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${os.cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${os.availableParallelism()} cores, ${os.type()}`,
  rounds,
  peer: `eventsource-parser ${await versionOfPeer()}`,
  runtimes: [...kept, ...runtimes],
  sizes: await measureSizes(),
};
await writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`);
