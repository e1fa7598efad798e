/** The demo, served and visited as by a person. */
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright';
import { afterAll, beforeAll, expect, inject, test as plainTest } from 'vitest';
import { launchChromium } from '../engines/find.ts';

const textFile = (name: string) =>
  readFileSync(new URL(`../../demo/server/${name}`, import.meta.url), 'utf8').replace(/\r\n?/g, '\n');

/** What the page types in English. */
export const wholeText = textFile('index.en.txt');
/** What it types in Chinese. */
export const wholeChineseText = textFile('index.txt');

export let browser: Browser;
/** Where the demo is, without a slash at the end. It's built, because a development server would compile for minutes. */
export const { origin } = inject('demo');

/** A Chromium for the tests of this file. */
export function openBrowser(): void {
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
}

export interface Visit {
  readonly page: Page;
  readonly session: string;
  /** Console errors and warnings, and uncaught exceptions. */
  readonly complaints: string[];
  readonly lamp: Locator;
  readonly typed: Locator;
  press(name: string | RegExp): Promise<void>;
}

/** @param query - `scene` goes into the hash, everything else into the query. */
export type OpenPage = (query?: Record<string, string>, options?: BrowserContextOptions) => Promise<Visit>;

export const test = plainTest.extend<{ visit: OpenPage }>({
  /** Opens the page with its own session on the mock server, and closes it after the test. */
  visit: async ({ task }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (query = {}, options = {}) => {
      // Five pages that repaint for a blinking caret are too much for a small machine.
      const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
      context.setDefaultTimeout(50_000);
      contexts.push(context);
      return openPage(context, { session: task.id, ...query });
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
});

async function openPage(
  context: BrowserContext,
  { scene = 'typewriter', ...query }: { session: string; scene?: string },
): Promise<Visit> {
  await context.addInitScript(recordLamp);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => {
    complaints.push(error.message);
  });
  await page.goto(`${origin}/?${new URLSearchParams({ interval: '30', ...query })}#${scene}`);
  // Until then its form does nothing.
  await page.locator(`[data-scenes="${scene}"][inert]`).waitFor({ state: 'detached' });
  // The module has run.
  await page.locator('#scenes [aria-current]').waitFor();
  return {
    page,
    session: query.session,
    complaints,
    lamp: page.locator('#lamp'),
    typed: page.locator('#typed'),
    press: (name) => page.getByRole('button', { name, exact: true }).click(),
  };
}

/**
 * Runs in the page: records what the lamp has shown, because some states end before a test can
 * look.
 */
function recordLamp(): void {
  document.addEventListener('DOMContentLoaded', () => {
    const lamp = document.getElementById('lamp');
    const shown: string[] = [];
    const record = () => {
      const entry = `${lamp?.dataset.status}: ${lamp?.querySelector('[role="status"]')?.textContent}`;
      if (entry !== shown.at(-1)) shown.push(entry);
    };
    Object.assign(globalThis, { shown });
    if (lamp)
      new MutationObserver(record).observe(lamp, { attributes: true, childList: true, subtree: true });
    record();
  });
}

/** How far each visit has read the lamp's history. */
const progress = new WeakMap<Visit, number>();

/**
 * Waits until the lamp shows this state with this text, or has shown it since the last state that a
 * test waited for.
 */
export async function lampShows(visit: Visit, status: string, text = ''): Promise<void> {
  const found = await visit.page.waitForFunction(
    ({ from, status, text }) => {
      const { shown } = globalThis as typeof globalThis & { shown: string[] };
      const at = shown.findIndex(
        (entry, i) => i >= from && entry.startsWith(`${status}:`) && entry.includes(text),
      );
      return at >= 0 && { at };
    },
    { from: progress.get(visit) ?? 0, status, text },
  );
  progress.set(visit, await found.evaluate((value) => (value ? value.at : 0)));
}

export async function hasTyped({ page }: Visit, characters: number): Promise<void> {
  await page.waitForFunction(
    (count) => Array.from(document.getElementById('typed')?.textContent ?? '').length >= count,
    characters,
  );
}

export async function hasFinished(visit: Visit): Promise<void> {
  await visit.page.locator('#wire-line', { hasText: 'event: done' }).waitFor();
  await lampShows(visit, 'closed');
}

/**
 * The text grows and matches what the server sent from the start: nothing lost, nothing doubled.
 */
export async function goesOn(visit: Visit): Promise<void> {
  const before = (await visit.typed.textContent()) ?? '';
  await hasTyped(visit, Array.from(before).length + 10);
  const now = (await visit.typed.textContent()) ?? '';
  expect(wholeText.slice(0, now.length)).toBe(now);
}

export async function streamsOpen(session: string): Promise<number | undefined> {
  const stats = (await (await fetch(`${origin}/api/stats`)).json()) as {
    sessions: Record<string, { open: number }>;
  };
  return stats.sessions[session]?.open;
}

export async function fact({ page }: Visit, name: string): Promise<string | null> {
  return page.locator(`#last-error [data-fact="${name}"] dd`).textContent();
}

export function armed({ page }: Visit, name: RegExp): Locator {
  return page.getByRole('button', { name }).and(page.locator('[data-armed]'));
}

/** A whole answer in the chat, and one that has broken off. */
export async function breakOff({ page }: Visit): Promise<void> {
  await page.locator('#chat-starters button').first().click();
  await page.locator('.answer .usage').waitFor();
  await page.locator('#chat-break').click();
  await page.locator('#chat-question').fill('And now? 现在呢？');
  await page.locator('#chat-send').click();
  await page.locator('.answer[data-failed]').waitFor();
}
