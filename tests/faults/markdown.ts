/** Writes docs/faults.md from the table that drives the tests. */
import { faults, type Engine, type Fault, type Outcome } from '../faults.ts';

const names: Record<Engine, string> = { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKit' };

/** Escapes Markdown, so that `__proto__` isn't a bold proto. */
const literal = (text: string) => text.replace(/[\\`*_[\]<>|]/g, '\\$&');
const steps = (outcome: string) => outcome.split(' | ').map(literal).join(' → ');

function cell(outcome: Outcome): string {
  if (typeof outcome === 'string') return steps(outcome);
  const engines = new Map<string, string[]>();
  for (const engine of Object.keys(names) as Engine[]) {
    engines.set(outcome[engine], [...(engines.get(outcome[engine]) ?? []), names[engine]]);
  }
  return [...engines].map(([outcome, engines]) => `${engines.join(', ')}: ${steps(outcome)}`).join('<br>');
}

const row = ({ name, fetch, native, auto, unsure }: Fault) =>
  `| ${literal(name)}${unsure ? '¹' : ''} | ${cell(native)} | ${cell(fetch)} | ${cell(auto)} |`;

export function toMarkdown(): string {
  const table = faults('', '', '');
  return `# Faults

What can go wrong between a server and a client, and the outcome on each transport. The tests write this page: each row runs against a
real server in Chromium, Firefox and WebKit over every transport, and in Node over \`fetch\` and \`auto\`, and must have exactly this outcome.
There are ${table.length} faults.

An outcome lists everything the client reported, in order: \`open\`, the data of an event, or the code of an error with its HTTP status and
\`again\` (the client retries) or \`final\` (it doesn't). The server sends event 1, then what the row says, and then a healthy stream that
continues after the last event ID and finishes with the event \`end\`. Where engines differ, the outcome names the engine: native
\`EventSource\` is the browser's own.

| fault | native | fetch | auto |
| --- | --- | --- | --- |
${table.map(row).join('\n')}

¹ Whether the error is reported depends on the browser: it silently repeats a request that fails on a reused connection.

## Beyond this table

| promise | how it's tested |
| --- | --- |
| nothing lost, doubled or reordered | numbered events under random faults, in Node and in each engine over each transport; a failure names its seed |
| every state follows from the previous one, with at most one connection | 800 random runs of the client next to a small model of it |
| nothing left behind | 1,000 clients closed at seven moments, 1,000 failing attempts, 1,000,000 events: timers, listeners, readers, sockets, promises and heap, in Node and in the heap of Chromium |
| hostile streams | endless lines, comments, names and IDs, floods of types and IDs: memory during and after, at two sizes |
| reload, sleep, back/forward cache, offline | pages in Chromium and Firefox, and tabs that Chromium freezes |

[CONTRIBUTING](../CONTRIBUTING.md) has the commands, and [Security](security.md) the promises.
`;
}
