/** `npm run figures`: writes the results of this folder's tests into both READMEs. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { Results } from '../../bench/results.ts';
import type { PeerName } from './peers.ts';
import { names, notes, seenOn, sizes, table, xhr } from './table.ts';

const path = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const read = (file: string) => readFile(path(file), 'utf8');

const english = {
  headline: (client: string, request: string, slowest: string, fastest: string, faults: string) =>
    `${client} for \`SseClient\`, ${request} for \`fetchSse\` alone (min + brotli), no runtime dependency · ` +
    `parses at ${slowest} to ${fastest} times the speed of eventsource-parser, depending on the stream ([figures](#figures)) · ` +
    `[${faults} faults](docs/faults.md), each with a known outcome in Chromium, Firefox and WebKit`,
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
    unavailable: 'comes back after a 503',
    retryAfter: 'waits as `Retry-After` says',
    unauthorized: 'stops asking after a 401',
    status: 'tells the status of a refusal',
    resume: 'resumes, with the last event ID in the',
    named: 'an event named `error` is no failure',
    once: 'sends a POST that broke off only once',
    silence: 'notices a connection gone silent',
    loop: 'is a `for await` loop',
    typed: 'a wrong event name does not compile',
    schemas: 'schemas check payloads',
    tabs: 'one connection for all tabs',
    bindings: 'for React and for Vue',
    node: 'runs in Node 20 as it is',
  },
  notes: [
    `Each library as its documentation says, defaults otherwise, ${seenOn} in Chromium, Firefox and WebKit; [the tests](tests/comparison/rows.ts) look at every cell.`,
    '† ssekit: over `fetch`. Native `EventSource` hides `Retry-After`; `auto` learns it with the attempt after. eventsource: by a `fetch` of yours. sse.js: with `autoReconnect: true`.',
    `Where \`fetch\` cannot stream, [sse.js](${xhr['sse.js'].url}) and [event-source-polyfill](${xhr['event-source-polyfill'].url}) still work; ssekit does not. Who needs the standard and nothing else, in a few bytes, has native \`EventSource\` or eventsource. [Coming from one of them](docs/migration.md).`,
  ],
};

const chinese: typeof english = {
  headline: (client, request, slowest, fastest, faults) =>
    `\`SseClient\` ${client}，单用 \`fetchSse\` ${request}（min + brotli），无运行时依赖 · ` +
    `解析速度为 eventsource-parser 的 ${slowest} 到 ${fastest} 倍，视数据流而定（[数据](#性能)） · ` +
    `[${faults} 种故障](docs/faults.md)，在 Chromium、Firefox 和 WebKit 中结果确定`,
  native: '原生 `EventSource`',
  yes: '是',
  no: '–',
  header: '请求头',
  query: '查询参数',
  none: '不能发送',
  size: 'min + brotli',
  rows: {
    header: '可带自定义请求头',
    post: '可用 POST',
    unavailable: '遇到 503 后能恢复',
    retryAfter: '遵守 `Retry-After`',
    unauthorized: '遇到 401 后不再请求',
    status: '能得知被拒的状态码',
    resume: '续传时，最后的事件 ID 放在',
    named: '名为 `error` 的事件不算故障',
    once: '中断的 POST 不会重发',
    silence: '能发现无声的死连接',
    loop: '可用 `for await`',
    typed: '事件名写错无法编译',
    schemas: '用 schema 校验数据',
    tabs: '所有标签页共用一条连接',
    bindings: '支持 React 和 Vue',
    node: '可直接在 Node 20 运行',
  },
  notes: [
    `各库均按其文档使用，其余为默认值；${seenOn} 在 Chromium、Firefox 和 WebKit 中观察，每一格都由[测试](tests/comparison/rows.ts)核对。`,
    '† ssekit：走 `fetch` 时。原生 `EventSource` 看不到 `Retry-After`，`auto` 会在下一次尝试时得知。eventsource：借助自己的 `fetch`。sse.js：需 `autoReconnect: true`。',
    `在 \`fetch\` 不能流式读取的环境里，[sse.js](${xhr['sse.js'].url}) 和 [event-source-polyfill](${xhr['event-source-polyfill'].url}) 仍可工作，ssekit 不行。只要标准行为、体积越小越好，用原生 \`EventSource\` 或 eventsource 即可。[从这些库迁移](docs/migration.md)。`,
  ],
};

const pages = { 'README.md': english, 'README.zh-CN.md': chinese };
export type Page = keyof typeof pages;

const kB = (bytes: number | undefined) => (bytes === undefined ? '0' : `${(bytes / 1000).toFixed(1)} kB`);

async function headline(words: typeof english, { runtimes, sizes }: Results): Promise<string> {
  const ratios = runtimes
    .filter(({ name }) => !name.startsWith('Firefox'))
    .flatMap(({ cells }) => cells.filter(({ chunk }) => chunk > 1).map(({ ratio }) => ratio));
  const faults = /There are (\d+) faults/.exec(await read('docs/faults.md'))?.[1] ?? '';
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(1));
  return words.headline(kB(sizes.SseClient), kB(sizes.fetchSse), least ?? '', most ?? '', faults);
}

function comparison(words: typeof english, results: Results): string {
  const head = names.map((name) => {
    if (name === 'ssekit') return name;
    const { package: id, version } = sizes[name] ?? { package: '', version: '' };
    return id === ''
      ? words.native
      : `[${name}](https://www.npmjs.com/package/${id}/v/${version}) ${version}`;
  });
  const cell = (row: keyof typeof table, name: PeerName) => {
    const mark = (notes as Partial<Record<string, readonly string[]>>)[row]?.includes(name) ? '†' : '';
    return words[table[row][name] as 'yes'] + mark;
  };
  const rows = Object.entries(words.rows).map(([row, text]) => {
    return [text, ...names.map((name) => cell(row as keyof typeof table, name))];
  });
  rows.push([
    words.size,
    ...names.map((name) => kB(name === 'ssekit' ? results.sizes.SseClient : sizes[name]?.bytes)),
  ]);
  const lines = [['', ...head], ['---', ...names.map(() => '---')], ...rows];
  const links = Object.entries(sizes).map(
    ([name, { package: id, version }]) => `[${name}]: https://www.npmjs.com/package/${id}/v/${version}`,
  );
  const markdown = lines.map((cells) => `| ${cells.join(' | ')} |`);
  return [markdown.join('\n'), ...words.notes, links.join('\n')].join('\n\n');
}

export const readPage = (page: Page): Promise<string> => read(page);

/** The page with the results. */
export async function withComparison(page: Page): Promise<string> {
  const results = JSON.parse(await read('bench/results.json')) as Results;
  const texts = {
    headline: await headline(pages[page], results),
    comparison: comparison(pages[page], results),
  };
  let text = await read(page);
  for (const [name, block] of Object.entries(texts)) {
    const [start, end] = [`<!-- ${name}: start, by npm run figures -->`, `<!-- ${name}: end -->`];
    const [before, rest] = text.split(start);
    const after = rest?.split(end)[1];
    if (before === undefined || after === undefined) throw new Error(`${page} has no place for the ${name}.`);
    text = `${before}${start}\n\n${block}\n\n${end}${after}`;
  }
  return format(text, { ...(await resolveConfig(path(page))), filepath: path(page) });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const page of Object.keys(pages) as Page[]) await writeFile(path(page), await withComparison(page));
}
