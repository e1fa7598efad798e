import solid from 'vite-plugin-solid';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { existsSync } from 'node:fs';
import { build, type Plugin } from 'vite';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { launchChromium } from '../engines/find.ts';
import { createTestServer, type Middleware, type TestServer } from '../server.ts';
import { unchecked } from '../../unchecked.ts';
import { read, root } from './snippets.ts';

/**
 * The recipes for other frameworks and for state libraries: the code of the pages itself, built by
 * Vite for production, in Chromium.
 */

const pages = ['docs/recipes/frameworks.md', 'docs/recipes/state.md'];

/** Each recipe, the text that it shows in the end, and how the stream begins for it. */
const recipes = {
  svelte: '43',
  solid: '43',
  angular: '43',
  'angular-zoneless': '43',
  'to-signal': '43',
  'to-signal-zoneless': '43',
  lit: '43',
  alpine: '43',
  query: '43',
  'streamed-query': 'Hello',
  swr: '43',
  redux: '43',
  zustand: '43',
  pinia: '43',
} as const;

/** A recipe's block, of any language. */
function block(name: string): { readonly language: string; readonly code: string } {
  const pattern = new RegExp(`^<!-- run: ${name} -->\\n+\`\`\`(\\w+)\\n(.*?)^\`\`\`$`, 'ms');
  const found = pages.map((page) => pattern.exec(read(page))).find((match) => match !== null);
  if (!found) throw new Error(`No recipe is marked <!-- run: ${name} -->.`);
  const [, language = '', code = ''] = found;
  return { language, code };
}

/** `recipe:lit` is the module of that recipe; of HTML its script, and `recipe:x:markup` the rest. */
const fromPages: Plugin = {
  name: 'ssekit-recipes',
  enforce: 'pre',
  resolveId(source) {
    const [scheme, name = '', part] = source.split(':');
    if (scheme !== 'recipe') return undefined;
    const { language } = block(name);
    const ending = language !== 'html' ? language : part === 'markup' ? 'markup.js' : 'js';
    // Where npm packages are found. Nothing is there. The package says that its files have no side
    // effects, but a recipe may.
    return { id: `${root}docs/recipe/${name}.${ending}`, moduleSideEffects: true };
  },
  load(id) {
    const [, name, ending] = /docs\/recipe\/([\w-]+)\.([\w.]+)$/.exec(id) ?? [];
    if (name === undefined) return undefined;
    const { language, code } = block(name);
    if (language !== 'html') return code;
    const [markup = '', script = ''] = code.split('<script type="module">');
    return ending === 'js' ? script.replace('</script>', '') : `export default ${JSON.stringify(markup)};`;
  },
};

const built = new Map<string, string>();
async function buildAll(): Promise<void> {
  const result = await build({
    configFile: false,
    root,
    logLevel: 'error',
    publicDir: false,
    define: {
      __VUE_OPTIONS_API__: true,
      __VUE_PROD_DEVTOOLS__: false,
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false,
    },
    oxc: { decorator: { legacy: true } },
    resolve: {
      alias: [
        { find: /^ssekit$/, replacement: `${root}src/index.ts` },
        { find: /^ssekit\/(\w+)$/, replacement: `${root}src/$1.ts` },
      ],
    },
    plugins: [
      fromPages,
      unchecked(),
      svelte({ configFile: false, compilerOptions: { runes: true } }),
      solid({ include: /solid\.tsx$/ }),
    ],
    build: {
      write: false,
      modulePreload: false,
      rolldownOptions: {
        input: Object.fromEntries(
          Object.keys(recipes).map((name) => [name, `${root}tests/docs/recipes/${name}.js`]),
        ),
        output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  });
  for (const { output } of [result].flat() as { output: { fileName: string; code?: string }[] }[])
    for (const { fileName, code = '' } of output) built.set(`/${fileName}`, code);
}

/** The open streams of each recipe, by the path of its page. */
const open = new Map<string, number>();

const routes: Middleware = (request, response, next) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const code = built.get(pathname);
  if (code !== undefined) response.writeHead(200, { 'content-type': 'text/javascript' }).end(code);
  else if (pathname.startsWith('/page/')) {
    const name = pathname.slice('/page/'.length);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<title>${name}</title><main></main><script type=module src=/${name}.js></script>`);
  } else if (pathname === '/favicon.ico') response.writeHead(204).end();
  else if (pathname === '/api/price')
    response.setHeader('content-type', 'application/json').end('{"symbol":"ACME","price":41}');
  else if (pathname === '/api/prices' || pathname === '/api/chat') {
    const name = new URL(request.headers.referer ?? '').pathname.slice('/page/'.length);
    open.set(name, (open.get(name) ?? 0) + 1);
    response.once('close', () => open.set(name, (open.get(name) ?? 0) - 1));
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    // The stream stays open.
    response.write(eventsFor(name).join(''));
  } else next();
};

/** Recipes of frameworks show the text of an event, the others read JSON. */
function eventsFor(name: string): string[] {
  if (name === 'streamed-query')
    return ['Hel', 'lo'].map(
      (content) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`,
    );
  const isJson = block(name.replace('-zoneless', '')).code.includes("decode: 'json'");
  return [42, 43].map((price) => {
    const data = isJson ? JSON.stringify({ symbol: 'ACME', price }) : String(price);
    return `event: tick\ndata: ${data}\n\n`;
  });
}

let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  vi.stubEnv('NODE_ENV', 'production');
  await buildAll();
  vi.unstubAllEnvs();
  server = await createTestServer(routes);
  browser = await launchChromium();
}, 120_000);

afterAll(async () => {
  await browser.close();
  await server.close();
});

describe('the recipe', () => {
  test.for(Object.entries(recipes))(
    '%s shows what arrives, and closes its connection when it has left',
    { timeout: 30_000 },
    async ([name, text]) => {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) errors.push(message.text());
      });
      await page.goto(`${server.origin}/page/${name}`);
      // Also in a shadow tree.
      const shown = async () => ({ text: await page.locator('main p').innerText(), errors });
      await expect.poll(shown, { timeout: 10_000 }).toEqual({ text, errors: [] });
      expect(open.get(name)).toBe(1);
      await page.evaluate('leave()');
      await expect.poll(() => open.get(name), { timeout: 10_000 }).toBe(0);
      expect(errors).toEqual([]);
      await page.close();
    },
  );

  test('is in both languages, and each has its harness', () => {
    for (const name of Object.keys(recipes))
      expect(existsSync(`${root}tests/docs/recipes/${name}.js`), name).toBe(true);
  });
});
