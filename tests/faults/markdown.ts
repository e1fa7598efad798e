/** docs/faults.md, from the table that drives the tests. */
import { faults, type Engine, type Fault, type Outcome } from '../faults.ts';

const names: Record<Engine, string> = { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKit' };

/** As it is, whatever it means in Markdown: `__proto__` is no bold proto. */
const literal = (text: string) => text.replace(/[\\`*_[\]<>|]/g, '\\$&');
const told = (outcome: string) => outcome.split(' | ').map(literal).join(' → ');

function cell(outcome: Outcome): string {
  if (typeof outcome === 'string') return told(outcome);
  const engines = new Map<string, string[]>();
  for (const engine of Object.keys(names) as Engine[]) {
    engines.set(outcome[engine], [...(engines.get(outcome[engine]) ?? []), names[engine]]);
  }
  return [...engines].map(([outcome, engines]) => `${engines.join(', ')}: ${told(outcome)}`).join('<br>');
}

const row = ({ name, fetch, native, auto, unsure }: Fault) =>
  `| ${literal(name)}${unsure ? '¹' : ''} | ${cell(native)} | ${cell(fetch)} | ${cell(auto)} |`;

export function toMarkdown(): string {
  const table = faults('', '', '');
  return `# Faults

What can go wrong between a server and a client, and what becomes of it. The page is written by the tests: each row runs against a real
server in Chromium, Firefox and WebKit over every transport, and in Node over \`fetch\` and \`auto\`, and must have exactly this outcome.
There are ${table.length} faults.

An outcome is all that the client told, in order: \`open\`; the data of an event; the code of an error, with its HTTP status, and whether
the client tries \`again\` or it is \`final\`. The server sends event 1, then what the row says, and after that a stream that is well, which
goes on after the last event ID and ends with \`end\`. Where an outcome differs between engines, the engine is named: what native
\`EventSource\` does is the browser's own.

| fault | native | fetch | auto |
| --- | --- | --- | --- |
${table.map(row).join('\n')}

¹ Whether the error is told at all depends on the browser: it silently repeats a request that fails on a connection that was used before.

## Beyond this table

| what | how it is checked |
| --- | --- |
| nothing lost, doubled or reordered | numbered events under faults drawn from seeds, in Node and in each engine over each transport; a failure names its seed |
| every state follows from the one before, one connection at most | the client beside a small model of it, 800 random runs |
| nothing left behind | 1,000 clients closed at seven moments, 1,000 failing attempts, 1,000,000 events: timers, listeners, readers, sockets, promises and heap, in Node and in the heap of Chromium |
| hostile streams | endless lines, comments, names and ids, floods of types and ids: what is held on the way and at the end, at two sizes |
| reload, sleep, back/forward cache, offline | pages in Chromium and Firefox; tabs that Chromium freezes |

The commands are in [CONTRIBUTING](../CONTRIBUTING.md). What is promised of all this is in [Security](security.md).
`;
}
