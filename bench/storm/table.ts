/** The table of docs/scaling.md. */
import type { Results } from './results.ts';

const START = '<!-- storm: start, by npm run bench:storm -->';
const END = '<!-- storm: end -->';

const millions = (count: number) => `${(count / 1e6).toFixed(2)} M`;

function table({ outcomes, seconds }: Results): string {
  return [
    '| policy | most arrivals in a second | 99 % back after | attempts in all |',
    '| --- | --: | --: | --: |',
    ...outcomes.map(({ name, peak, back99, back, attempts }) => {
      const time =
        back99 === null
          ? `never (${Math.round((back.at(-1) ?? 0) * 100)} % after ${seconds} s)`
          : `${Math.round(back99)} s`;
      return `| ${name} | ${millions(peak)} | ${time} | ${millions(attempts)} |`;
    }),
  ].join('\n');
}

/** The page with the table of these results. */
export function withTable(page: string, results: Results): string {
  const [before, rest] = page.split(START);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error('The page has no place for the table.');
  return `${before}${START}\n\n${table(results)}\n\n${END}${after}`;
}
