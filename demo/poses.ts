import type { Browser, BrowserContextOptions, Page } from 'playwright';

/** The scenes, each at a moment when there's something to see. */
const poses = {
  typewriter: {
    query: 'interval=10',
    async prepare(page) {
      await page.locator('#typed', { hasText: /Last-Event-ID/ }).waitFor();
      await page.locator('#faults button').first().click();
      await page.locator('#lamp[data-status="reconnecting"]', { hasText: '503' }).waitFor();
    },
  },
  chat: {
    query: 'interval=60000&chat=1',
    async prepare(page) {
      await page.locator('#chat-starters button').first().click();
      await page.locator('#chat-note', { hasText: /Answered|回答完/ }).waitFor();
      await page.locator('#chat-break').click();
      const question = await page.locator('#chat-starters button').nth(1).textContent();
      await page.locator('#chat-question').fill(question ?? '');
      await page.locator('#chat-send').click();
      await page.locator('.answer[data-failed]').waitFor();
    },
  },
  dashboard: {
    query: 'metrics=100',
    async prepare(page) {
      await page.locator('#bad-shape').click();
      await page.locator('#payload-error').waitFor();
      // Fifteen seconds of charts.
      await page.locator('ssekit-devtools').evaluate((panel) => {
        // The panel counts what came, whether it's open or not.
        panel.shadowRoot?.querySelector<HTMLElement>('.launcher')?.click();
      });
      await page.locator('nav .stream .note', { hasText: /1[5-9]\d/ }).waitFor();
      await page.locator('.bar button').last().click();
    },
  },
  tabs: {
    query: 'interval=60000',
    async prepare(page) {
      await page.locator('#lamp[data-status="open"]').waitFor();
      await page.locator('#tabs-open').click();
      await page.locator('#tabs-list li').nth(3).waitFor();
      await page.locator('#tabs-counters [data-part="connections"]', { hasText: '1' }).waitFor();
    },
  },
  wire: {
    query: 'interval=60000',
    async prepare(page) {
      await page.locator('#wire-case').selectOption('deploy');
      for (const [reader, verdict] of [
        ['native', 'wrong'],
        ['ssekit', 'right'],
        ['naive', 'wrong'],
      ]) {
        await page.locator(`[data-reader="${reader}"] [data-verdict="${verdict}"]`).waitFor();
      }
    },
  },
  soak: {
    query: 'interval=60000',
    async prepare(page) {
      await page.locator('#chaos').check();
      await page.locator('#soak-toggle').click();
      await page.locator('#soak-counters [data-part="connections"]', { hasText: /^[3-9]/ }).waitFor();
    },
  },
  yours: {
    query: 'interval=60000',
    async prepare(page) {
      await page.locator('#yours-headers').fill('Authorization: Bearer demo');
      await page.locator('#yours-connect').click();
      await page.locator('#yours-count', { hasText: /[5-9]/ }).waitFor();
    },
  },
} as const satisfies Record<string, { query: string; prepare: (page: Page) => Promise<void> }>;

export type Scene = keyof typeof poses;
export const scenes = Object.keys(poses) as readonly Scene[];

export const colorSchemes = ['light', 'dark'] as const;
export const languages = { en: 'en-US', zh: 'zh-CN' } as const;
export type Language = keyof typeof languages;

export interface VisitOptions extends Pick<BrowserContextOptions, 'viewport' | 'deviceScaleFactor'> {
  readonly colorScheme: (typeof colorSchemes)[number];
  readonly language: Language;
  /** Whether the page's clock stands still. */
  readonly stopped?: boolean;
}

/**
 * Opens the page with this language and colour scheme. Motion is reduced, so pictures stay sharp
 * and animations small.
 */
export async function visit(
  browser: Browser,
  address: string,
  { language, stopped, ...options }: VisitOptions,
): Promise<Page> {
  const context = await browser.newContext({
    ...options,
    locale: languages[language],
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  if (stopped) {
    await page.clock.install({ time: 0 });
    await page.clock.pauseAt(1000);
  }
  await page.goto(address);
  // The module has run.
  await page.locator('#scenes [aria-current]').waitFor();
  return page;
}

/** Opens a scene and prepares it for a picture. The caller closes the context. */
export async function pose(
  browser: Browser,
  origin: string,
  scene: Scene,
  options: VisitOptions,
): Promise<Page> {
  const page = await visit(browser, `${origin}/?${poses[scene].query}#${scene}`, options);
  await poses[scene].prepare(page);
  return page;
}
