import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { serveBuiltPage } from '../../demo/built-page.ts';
import { startDevServer } from '../../demo/dev-server.ts';
import { launchChromium, launchFirefox } from '../engines/find.ts';
import { script } from '../script.ts';
import { createTestServer, type TestServer } from '../server.ts';
import { createLibraryPages, type LibraryPages } from './library-page.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

let pages: LibraryPages;
/** Another origin on the same site, so cookies only depend on credentials. */
let other: TestServer;
beforeAll(async () => {
  pages = await createLibraryPages();
  other = await createTestServer();
});
afterAll(async () => {
  await pages.close();
  await other.close();
});

interface Setting {
  readonly transport?: 'native' | 'fetch';
  readonly withCredentials?: boolean;
  readonly redirect?: 'follow';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const secrets = { Authorization: 'Bearer secret', 'X-Token': 'secret' };

describe.each([
  ['Chromium', launchChromium],
  ['Firefox', launchFirefox],
] as const)('a cross-origin redirect in %s', (_engine, launch) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  /** What arrives after a redirect from the page's origin to the other one. */
  async function redirected(setting: Setting, status = 307) {
    const target = await script(other.origin, [{ chunks: ['data: a\n\n'], end: 'hold' }]);
    const s = await script(pages.origin, [{ status, headers: { location: target.url } }]);
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    await context.addCookies([{ name: 'sid', value: 'secret', domain: '127.0.0.1', path: '/' }]);
    const page = await context.newPage();
    await page.goto(pages.page(() => undefined, null));
    const outcome = await page.evaluate(
      ([url, setting]) =>
        new Promise<string>((resolve) => {
          const { transport, ...options } = setting;
          const client =
            transport === 'native'
              ? new globalThis.ssekit.SseClient(url, { transport, withCredentials: options.withCredentials })
              : new globalThis.ssekit.SseClient(url, { transport, ...options, retry: false });
          client.onMessage(({ data }) => {
            resolve(data);
          });
          client.onError(({ code, message }) => {
            resolve(`${code}: ${message}`);
          });
        }),
      [s.url, setting] as const,
    );
    const { requests, preflights } = await target.log();
    const { authorization, cookie, 'x-token': token } = requests[0]?.headers ?? {};
    return {
      outcome,
      arrived: requests.length,
      authorization,
      token,
      cookie,
      body: requests[0]?.body,
      preflights: preflights.length,
    };
  }

  const nothing = { authorization: undefined, token: undefined, cookie: undefined, body: '', preflights: 0 };

  test.for(['native', 'fetch'] as const)('is followed by %s, without cookies', async (transport) => {
    expect(await redirected({ transport })).toEqual({ ...nothing, outcome: 'a', arrived: 1 });
  });

  test.for(['native', 'fetch'] as const)(
    'is followed by %s with cookies where withCredentials is given',
    async (transport) => {
      expect(await redirected({ transport, withCredentials: true })).toEqual({
        ...nothing,
        outcome: 'a',
        arrived: 1,
        cookie: 'sid=secret',
      });
    },
  );

  test.for<[string, Setting]>([
    ['headers', { headers: secrets }],
    ['headers and credentials', { headers: secrets, withCredentials: true }],
    ['a body', { body: 'secret' }],
  ])('of a request with %s is an error that names the cure, and nothing arrives', async ([, setting]) => {
    const { outcome, arrived, preflights } = await redirected(setting);
    expect(outcome).toContain("redirect: 'follow'");
    expect(outcome).not.toContain('secret');
    expect([arrived, preflights]).toEqual([0, 0]);
  });

  test("loses Authorization and keeps other headers and the body with redirect: 'follow'", async () => {
    expect(await redirected({ headers: secrets, body: 'secret', redirect: 'follow' })).toEqual({
      ...nothing,
      outcome: 'a',
      arrived: 1,
      token: 'secret',
      body: 'secret',
      preflights: 1,
    });
  });

  test("changes POST to GET, without the body, at 303 with redirect: 'follow'", async () => {
    expect(await redirected({ headers: secrets, body: 'secret', redirect: 'follow' }, 303)).toMatchObject({
      outcome: 'a',
      authorization: undefined,
      token: 'secret',
      body: '',
    });
  });
});

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
    await page.getByLabel('Your question').fill('<img src=x onerror="document.title=1"> <b>bold</b>');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.locator('#answer', { hasText: '<b>bold</b>' }).waitFor();
    expect(await page.locator('#answer img, #answer b, #log img').count()).toBe(0);
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
    await press('Ask');
    await page.getByLabel('Transport').selectOption('fetch');
    await page.getByText('Dark', { exact: true }).click();
    await page.locator('#ask-note', { hasText: 'Answered.' }).waitFor();
    await open('Dashboard');
    await press('Send a bad payload');
    await page.locator('#payload-error').waitFor();
    await open('Same wire');
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
    const built = await serveBuiltPage();
    onTestFinished(() => built.close());
    const { page, violations, policy } = await visit(built.origin);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("connect-src 'self';");
    await page.getByRole('link', { name: 'Dashboard' }).click();
    await page.getByRole('button', { name: 'Send a bad payload' }).click();
    await page.locator('#payload-error').waitFor();
    await page.locator('#lamp[data-status="open"]').waitFor();
    expect(violations).toEqual([]);
  });
});
