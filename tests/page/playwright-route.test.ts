import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { engine, launchEngine } from './engine.ts';
import { createLibraryPages, type LibraryPages } from './library-page.ts';

/** What docs/recipes/testing.md says about Playwright. */

let pages: LibraryPages;
beforeAll(async () => {
  pages = await createLibraryPages();
});
afterAll(() => pages.close());

function listen(transport: 'native' | 'fetch'): void {
  const client = new globalThis.ssekit.SseClient<{ tick: string }>('/routed', { transport });
  client.on('tick', ({ data }) => {
    document.body.append(`${data} `);
  });
  client.onStateChange(({ status }) => (document.title = status));
}

describe(`in ${engine}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchEngine();
  });
  afterAll(() => browser.close());

  test.each(['native', 'fetch'] as const)(
    'a route answers with a whole stream, and then ends it with 204: %s',
    async (transport) => {
      const page = await browser.newPage();
      onTestFinished(() => page.close());
      let isFirst = true;
      await page.route('**/routed', async (route) => {
        if (isFirst) {
          isFirst = false;
          await route.fulfill({
            contentType: 'text/event-stream',
            body: 'retry: 10\n\nevent: tick\ndata: 42\n\n',
          });
        } else await route.fulfill({ status: 204 });
      });
      await page.goto(pages.page(listen, transport));
      await page.waitForFunction(() => document.title === 'closed');
      expect(await page.locator('body').textContent()).toContain('42 ');
    },
  );
});
