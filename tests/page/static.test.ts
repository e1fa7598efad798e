import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchChromium } from '../engines/find.ts';
import { wholeText } from './demo-page.ts';

/** The page as one file, opened from disk without any server. */

const root = fileURLToPath(new URL('../..', import.meta.url));
let browser: Browser;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ssekit-static-'));
  await build({
    root,
    configFile: `${root}vite.config.ts`,
    mode: 'demo',
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

async function visit(scene: string, query: Record<string, string> = {}) {
  const context = await browser.newContext({ reducedMotion: 'reduce' });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  const file = pathToFileURL(join(folder, 'index.html'));
  await page.goto(
    `${file.href}?${new URLSearchParams({ interval: '5', chat: '1', numbers: '2', metrics: '50', ...query })}#${scene}`,
  );
  const lamp = (status: string, text = '') =>
    page.locator(`#lamp[data-status="${status}"]`, { hasText: text }).waitFor();
  return { page, complaints, requests, lamp };
}

describe('the static page', () => {
  test('is one file of less than 140 kB, gzipped, with all scenes and the devtools', () => {
    expect(readdirSync(folder)).toEqual(['index.html']);
    const size = gzipSync(readFileSync(join(folder, 'index.html'))).length;
    console.info(`the page in one file: ${(size / 1000).toFixed(1)} kB`);
    expect(size).toBeLessThan(140_000);
  });

  test('types the whole text without a server, and asks the network for nothing', async () => {
    const { page, complaints, requests, lamp } = await visit('typewriter');
    await lamp('closed');
    expect(await page.locator('#typed').textContent()).toBe(wholeText);
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !url.startsWith('data:'))).toHaveLength(1);
  });

  test('leads nowhere but to its own scenes: the pages of React and Vue are not in the file', async () => {
    const { page } = await visit('typewriter');
    expect(await page.locator('#bindings').isVisible()).toBe(false);
    const links = page.locator('a').filter({ visible: true });
    const targets = await links.evaluateAll((nodes) => nodes.map((node) => node.getAttribute('href')));
    expect(targets).toEqual(expect.arrayContaining(['#dashboard']));
    expect(targets.filter((target) => !target?.startsWith('#'))).toEqual([]);
  });

  test('answers in the chat, with the tokens it used, and breaks off', async () => {
    const { page, complaints } = await visit('chat', { interval: '60000' });
    await page.getByLabel('Your question').fill('Offline?');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.locator('.answer .usage', { hasText: /^4 tokens in, \d+ tokens out/ }).waitFor();
    await page.locator('.answer table').waitFor();
    await page.locator('#chat-break').click();
    await page.getByLabel('Your question').fill('And now?');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.locator('.answer[data-failed]', { hasText: 'network:' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('has every fault, and comes through with the whole text', { timeout: 240_000 }, async () => {
    const { page, lamp } = await visit('typewriter', { interval: '20' });
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    await lamp('open', 'fetch');
    await press('503');
    await lamp('reconnecting', '503');
    await lamp('open');
    await press('Cut');
    await lamp('reconnecting', 'network');
    await lamp('open');
    for (const [name, code] of [
      ['401', 'http'],
      ['HTML', 'content-type'],
      ['204', 'no-content'],
    ] as const) {
      await press(name);
      await lamp('closed', code);
      await press('Heal');
      await press('Connect');
      await lamp('open');
    }
    await page.getByLabel('Speed').selectOption('30');
    await press('Reset');
    await lamp('reconnecting');
    await lamp('open');
    // The text has 1,200 characters.
    await page.locator('#lamp[data-status="closed"]').waitFor({ timeout: 120_000 });
    expect(await page.locator('#typed').textContent()).toBe(wholeText);
  });

  test('wants the token that it asks for', async () => {
    const { page, lamp } = await visit('typewriter', { interval: '50' });
    await page.getByLabel('The server requires').check();
    await lamp('closed', '401');
    await page.getByLabel('Value').fill('Bearer demo');
    await page.getByLabel('Value').press('Enter');
    await lamp('open');
  });

  test('has the dashboard, with its bad payloads', async () => {
    const { page, complaints, lamp } = await visit('dashboard');
    await lamp('open');
    await page.getByRole('button', { name: 'Send a wrong shape' }).click();
    await page.locator('#payload-error [data-part="issues"]', { hasText: 'cpu:' }).waitFor();
    await lamp('open');
    expect(complaints).toEqual([]);
  });

  test('has the soak', async () => {
    const { page } = await visit('soak');
    await page.getByLabel('Chaos').check();
    await page.getByRole('button', { name: 'Start soak' }).click();
    const counter = (name: string) => page.locator(`#soak-counters [data-part="${name}"]`);
    await counter('connections')
      .filter({ hasText: /^[2-9]/ })
      .waitFor();
    expect([await counter('lost').textContent(), await counter('doubled').textContent()]).toEqual(['0', '0']);
  });

  test('says that tabs need a server, and has no buttons for them', async () => {
    const { page } = await visit('tabs');
    await page.locator('#tabs-note', { hasText: 'this page has none' }).waitFor();
    expect(await page.locator('#tabs-open, #tabs-join').filter({ visible: true }).count()).toBe(0);
  });

  test('reads the same wire, and says that native needs a server', async () => {
    const { page } = await visit('wire');
    await page.locator('[data-reader="native"] [data-verdict="needsServer"]').waitFor();
    for (const name of ['split', 'tail', 'deploy']) {
      await page.getByLabel('Bytes').selectOption(name);
      await page.locator('[data-reader="ssekit"] [data-verdict="right"]').waitFor();
      if (name !== 'split') await page.locator('[data-reader="naive"] [data-verdict="wrong"]').waitFor();
    }
  });
});
