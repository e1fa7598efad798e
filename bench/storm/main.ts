/**
 * `npm run bench:storm`: writes results.json, and from it the table and the picture of
 * docs/scaling.md. It takes some minutes, because a policy without jitter makes fifty million
 * attempts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { random } from '../../tests/faults/numbered.ts';
import { picture } from './picture.ts';
import type { Results } from './results.ts';
import { policies, simulate } from './simulate.ts';
import { withTable } from './table.ts';

const CLIENTS = 1_000_000;
const SERVER = { accepts: 20_000, refusal: 0.02 };
const SECONDS = 300;

const path = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));

async function write(file: string, text: string): Promise<void> {
  writeFileSync(
    path(file),
    await format(text, { ...(await resolveConfig(path(file))), filepath: path(file) }),
  );
}

const outcomes = Object.entries(policies).map(([name, policy]) => {
  // The same random numbers each time, so only your change can change the results.
  Math.random = random(1);
  const outcome = simulate(policy, CLIENTS, SERVER, SECONDS);
  console.log(`${name}: ${outcome.attempts} attempts, most in a second ${outcome.peak}`);
  return { name, ...outcome };
});
const results: Results = { clients: CLIENTS, seconds: SECONDS, accepts: SERVER.accepts, outcomes };

await write('bench/storm/results.json', JSON.stringify(results));
await write('docs/scaling.md', withTable(readFileSync(path('docs/scaling.md'), 'utf8'), results));
writeFileSync(path('docs/reconnect-storm.svg'), picture(results));
