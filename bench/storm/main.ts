/** `npm run bench:storm`: the table, and the picture in docs/. Takes some minutes: a policy without jitter makes fifty million attempts. */
import { writeFileSync } from 'node:fs';
import { picture } from './picture.ts';
import { policies, simulate } from './simulate.ts';

const CLIENTS = 1_000_000;
const SERVER = { accepts: 20_000, refusal: 0.02 };
const SECONDS = 300;

const outcomes = Object.entries(policies).map(([name, policy]) => ({
  name,
  ...simulate(policy, CLIENTS, SERVER, SECONDS),
}));

const millions = (count: number) => `${(count / 1e6).toFixed(2)} M`;

console.log('| policy | most arrivals in a second | 99 % back after | attempts in all |');
console.log('| --- | --- | --- | --- |');
for (const { name, peak, back99, back, attempts } of outcomes) {
  const time =
    back99 === undefined
      ? `never (${Math.round((back.at(-1) ?? 0) * 100)} % after ${SECONDS} s)`
      : `${Math.round(back99)} s`;
  console.log(`| ${name} | ${millions(peak)} | ${time} | ${millions(attempts)} |`);
}

writeFileSync(new URL('../../docs/reconnect-storm.svg', import.meta.url), picture(outcomes, SERVER.accepts));
