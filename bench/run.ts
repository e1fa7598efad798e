/**
 * `npm run bench`: measures and writes results.json. `npm run figures` makes the tables from it.
 * Results that aren't measured again are kept: `BENCH=parser` or `BENCH=streams` chooses what to
 * measure, `BENCH=node`, `chromium` or `firefox` chooses where, and `BENCH=streams,chromium`
 * chooses both. Use `ROUNDS=9` for a first look.
 */
import { readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { measureStreams } from './end-to-end/measure.ts';
import { runtimes } from './parser.ts';
import type { Results, Streams } from './results.ts';
import { measurePeerSizes, measureSizes, peerPackages } from './sizes.ts';
import { versionOf } from './version-of.ts';

const rounds = Number(process.env.ROUNDS ?? 31);
const wanted = (process.env.BENCH ?? '').split(',');

/** The ones named in `BENCH`, or all of them if it names none. */
function chosen(all: readonly string[]): readonly string[] {
  const some = all.filter((name) => wanted.includes(name));
  return some.length === 0 ? all : some;
}

const parts = chosen(['parser', 'streams']);
const file = new URL('results.json', import.meta.url);
const before = JSON.parse(await readFile(file, 'utf8')) as Results;

const now = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${os.cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${os.availableParallelism()} cores, ${os.type()}`,
};

/** The old results in their order, with new results in place of the old ones of the same engine. */
function merged<T extends { readonly name: string }>(old: readonly T[], measured: readonly T[]): T[] {
  const engineOf = ({ name }: T) => name.split(' ')[0];
  const same = (one: T) => (other: T) => engineOf(one) === engineOf(other);
  return [
    ...old.map((one) => measured.find(same(one)) ?? one),
    ...measured.filter((one) => !old.some(same(one))),
  ];
}

async function measureParser(): Promise<Partial<Results>> {
  const measured = [];
  for (const engine of chosen(Object.keys(runtimes))) {
    const measure = runtimes[engine];
    if (measure) measured.push(await measure(rounds));
  }
  const peer = `eventsource-parser ${await versionOf('eventsource-parser')}`;
  return { ...now, rounds, peer, runtimes: merged(before.runtimes, measured) };
}

async function measureAllStreams(): Promise<Streams> {
  const measured = [];
  const places = chosen(['node', 'chromium', 'firefox']);
  if (places.includes('chromium')) {
    measured.push(await measureStreams('chromium', Math.ceil(rounds / 16)));
  }
  if (places.includes('firefox')) {
    measured.push(await measureStreams('firefox', Math.ceil(rounds / 16), 1));
  }
  const versions = await Promise.all(
    peerPackages.map(async (name) => [name, await versionOf(name)] as const),
  );
  return {
    ...now,
    versions: Object.fromEntries(versions),
    engines: merged(before.streams?.engines ?? [], measured),
  };
}

const results: Results = {
  ...before,
  ...(parts.includes('parser') ? await measureParser() : {}),
  streams: parts.includes('streams') ? await measureAllStreams() : before.streams,
  sizes: await measureSizes(),
  peerSizes: await measurePeerSizes(),
};
await writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`);
