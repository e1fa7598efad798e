import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { describe, expect, onTestFinished } from 'vitest';
import { browser, openBrowser, test } from './demo-page.ts';

openBrowser();

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the header', () => {
  test('says what ssekit is, and copies the line that installs it', async ({ visit }) => {
    const { page } = await visit(
      { interval: '1000' },
      { permissions: ['clipboard-read', 'clipboard-write'] },
    );
    await page.locator('.lede', { hasText: 'A Server-Sent Events client for browsers' }).waitFor();
    await page.locator('#copy-install').click();
    await page.locator('#copy-install-note', { hasText: 'Copied.' }).waitFor({ state: 'attached' });
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('npm i ssekit');
    await page.locator('#copy-install').blur();
    expect(await page.locator('#copy-install').textContent()).toBe('Copy');
  });

  test('has no link while the site has no address', async ({ visit }) => {
    const { page } = await visit({ interval: '1000' });
    expect(await page.locator('#links').isVisible()).toBe(false);
  });

  test('links to the pages of the site that it stands in, in its language', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ssekit-site-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    await build({
      root,
      configFile: `${root}vite.config.ts`,
      mode: 'site',
      logLevel: 'error',
      build: { outDir: folder, emptyOutDir: true },
    });
    const html = readFileSync(join(folder, 'index.html'));
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(html);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const page = await browser.newPage({ locale: 'en-US' });
    onTestFinished(() => page.close());
    await page.goto(`http://127.0.0.1:${port}/kit/demo/index.html?interval=1000`);
    const links = page.locator('#links a').filter({ visible: true });
    const targets = () =>
      links.evaluateAll((nodes) => nodes.map((node) => new URL((node as HTMLAnchorElement).href).pathname));
    await links.first().waitFor();
    expect((await targets()).slice(0, 2)).toEqual(['/kit/guide.html', '/kit/api/ssekit.html']);
    await page.getByText('中文', { exact: true }).click();
    expect((await targets()).slice(0, 2)).toEqual(['/kit/zh/guide.html', '/kit/api/ssekit.html']);
  });
});
