import { AxeBuilder } from '@axe-core/playwright';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { posix } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../engines/find.ts';
import { allExports, nameOfModule } from './exports.ts';
import { documents, read, root } from './snippets.ts';

/** The site that `npm run docs:build` builds, without a dead link, in Chromium. */

const folder = `${root}dist-docs`;

/** The address of a page of docs on the site. */
const addressOf = (file: string) =>
  file
    .slice('docs/'.length)
    .replace(/^(.*)\.zh-CN\.md$/, 'zh/$1.md')
    .replace(/\.md$/, '.html');

/** Every page of docs, and the READMEs, which are the pages `start`. */
const pages = documents.map((file) => {
  const place = file.startsWith('README') ? file.replace('README', 'docs/start') : file;
  const title = /^# (.+)$/m.exec(read(file))?.[1] ?? '';
  return { file, title, address: addressOf(place), lang: file.endsWith('.zh-CN.md') ? 'zh-CN' : 'en' };
});

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

let server: Server;
let browser: Browser;
/** Keeps what it has loaded. */
let visitor: BrowserContext;
let origin: string;
/** The files that browsers have asked for. */
const served = new Set<string>();

beforeAll(async () => {
  await promisify(execFile)('npm', ['run', 'docs:build'], { cwd: root, shell: process.platform === 'win32' });
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = folder + decodeURIComponent(pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    if (!existsSync(file)) response.writeHead(404).end();
    else {
      served.add(file);
      response.writeHead(200, { 'content-type': types[posix.extname(file)] }).end(readFileSync(file));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchChromium();
  visitor = await browser.newContext();
}, 600_000);

afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

/**
 * Opens a page, lets the callback look at it, and fails if it reported an error. With `options`, for
 * a visitor who comes for the first time.
 */
async function visit(
  address: string,
  look: (page: Page) => Promise<void>,
  options?: BrowserContextOptions,
): Promise<void> {
  const context = options ? await browser.newContext(options) : visitor;
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  try {
    await page.goto(`${origin}/${address}`, { waitUntil: 'load' });
    await look(page);
    expect(errors).toEqual([]);
  } finally {
    await (options ? context : page).close();
  }
}

describe('a page of the site', () => {
  test.for(pages)('$address shows its title in its language', { timeout: 30_000 }, (each) =>
    visit(each.address, async (page) => {
      expect(await page.locator('html').getAttribute('lang')).toBe(each.lang);
      const title = page.locator('h1').first();
      // Without the link of the heading and the marks of code.
      const text = (await title.textContent())?.replaceAll(/[\u200b#]/g, '').trim();
      expect(text).toBe(each.title.replaceAll('`', ''));
    }),
  );

  test('is in the sidebar of its language', () => {
    const links = (file: string) =>
      new Set(
        [...readFileSync(`${folder}/${file}`, 'utf8').matchAll(/href="\/([^"#]+\.html)"/g)].map(
          ([, link]) => link,
        ),
      );
    for (const { address, lang } of pages) {
      expect(links(lang === 'en' ? 'guide.html' : 'zh/guide.html')).toContain(address);
    }
  });
});

test.for([...new Set(allExports().map(({ entry }) => entry))])(
  'the API reference has every export of %s, and is in both sidebars',
  (entry) => {
    const address = `api/${nameOfModule(entry)}.html`;
    const html = readFileSync(`${folder}/${address}`, 'utf8');
    const headings = [...html.matchAll(/<h3 id="[^"]+"[^>]*>(\w+)/g)].map(([, name]) => name);
    const names = allExports().filter((each) => each.entry === entry);
    for (const { name } of names) expect(headings).toContain(name);
    for (const page of ['guide.html', 'zh/guide.html'])
      expect(readFileSync(`${folder}/${page}`, 'utf8')).toContain(`href="/${address}"`);
  },
);

test('every link of the site leads to a page, and to an anchor of it', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.html') && !file.startsWith('demo/'));
  const html = new Map(files.map((file) => [file, readFileSync(`${folder}/${file}`, 'utf8')]));
  const dead = files.flatMap((file) =>
    [...(html.get(file)?.matchAll(/<a [^>]*href="([^"]+)"/g) ?? [])]
      .map(([, link = '']) => link)
      .filter((link) => {
        if (/^[a-z]+:/.test(link)) return false;
        const [path = '', anchor] = decodeURIComponent(link).split('#');
        const target = path === '' ? file : path.slice(1).replace(/(^|\/)$/, '$1index.html');
        const text = html.get(target);
        // The menu of languages also leads to pages that aren't translated.
        if (text === undefined) return !html.has(target.replace(/^zh\//, ''));
        return anchor !== undefined && anchor !== '' && !text.includes(`id="${anchor}"`);
      })
      .map((link) => `${file}: ${link}`),
  );
  expect(files.length).toBeGreaterThan(40);
  expect(dead).toEqual([]);
});

test('llms.txt links to pages of the site, and llms-full.txt has every English page', () => {
  const list = readFileSync(`${folder}/llms.txt`, 'utf8');
  const links = [...list.matchAll(/^- \[[^\]]+\]\(([^)]+)\)/gm)].map(([, link = '']) => link);
  expect(links.length).toBeGreaterThan(20);
  for (const link of links) expect(existsSync(`${folder}/${link}`), link).toBe(true);
  const full = readFileSync(`${folder}/llms-full.txt`, 'utf8');
  for (const { file, lang } of pages) if (lang === 'en') expect(full.includes(read(file)), file).toBe(true);
});

describe('the search', () => {
  test.for([
    ['', 'nginx', 'recipes/servers.html'],
    ['', 'token', 'recipes/auth.html'],
    ['', 'useSecondsToRetry', 'api/ssekit/react.html#usesecondstoretry'],
    ['zh/', 'nginx', 'zh/recipes/servers.html'],
    ['zh/', '小程序', 'zh/'],
    // The pages have 断线自动重连.
    ['zh/', '断线重连', 'zh/'],
  ] as const)('of /%s finds %s', { timeout: 30_000 }, ([start, query, found]) =>
    visit(start, async (page) => {
      await page.locator('#local-search button').first().click();
      await page.locator('#localsearch-input').fill(query);
      await page.locator('.results .result').first().waitFor();
      const links = page.locator('.results .result');
      const targets = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
      expect(targets.some((target) => target.startsWith(`/${found}`))).toBe(true);
    }),
  );
});

describe('the first page', () => {
  test.for(['', 'zh/'])('of /%s weighs less than 200 kB without the demo', { timeout: 30_000 }, (start) => {
    served.clear();
    const weigh = async (page: Page) => {
      await page.waitForLoadState('networkidle');
      const files = [...served].filter((file) => !file.includes('/demo/'));
      const sizes = files.map((file) => gzipSync(readFileSync(file)).length);
      expect(sizes.length).toBeGreaterThan(3);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200_000);
    };
    return visit(start, weigh, {});
  });

  test('types its text and survives a fault', { timeout: 30_000 }, () =>
    visit('', async (page) => {
      const demo = page.frameLocator('iframe.demo');
      await page.locator('iframe.demo').scrollIntoViewIfNeeded();
      await demo.locator('#typed').waitFor();
      await demo.locator('#faults button').first().click();
      await demo.locator('#lamp[data-status="reconnecting"]').waitFor();
      await demo.locator('#heal').click();
      await demo.locator('#lamp[data-status="open"]').waitFor();
    }),
  );
});

test.for(['guide.html', 'zh/guide.html'])(
  '/%s shows the code of a framework in its tab, and copies it',
  { timeout: 30_000 },
  (address) =>
    visit(
      address,
      async (page) => {
        const group = page.locator('.vp-code-group').first();
        await group.getByText('React', { exact: true }).click();
        const code = group.locator('[class*="language-"]').filter({ visible: true });
        expect(await code.locator('code').innerText()).toContain("from 'ssekit/react'");
        await code.hover();
        await code.locator('button.copy').click();
        const copied = () => page.evaluate(() => navigator.clipboard.readText());
        await expect.poll(copied).toContain('export function Prices()');
      },
      { permissions: ['clipboard-read', 'clipboard-write'] },
    ),
);

test('a page without a Chinese version offers the English one', { timeout: 30_000 }, () =>
  visit('design.html', async (page) => {
    await page
      .getByRole('button', { name: /language/i })
      .first()
      .hover();
    await page.getByRole('link', { name: '简体中文' }).first().click();
    await page.getByRole('link', { name: '打开英文版' }).click();
    await page.waitForURL('**/design.html');
  }),
);

describe.for(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test.for(['', 'options.html', 'zh/faq.html'])('axe finds nothing on /%s', { timeout: 60_000 }, (address) =>
    visit(
      address,
      async (page) => {
        const { violations } = await new AxeBuilder({ page }).exclude('iframe').analyze();
        expect(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target.join(' '))])).toEqual(
          [],
        );
      },
      { colorScheme },
    ),
  );
});
