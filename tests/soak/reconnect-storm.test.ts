import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { picture } from '../../bench/storm/picture.ts';
import type { Results } from '../../bench/storm/results.ts';
import { policies, simulate, type Outcome, type PolicyName } from '../../bench/storm/simulate.ts';
import { withTable } from '../../bench/storm/table.ts';
import { random } from '../faults/numbered.ts';

/**
 * The simulation behind docs/scaling.md, with a two-hundredth of the clients and the server's
 * capacity. The ranking is the same.
 */

const CLIENTS = 5000;
const SERVER = { accepts: 100, refusal: 0.02 };

// Not a spy, which would store a million calls.
const real = Math.random;
beforeEach(() => {
  Math.random = random(7);
});
afterEach(() => {
  Math.random = real;
});

const run = (name: PolicyName, server = SERVER) => simulate(policies[name], CLIENTS, server, 300);

describe('five thousand clients that are dropped at once', () => {
  test(
    'are back soonest with the delays of ssekit, and with a third of the attempts of a fixed delay',
    { timeout: 60_000 },
    () => {
      const outcomes = Object.fromEntries(
        Object.keys(policies).map((name) => [name, run(name as PolicyName)]),
      ) as Record<PolicyName, Outcome>;
      const {
        'ssekit, fetch': ssekit,
        'ssekit, auto': auto,
        'ssekit, retry: 5000': told,
        ...others
      } = outcomes;
      for (const [name, { back99, attempts }] of Object.entries(others)) {
        expect(back99 ?? Infinity, name).toBeGreaterThan((ssekit.back99 ?? Infinity) * 1.1);
        if (/browser|fixed/.test(name)) expect(attempts, name).toBeGreaterThan(ssekit.attempts * 3);
      }
      // Jitter can't spread the first attempts over more than the base. The server has to set that
      // with `retry:`.
      expect(ssekit.peak).toBeGreaterThan(CLIENTS * 0.9);
      expect(told.peak).toBeLessThan(CLIENTS * 0.35);
      expect(told.back99).toBeLessThan(ssekit.back99 ?? Infinity);
      // On `auto` the first delay is random up to 3 s, as native hides `retry:`.
      expect(auto.peak).toBeLessThan(ssekit.peak * 0.75);
    },
  );

  test('never come back where all of them wait exactly as long, and longer each time', () => {
    const { back99, back } = run('exponential, no jitter');
    expect(back99).toBeNull();
    expect(back.at(-1)).toBeLessThan(0.5);
  });

  test('cannot be back sooner than the server can accept them', () => {
    const { back99, attempts } = run('ssekit, fetch', { accepts: 100, refusal: 0 });
    expect(back99).toBeGreaterThanOrEqual((CLIENTS * 0.99) / 100);
    expect(attempts).toBeGreaterThan(CLIENTS);
  });

  test('all get in at the first attempt where the server can take them all', () => {
    const { back99, attempts } = run('ssekit, fetch', { accepts: 10 * CLIENTS, refusal: 0.02 });
    expect(attempts).toBeLessThanOrEqual(CLIENTS);
    expect(back99).toBeLessThan(1.5);
  });

  test('make a picture with a curve for each policy', () => {
    const outcome = { name: 'ssekit', ...run('ssekit, fetch') };
    const svg = picture({ outcomes: [outcome, { ...outcome, name: 'other' }], accepts: SERVER.accepts });
    expect(svg.match(/<polyline/g)).toHaveLength(4);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('docs/scaling.md', () => {
  const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  const results = JSON.parse(read('bench/storm/results.json')) as Results;

  test('has the table of bench/storm/results.json: npm run bench:storm writes them', async () => {
    const page = read('docs/scaling.md');
    const options = await resolveConfig(new URL('../../package.json', import.meta.url));
    expect(page).toBe(await format(withTable(page, results), { ...options, parser: 'markdown' }));
  });

  test('has the picture of these results, with all policies and no other', () => {
    expect(results.outcomes.map(({ name }) => name)).toEqual(Object.keys(policies));
    expect(read('docs/reconnect-storm.svg')).toBe(picture(results));
  });
});
