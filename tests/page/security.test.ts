import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { startDevServer } from '../../demo/dev-server.ts';
import { launchChromium } from '../engines/find.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the demo', () => {
  const sources = readdirSync(`${root}demo`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `demo/${file}`);

  test('makes no markup from text', () => {
    expect(sources.length).toBeGreaterThan(20);
    for (const file of [...sources, 'index.html']) {
      const source = readFileSync(root + file, 'utf8');
      expect([
        file,
        /\b(inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(/.exec(source),
      ]).toEqual([file, null]);
    }
  });

  test('has no script, style or handler in its markup', () => {
    const html = readFileSync(`${root}index.html`, 'utf8');
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/);
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/);
  });

  test('shows a payload that is markup as text', async () => {
    const { page } = await visit(await serve());
    await page.goto(`${page.url()}#chat`);
    await page.locator('.chat[inert]').waitFor({ state: 'detached' });
    await page.getByLabel('Your question').fill('<img src=x onerror="document.title=1"> <b>bold</b>');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.locator('.answer', { hasText: '<b>bold</b>' }).waitFor();
    expect(await page.locator('#chat-log img, #chat-log b').count()).toBe(0);
  });

  async function serve(hmr = false): Promise<string> {
    const server = await startDevServer(hmr);
    onTestFinished(() => server.close());
    return server.origin;
  }

  /** Opens the page and records policy violations and console messages. */
  async function visit(url: string): Promise<{ page: Page; violations: string[]; policy: string }> {
    const browser = await launchChromium();
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    const violations: string[] = [];
    await page.exposeFunction('violated', (what: string) => violations.push(what));
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
        (globalThis as unknown as { violated: (what: string) => void }).violated(
          `${violatedDirective} ${blockedURI}`,
        );
      });
    });
    page.on('console', (message) => {
      if (message.type() === 'error') violations.push(message.text());
    });
    const response = await page.goto(`${url}/?interval=20&metrics=20&chat=1&numbers=1`);
    return { page, violations, policy: response?.headers()['content-security-policy'] ?? '' };
  }

  test('breaks no rule of its content security policy while it is used, hot updates and all', async () => {
    const { page, violations, policy } = await visit(await serve(true));
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toContain('unsafe');
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    const open = (name: string) => page.getByRole('link', { name, exact: true }).click();
    await page.locator('#settings').getByLabel('Transport').selectOption('fetch');
    await page.getByText('Dark', { exact: true }).click();
    await open('Chat');
    await page.locator('#chat-starters button').first().click();
    await page.locator('.answer .usage').waitFor();
    await open('Dashboard');
    await press('Send a bad payload');
    await page.locator('#payload-error').waitFor();
    await open('Parsing');
    await page.locator('[data-reader="ssekit"] [data-verdict="right"]').waitFor();
    await open('Soak');
    await press('Start soak');
    await open('Typewriter');
    await press('Reconnect');
    await page.locator('#lamp[data-status="open"]', { hasText: 'over fetch' }).waitFor();
    expect(violations).toEqual([]);
    // Proves that the policy is in force and that the test would notice:
    await page.evaluate(() => {
      const style = document.createElement('style');
      style.textContent = 'p { color: red }';
      document.head.append(style);
    });
    await expect.poll(() => violations.join()).toContain('style-src');
  });

  test('keeps the same policy when it is built, and needs no socket then', async () => {
    const { page, violations, policy } = await visit(inject('demo').origin);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain('connect-src http: https:;');
    await page.getByRole('link', { name: 'Dashboard' }).click();
    await page.getByRole('button', { name: 'Send a bad payload' }).click();
    await page.locator('#payload-error').waitFor();
    await page.locator('#lamp[data-status="open"]').waitFor();
    expect(violations).toEqual([]);
  });
});
