/**
 * `npm run figures`: writes the results of this folder's tests into docs/comparison.md, and the
 * headline into the READMEs and the site's first page, and a short table into the READMEs. All in
 * both languages.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { Results } from '../../bench/results.ts';
import type { PeerName } from './peers.ts';
import { names, notes, seenOn, sizes, table, xhr } from './table.ts';

const path = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const read = (file: string) => readFile(path(file), 'utf8');

type RowName = keyof typeof table;

/** What the READMEs show, besides the sizes. docs/comparison.md shows everything. */
const shortRows: readonly RowName[] = ['header', 'unavailable', 'unauthorized', 'once', 'tabs'];
const shortNames: readonly PeerName[] = [
  'ssekit',
  'EventSource',
  'fetch-event-source',
  'eventsource',
  'eventsource-client',
  'event-source-polyfill',
];

const english = {
  headline: (client: string, request: string, slowest: string, fastest: string, faults: string) =>
    `${client} for \`SseClient\`, ${request} for \`fetchSse\` (min + brotli), no dependencies · ` +
    `parses ${slowest} to ${fastest} times as fast as eventsource-parser ([figures](performance.md)) · ` +
    `[${faults} faults](faults.md), each tested in Chromium, Firefox and WebKit`,
  native: 'native `EventSource`',
  yes: 'yes',
  no: '–',
  header: 'header',
  query: 'query',
  none: 'sends none',
  size: 'min + brotli',
  rows: {
    header: 'sends your headers',
    post: 'sends a POST',
    unavailable: 'reconnects after a 503',
    retryAfter: 'waits as long as `Retry-After` says',
    unauthorized: 'stops after a 401',
    status: 'reports the status of a refusal',
    resume: 'resumes, with the last event ID in the',
    named: 'takes an event named `error` for an event, not a failure',
    once: 'never repeats a POST that broke off',
    silence: 'detects a connection that died silently',
    loop: 'has a `for await` loop',
    typed: "a misspelt event name doesn't compile",
    schemas: 'checks payloads with schemas',
    tabs: 'shares one connection between tabs',
    bindings: 'has hooks for React and Vue',
    node: 'runs in Node 20 without a polyfill',
  },
  notes: [
    `Each library is used as its documentation says, with defaults otherwise. Seen on ${seenOn} in Chromium, Firefox and WebKit; [tests](../tests/comparison/rows.ts) check every cell.`,
    '† ssekit: over `fetch`. Native `EventSource` hides `Retry-After`, so `auto` learns it from the next attempt. eventsource: with your own `fetch`. sse.js: with `autoReconnect: true`.',
    `[sse.js](${xhr['sse.js'].url}) and [event-source-polyfill](${xhr['event-source-polyfill'].url}) also work where \`fetch\` can't stream; ssekit does with \`xhrTransport\` of \`ssekit/xhr\`. If standard behaviour is all you need, use native \`EventSource\` or eventsource: they're smaller. [Coming from one of them](migration.md).`,
  ],
  short: `[All rows, libraries and versions](docs/comparison.md), with the tests behind them. † with your own \`fetch\`.`,
};

const chinese: typeof english = {
  headline: (client, request, slowest, fastest, faults) =>
    `\`SseClient\` ${client}，\`fetchSse\` ${request}（min + brotli），无依赖 · ` +
    `解析速度是 eventsource-parser 的 ${slowest} 到 ${fastest} 倍（[数据](performance.zh-CN.md)） · ` +
    `[${faults} 种故障](faults.md)，都在 Chromium、Firefox 和 WebKit 中测过`,
  native: '原生 `EventSource`',
  yes: '是',
  no: '–',
  header: '请求头',
  query: '查询参数',
  none: '不能发送',
  size: 'min + brotli',
  rows: {
    header: '能带自定义请求头',
    post: '能发 POST',
    unavailable: '遇到 503 后会重连',
    retryAfter: '遵守 `Retry-After`',
    unauthorized: '遇到 401 后不再请求',
    status: '能得知被拒的状态码',
    resume: '续传时，最后事件 ID 放在',
    named: '名为 `error` 的事件不算故障',
    once: '中断的 POST 不会重发',
    silence: '能发现悄悄断掉的连接',
    loop: '可用 `for await`',
    typed: '事件名写错，编译不过',
    schemas: '用 schema 校验数据',
    tabs: '标签页之间共用一个连接',
    bindings: '有 React 和 Vue 的 hook',
    node: '不加 polyfill 就能在 Node 20 运行',
  },
  notes: [
    `各库均按其文档使用，其余为默认值。${seenOn} 在 Chromium、Firefox 和 WebKit 中观察，每一格都由[测试](../tests/comparison/rows.ts)核对。`,
    '† ssekit：走 `fetch` 时。原生 `EventSource` 看不到 `Retry-After`，`auto` 要到下一次尝试才知道。eventsource：需要你自己的 `fetch`。sse.js：需要 `autoReconnect: true`。',
    `在 \`fetch\` 不能流式读取的环境里，[sse.js](${xhr['sse.js'].url}) 和 [event-source-polyfill](${xhr['event-source-polyfill'].url}) 也能工作；ssekit 要用 \`ssekit/xhr\` 的 \`xhrTransport\`。只要标准行为，就用原生 \`EventSource\` 或 eventsource：体积更小。[从这些库迁移](migration.zh-CN.md)。`,
  ],
  short: `[全部对比项、库和版本](docs/comparison.zh-CN.md)，以及背后的测试。† 需要你自己的 \`fetch\`。`,
};

const kB = (bytes: number | undefined) => (bytes === undefined ? '0' : `${(bytes / 1000).toFixed(1)} kB`);

async function headline(words: typeof english, { runtimes, sizes }: Results): Promise<string> {
  const ratios = runtimes
    .filter(({ name }) => !name.startsWith('Firefox'))
    .flatMap(({ cells }) => cells.filter(({ chunk }) => chunk > 1).map(({ ratio }) => ratio));
  const faults = /There are (\d+) faults/.exec(await read('docs/faults.md'))?.[1] ?? '';
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(1));
  return words.headline(kB(sizes.SseClient), kB(sizes.fetchSse), least ?? '', most ?? '', faults);
}

/** The rows and the sizes, as Markdown. */
function verdicts(
  words: typeof english,
  { sizes: ours }: Results,
  shown: readonly PeerName[],
  rowNames: readonly RowName[],
  head: (name: PeerName) => string,
): string {
  const cell = (row: RowName, name: PeerName) => {
    const mark = notes[row]?.includes(name) ? '†' : '';
    return words[table[row][name] as 'yes'] + mark;
  };
  const lines = [
    ['', ...shown.map(head)],
    ['---', ...shown.map(() => '---')],
    ...rowNames.map((row) => [words.rows[row], ...shown.map((name) => cell(row, name))]),
    [words.size, ...shown.map((name) => kB(name === 'ssekit' ? ours.SseClient : sizes[name]?.bytes))],
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const short = (words: typeof english, results: Results): string =>
  [
    verdicts(words, results, shortNames, shortRows, (name) => (name === 'EventSource' ? words.native : name)),
    words.short,
  ].join('\n\n');

function complete(words: typeof english, results: Results): string {
  const head = (name: PeerName) => {
    const { package: id, version } = sizes[name] ?? { package: '', version: '' };
    if (id === '') return name === 'ssekit' ? name : words.native;
    return `[${name}](https://www.npmjs.com/package/${id}/v/${version}) ${version}`;
  };
  const rows = Object.keys(words.rows) as RowName[];
  return [verdicts(words, results, names, rows, head), ...words.notes].join('\n\n');
}

type Write = (results: Results) => string | Promise<string>;

const readme = (words: typeof english): Readonly<Record<string, Write>> => ({
  headline: async (results) => (await headline(words, results)).replaceAll('](', '](docs/'),
  comparison: (results) => short(words, results),
});
const front = (words: typeof english): Readonly<Record<string, Write>> => ({
  headline: (results) => headline(words, results),
});
const comparison = (words: typeof english): Readonly<Record<string, Write>> => ({
  comparison: (results) => complete(words, results),
});

/** The pages that show results, and who writes each of their parts. */
export const pages = {
  'README.md': readme(english),
  'README.zh-CN.md': readme(chinese),
  'docs/index.md': front(english),
  'docs/index.zh-CN.md': front(chinese),
  'docs/comparison.md': comparison(english),
  'docs/comparison.zh-CN.md': comparison(chinese),
} as const;
export type Page = keyof typeof pages;

export const readPage = (page: Page): Promise<string> => read(page);

/** The page with the results. */
export async function withComparison(page: Page): Promise<string> {
  const results = JSON.parse(await read('bench/results.json')) as Results;
  let text = await read(page);
  for (const [name, write] of Object.entries(pages[page])) {
    const [start, end] = [`<!-- ${name}: start, by npm run figures -->`, `<!-- ${name}: end -->`];
    const [before, rest] = text.split(start);
    const after = rest?.split(end)[1];
    if (before === undefined || after === undefined) throw new Error(`${page} has no place for the ${name}.`);
    text = `${before}${start}\n\n${await write(results)}\n\n${end}${after}`;
  }
  return format(text, { ...(await resolveConfig(path(page))), filepath: path(page) });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const page of Object.keys(pages) as Page[]) await writeFile(path(page), await withComparison(page));
}
