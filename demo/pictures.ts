/** `npm run pictures`: the pictures of the READMEs, taken of the real page. */
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright';
import { createServer } from 'vite';
import { launchChromium } from '../tests/engines/find.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Picture {
  readonly scene: string;
  readonly query: string;
  /** Waits until there is something to see. */
  readonly pose: (page: Page) => Promise<unknown>;
}

const pictures: readonly Picture[] = [
  {
    scene: 'typewriter',
    query: 'interval=10',
    async pose(page) {
      await page.locator('#typed', { hasText: '怎么办' }).waitFor();
      await page.locator('#faults button').first().click();
      await page.locator('#lamp[data-status="reconnecting"]', { hasText: '503' }).waitFor();
    },
  },
  {
    scene: 'dashboard',
    query: 'metrics=100',
    async pose(page) {
      // A quarter of a minute of charts.
      await page.locator('#log-count', { hasText: /1[5-9]\d/ }).waitFor();
    },
  },
];

async function take(browser: Browser, origin: string, picture: Picture): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [locale, language] of [
      ['en-US', 'en'],
      ['zh-CN', 'zh'],
    ] as const) {
      const page = await browser.newPage({ colorScheme, locale, viewport: { width: 1280, height: 900 } });
      page.setDefaultTimeout(120_000);
      await page.goto(`${origin}?${picture.query}#${picture.scene}`);
      await picture.pose(page);
      const path = `${root}docs/pictures/${picture.scene}-${colorScheme}-${language}.png`;
      await page.screenshot({ path });
      console.log(path.slice(root.length));
      await page.close();
    }
  }
}

const server = await createServer({
  root,
  configFile: `${root}vite.config.ts`,
  logLevel: 'error',
  server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
});
await server.listen();
const browser = await launchChromium();
try {
  for (const picture of pictures) await take(browser, server.resolvedUrls?.local[0] ?? '', picture);
} finally {
  await browser.close();
  await server.close();
}
