/** `npm run figures`: writes the tables of bench/README.md and docs/performance.md from results.json. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { goals } from './goals.ts';
import { chineseClients, clientDetails, clientOverview, englishClients } from './end-to-end/tables.ts';
import type { Cell, Other, Results } from './results.ts';
import { table } from './table.ts';

const path = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url));

const START = '<!-- figures: start, from bench/results.json by npm run figures -->';
const END = '<!-- figures: end -->';

const chunkName = (bytes: number) =>
  bytes < 1000 ? `${bytes} B` : `${Number((bytes / 1024).toFixed(1))} KiB`;

const english = {
  stream: 'stream',
  names: { tokens: 'tokens', ticks: 'ticks', large: 'large', CJK: 'CJK', 'keep-alives': 'keep-alives' },
  import: 'import',
  size: 'min + brotli',
  everything: 'everything',
  clients: englishClients,
  from: ({ peer, date, machine }: Results) =>
    `Compared with ${peer}, ${date}, ${machine}. Above 1, ssekit is faster.`,
};
const chinese: typeof english = {
  stream: '数据流',
  names: { tokens: '逐字输出', ticks: '行情', large: '大事件', CJK: '中文', 'keep-alives': '心跳' },
  import: '引入',
  size: '压缩后（min + brotli）',
  everything: '全部',
  clients: chineseClients,
  from: ({ peer, date, machine }) => `与 ${peer} 相比，${date}，${machine}。大于 1 表示 ssekit 更快。`,
};

/** For docs/performance.md: ratios and sizes. */
function overview(results: Results, words: typeof english): string {
  const chunks = [65536, 1400, 7];
  const shown = results.runtimes.filter(({ name }) => !name.startsWith('Firefox'));
  const ratioOf = (cells: readonly Cell[], stream: string, chunk: number) =>
    (cells.find((cell) => cell.stream === stream && cell.chunk === chunk)?.ratio ?? NaN).toFixed(1);
  return [
    table(
      [words.stream, ...shown.flatMap(({ name }) => chunks.map((chunk) => `${name}, ${chunkName(chunk)}`))],
      Object.entries(words.names).map(([stream, name]) => [
        name,
        ...shown.flatMap(({ cells }) => chunks.map((chunk) => ratioOf(cells, stream, chunk))),
      ]),
    ),
    words.from(results),
    ...clientOverview(results, words.clients),
    table(
      [words.import, words.size],
      Object.entries(results.sizes).map(([name, bytes]) => [
        name === 'everything' ? words.everything : `\`${name}\``,
        `${(bytes / 1000).toFixed(1)} kB`,
      ]),
    ),
  ].join('\n\n');
}

/** For bench/README.md: every result with its range. */
function details(results: Results): string {
  const { runtimes, rounds, peer, date, machine } = results;
  const ns = (value: number) => value.toLocaleString('en');
  return [
    ...clientDetails(results),
    ...goals(results),
    '### The parser',
    `${peer}, ${date}, ${machine}, ${rounds} rounds.`,
    ...runtimes.flatMap(({ name, clock, cells, growth, others = [] }) => [
      `#### ${name}, ${clock}`,
      table(
        [
          'stream',
          'chunk',
          'ssekit, ns per event',
          'peer, ns per event',
          'ratio',
          'half of the rounds',
          'floor, ns per event',
          'peer to floor',
        ],
        cells.map(({ stream, chunk, ours, theirs, ratio, low, high, floor = NaN }) => [
          stream,
          chunkName(chunk),
          ns(ours),
          ns(theirs),
          ratio.toFixed(2),
          `${low.toFixed(2)}–${high.toFixed(2)}`,
          ns(floor),
          (theirs / floor).toFixed(2),
        ]),
      ),
      table(
        ['one line of 8 MiB, in chunks', 'ssekit, ms', 'peer, ms', 'only copied and decoded, ms'],
        growth.map(({ chunks, ours, theirs, floor }) => [
          ns(chunks),
          (ours / 1e6).toFixed(1),
          (theirs / 1e6).toFixed(1),
          floor === undefined ? '' : (floor / 1e6).toFixed(1),
        ]),
      ),
      ...(others.length > 0 ? [otherParsers(others)] : []),
    ]),
  ].join('\n\n');
}

/** How many times as long other parsers take. */
function otherParsers(others: readonly Other[]): string {
  const columns = [...new Set(others.map(({ stream, chunk }) => `${stream}, ${chunkName(chunk)}`))];
  const parsers = [...new Set(others.map(({ parser }) => parser))];
  return table(
    ['how many times as long as ssekit', ...columns],
    parsers.map((name) => [
      name,
      ...others.filter(({ parser }) => parser === name).map(({ ratio }) => ratio.toFixed(1)),
    ]),
  );
}

/** The pages that show figures, and the function that writes each page's figures. */
export const pages: Readonly<Record<string, (results: Results) => string>> = {
  'docs/performance.md': (results) => overview(results, english),
  'docs/performance.zh-CN.md': (results) => overview(results, chinese),
  'bench/README.md': details,
};

export async function readPage(file: string): Promise<string> {
  return readFile(path(file), 'utf8');
}

/** The page with the figures of results.json. */
export async function withFigures(file: string): Promise<string> {
  const results = JSON.parse(await readPage('bench/results.json')) as Results;
  const page = await readPage(file);
  const [before, rest] = page.split(START);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${file} has no place for figures.`);
  const text = `${before}${START}\n\n${pages[file]?.(results) ?? ''}\n\n${END}${after}`;
  return format(text, { ...(await resolveConfig(path(file))), filepath: path(file) });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const file of Object.keys(pages)) await writeFile(path(file), await withFigures(file));
}
