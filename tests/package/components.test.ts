import express from 'express';
import { writeFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium } from '../engines/find.ts';
import { createTestServer } from '../server.ts';
import { cleanUp, createProject, onCleanUp, type Project } from './project.ts';

/**
 * R16 in applications as bundlers build them, with connections as the server counts them. Minifiers
 * rename functions, and React's development build calls everything twice.
 */

/** The tokens of all requests of a case, and how many of its streams are open. */
interface Feed {
  readonly tokens: string[];
  open: number;
}

let browser: Browser;
let project: Project;
let origin: string;
const feeds = new Map<string, Feed>();

beforeAll(async () => {
  browser = await launchChromium();
  onCleanUp(() => browser.close());
  project = await createProject(inject('tarball'), 'components');
  const app = express()
    .get('/feed', ({ query, headers }, response) => {
      const feed = feedOf(query.id as string);
      const token = headers.authorization ?? 'no token';
      feed.tokens.push(token);
      feed.open++;
      response.once('close', () => feed.open--);
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(`data: ${token}\n\n`);
    })
    .get('/page/:build', ({ params: { build } }, response) =>
      response.send(
        `<title>${build}</title><main></main><script type=module src=/${build}/main.js></script>`,
      ),
    )
    .get('/favicon.ico', (_request, response) => response.sendStatus(204))
    .use(express.static(`${project.folder}/dist`));
  const server = await createTestServer(app);
  onCleanUp(() => server.close());
  ({ origin } = server);
});
afterAll(cleanUp);

/** By case, the connections that the server counted in each build. */
const counted = new Map<string, Map<string, number>>();

/** `CONNECTIONS=table.md npm run test:package` writes them as a table. */
afterAll(async () => {
  const file = process.env.CONNECTIONS;
  if (file === undefined) return;
  const builds = [...new Set([...counted.values()].flatMap((row) => [...row.keys()]))];
  const lines = [
    ['connections', ...builds],
    ['-', ...builds.map(() => '-')],
    ...Array.from(counted, ([name, row]) => [name, ...builds.map((build) => String(row.get(build) ?? ''))]),
  ];
  await writeFile(file, lines.map((cells) => `| ${cells.join(' | ')} |\n`).join(''));
});

function feedOf(id: string): Feed {
  const feed = feeds.get(id) ?? { tokens: [], open: 0 };
  feeds.set(id, feed);
  return feed;
}

describe.for([
  ['vite', 'react-latest-development'],
  ['vite', 'react-latest-production'],
  ['vite', 'react-18-development'],
  ['vite', 'react-18-production'],
  ['vite', 'vue-latest-development'],
  ['vite', 'vue-latest-production'],
  ['vite', 'vue-3.3-production'],
  ['webpack', 'react-latest-production'],
  ['webpack', 'react-18-production'],
  ['webpack', 'vue-latest-production'],
] as const)('%s, %s', ([bundler, variant]) => {
  const build = `${bundler}-${variant}`;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    page = await browser.newPage();
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await project.node(
      ...(bundler === 'vite'
        ? ['node_modules/vite/bin/vite.js', 'build', '--mode', variant]
        : ['node_modules/webpack/bin/webpack.js', '--env', `variant=${variant}`]),
    );
  });
  afterAll(() => page.close());

  test.for<[string, string, string[], string[]]>([
    ['functions of two lazy routes', 'routes', ['admin admin', 'user user'], ['admin', 'user']],
    ['functions with the same text and other values', 'captured', ['a a', 'b b'], ['a', 'b']],
    ['a function of the module', 'common', ['a common', 'b common', 'c common'], ['common']],
    ['equal plain options', 'plain', ['a plain', 'b plain'], ['plain']],
    ['a key instead of the functions', 'keyed', ['a a', 'b a'], ['a']],
    ['one that waits for a lazy neighbour', 'suspended', ['a common', 'admin admin'], ['admin', 'common']],
    ['a new function on each render', 'rendered', ['render 2 own'], ['own']],
    ['one of two gets its own function', 'replaced', ['a common', 'render 2 own'], ['common', 'own']],
  ])('%s: connections', async ([title, name, shown, tokens]) => {
    const id = `${build}-${name}`;
    await page.goto(`${origin}/page/${build}?case=${name}&id=${id}`);
    const button = page.getByRole('button');
    if (name === 'rendered' || name === 'replaced') {
      await page.getByText(/^render 1 \w/).waitFor();
      await button.click();
    }
    await expect.poll(() => page.locator('p').allInnerTexts(), { timeout: 15_000 }).toEqual(shown);
    await page.evaluate('leave()');
    await expect.poll(() => feedOf(id).open).toBe(0);
    const row = counted.get(title) ?? new Map<string, number>();
    counted.set(title, row.set(build, feedOf(id).tokens.length));
    expect(feedOf(id).tokens.sort()).toEqual(tokens);
    expect(errors).toEqual([]);
  });
});
