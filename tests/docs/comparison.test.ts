import { readdirSync, readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { peers, type Peer } from '../comparison/peers.ts';
import { pages, readPage, withComparison, type Page } from '../comparison/pages.ts';
import { observe, runs } from '../comparison/rows.ts';
import { names, sizes, table, xhr } from '../comparison/table.ts';
import { createTestServer } from '../server.ts';
import { compile } from './compile.ts';
import { root } from './snippets.ts';

/**
 * The part of docs/comparison.md that needs no browser. tests/browser/comparison.test.ts has
 * the rest.
 */

const libraries = Object.entries(sizes);
const folder = (id: string) => `${root}node_modules/${id}`;

describe('the comparison', () => {
  test.for(Object.keys(pages) as Page[])(
    'of %s is the one that was seen: npm run figures writes it',
    async (page) => {
      expect(await readPage(page)).toBe(await withComparison(page));
    },
  );

  test.for(libraries)('is of the version of %s that is installed', ([, { package: id, version }]) => {
    expect(JSON.parse(readFileSync(`${folder(id)}/package.json`, 'utf8'))).toMatchObject({ version });
  });

  test.for(libraries)('has the size of %s', async ([, library]) => {
    const { outputFiles } = await build({
      stdin: { contents: `export { ${library.import} } from '${library.package}'`, resolveDir: root },
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      write: false,
      logLevel: 'silent',
    });
    expect(brotliCompressSync(outputFiles[0]?.contents ?? '').length).toBe(library.bytes);
  });

  test.for(Object.values(xhr))('links to the line of $file', ({ file, line, code, url }) => {
    expect(readFileSync(folder(file), 'utf8').split('\n')[line - 1]).toContain(code);
    expect(url).toMatch(new RegExp(`#L${line}$`));
  });
});

test('what runs in Node without a polyfill', async () => {
  const server = await createTestServer();
  const seen = Object.entries(peers).map(async ([name, peer]: [string, Peer]) => {
    return [name, await observe(server.origin, runs, peer).catch(() => 'no')] as const;
  });
  expect(Object.fromEntries(await Promise.all(seen))).toEqual(table.node);
  await server.close();
});

/** The files a library publishes, without its dependencies. */
function published(id: string): string {
  const own = readdirSync(folder(id), { recursive: true, encoding: 'utf8' }).filter(
    (file) => /(?<!\.test)\.[cm]?[jt]s$/.test(file) && !file.includes('node_modules'),
  );
  expect(own.length).toBeGreaterThan(0);
  return own.map((file) => readFileSync(`${folder(id)}/${file}`, 'utf8')).join('\n');
}

const signs = {
  schemas: /['"]~standard['"]/,
  tabs: /\b(BroadcastChannel|SharedWorker|navigator\.locks)\b/,
  bindings: /from ['"](react|vue)['"]|require\(['"](react|vue)['"]\)/,
} as const;

test.for(Object.entries(signs) as [keyof typeof signs, RegExp][])('who has %s', ([row, sign]) => {
  const files = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' });
  const ours = files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(`${root}src/${file}`, 'utf8'));
  const has = libraries.map(([name, { package: id }]) => [name, sign.test(published(id)) ? 'yes' : 'no']);
  // Browsers are known to have neither.
  const all = [['ssekit', sign.test(ours.join('\n')) ? 'yes' : 'no'], ['EventSource', 'no'], ...has];
  expect(Object.fromEntries(all)).toEqual(table[row]);
});

/**
 * Each listens to an event that doesn't exist, on a stream of `tick`, with types as precise as the
 * library allows.
 */
const misspelt: Record<(typeof names)[number], string> = {
  ssekit: `import { SseClient } from 'ssekit'; new SseClient<{ tick: string }>('/').on('tik', () => {});`,
  EventSource: `new EventSource('/').addEventListener('tik', () => {});`,
  'fetch-event-source': `import { fetchEventSource } from '@microsoft/fetch-event-source';
    void fetchEventSource('/', { onmessage({ event }) { if (event === 'tik') return; } });`,
  eventsource: `import { EventSource } from 'eventsource'; new EventSource('/').addEventListener('tik', () => {});`,
  'eventsource-client': `import { createEventSource } from 'eventsource-client';
    createEventSource({ url: '/', onMessage({ event }) { if (event === 'tik') return; } });`,
  'sse.js': `import { SSE } from 'sse.js'; new SSE('/').addEventListener('tik', () => {});`,
  'event-source-polyfill': `import { EventSourcePolyfill } from 'event-source-polyfill';
    new EventSourcePolyfill('/').addEventListener('tik', () => {});`,
  'reconnecting-eventsource': `import Source from 'reconnecting-eventsource'; new Source('/').addEventListener('tik', () => {});`,
};

test('in which a wrong event name does not compile', { timeout: 120_000 }, () => {
  // Numbered, because two names differ only in case.
  const fileOf = (name: keyof typeof misspelt) => `misspelt.${names.indexOf(name)}.ts`;
  const problems = compile(new Map(names.map((name) => [fileOf(name), misspelt[name]])));
  const seen = names.map((name) => {
    const errors = problems.get(fileOf(name))?.match(/error TS.*/g) ?? [];
    // Only this error is allowed.
    for (const error of errors) expect(error).toContain('"tik"');
    return [name, errors.length > 0 ? 'yes' : 'no'];
  });
  expect(Object.fromEntries(seen)).toEqual(table.typed);
});
