import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { script } from '../script.ts';
import { createTestServer, type TestServer } from '../server.ts';
import { engine, launchEngine } from './engine.ts';
import { createLibraryPages, type LibraryPages } from './library-page.ts';

let pages: LibraryPages;
/** Another origin of the same site, so that cookies are a matter of credentials alone. */
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

describe(`a cross-origin redirect in ${engine}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchEngine();
  });
  afterAll(() => browser.close());

  /** What arrives behind a redirect from the page's origin to the other one. */
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
