import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startDevServer, type DevServer } from '../../demo/dev-server.ts';
import { launchChromium } from '../engines/find.ts';

/** The pages demo/react and demo/vue, as `npm run demo` serves them. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const wholeText = readFileSync(`${root}demo/server/index.en.txt`, 'utf8').replace(/\r\n?/g, '\n');

let server: DevServer;
let browser: Browser;
let origin: string;

beforeAll(async () => {
  server = await startDevServer();
  origin = server.origin;
  browser = await launchChromium();
}, 120_000);

afterAll(async () => {
  await browser.close();
  await server.close();
});

test.for([
  ['en-US', 'The same client in components, each on its own page:'],
  ['zh-CN', '在组件里用同一个客户端：'],
] as const)('the demo leads to both pages, and they lead back: %s', async ([locale, text]) => {
  const context = await browser.newContext({ locale, reducedMotion: 'reduce' });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(50_000);
  await page.goto(`${origin}/?interval=60000`);
  for (const name of ['React', 'Vue']) {
    await page.locator('#bindings', { hasText: text }).getByRole('link', { name, exact: true }).click();
    await page.waitForURL(`${origin}/demo/${name.toLowerCase()}/`);
    await page.locator('.typed').waitFor();
    await page.getByRole('link', { name: 'ssekit', exact: true }).click();
    await page.waitForURL(`${origin}/`);
  }
});

test.for(['react', 'vue'])(
  'the page of %s types and shows live values over one connection each, and complains of nothing',
  async (name) => {
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(50_000);
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => {
      complaints.push(error.message);
    });
    await page.goto(`${origin}/demo/${name}/?session=${name}`);

    const typed = page.locator('.typed');
    await page.waitForFunction(() => (document.querySelector('.typed')?.textContent.length ?? 0) > 20);
    const text = (await typed.textContent()) ?? '';
    expect(wholeText.slice(0, text.length)).toBe(text);
    await page.locator('.note', { hasText: /^\d{2,} characters$/ }).waitFor();
    expect(await page.getByRole('status').allTextContents()).toEqual(['Open', 'Open']);

    // The frame of the demo's page.
    expect(await page.locator('.bar [aria-current]').textContent()).toBe(name === 'vue' ? 'Vue' : 'React');
    const card = (node: Element) => getComputedStyle(node).borderRadius;
    expect(await page.locator('.card').first().evaluate(card)).toBe('12px');

    // Each stream is held by the components that use it.
    await page.getByRole('button', { name: 'Open devtools: 2 open' }).click();
    await page.locator('nav button', { hasText: '/api/metrics' }).click();
    await page.locator('.head .facts', { hasText: /Components[1-9]/ }).waitFor();
    await page.getByRole('button', { name: 'Close the panel' }).click();

    const figure = page.locator('.tile .figure').first();
    const before = (await figure.textContent()) ?? '';
    await page.waitForFunction(
      (before) => !['–', before].includes(document.querySelector('.tile .figure')?.textContent ?? '–'),
      before,
    );
    const { sessions } = (await (await fetch(`${origin}/api/stats`)).json()) as {
      sessions: Record<string, unknown>;
    };
    expect([sessions[name], sessions[`${name}-metrics`]]).toEqual([
      { open: 1, requests: 1 },
      { open: 1, requests: 1 },
    ]);
    expect(complaints).toEqual([]);
  },
);
