/** `npm run pictures`: takes the pictures for the READMEs from the real page. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import { launchChromium } from '../tests/engines/find.ts';
import { serveBuiltPage } from './built-page.ts';
import { film } from './film.ts';
import { colorSchemes, pose, visit } from './poses.ts';

const folder = fileURLToPath(new URL('../docs/pictures/', import.meta.url));

/**
 * Types text, deploys the server, lets the lamp count down, and continues where the text stopped.
 */
async function deploy(page: Page, tick: () => Promise<void>): Promise<void> {
  const typed = async () => ((await page.locator('#typed').textContent()) ?? '').length;
  const countdown = async () => (await page.locator('#lamp .countdown').textContent()) ?? '';
  const status = () => page.locator('#lamp').getAttribute('data-status');
  const deploying = page.locator('#faults button').first();
  while ((await typed()) < 40) await tick();
  await deploying.hover();
  while ((await typed()) < 50) await tick();
  await deploying.click();
  while (!/\b1\.\d/.test(await countdown())) await tick();
  await page.locator('#heal').click();
  while ((await status()) !== 'open') await tick();
  while ((await typed()) < 120) await tick();
}

const devtools = readFileSync(new URL('../dist/ssekit-devtools.iife.js', import.meta.url), 'utf8');

/** The devtools in the dashboard, mounted before the page's own script runs. Run `npm run build` first. */
async function inspect(page: Page, origin: string): Promise<void> {
  await page.addInitScript(
    `${devtools}\ndocument.addEventListener('readystatechange', () => ssekitDevtools.mountDevtools({ open: true }), { once: true });`,
  );
  await page.goto(`${origin}/?metrics=150&interval=60&session=devtools#dashboard`);
  await page.locator('nav button', { hasText: '/api/metrics' }).click();
  const rows = page.locator('.rows > .row[data-kind="event"]:not([hidden])');
  // Six seconds of events.
  await page.locator('.head .facts', { hasText: /(Events|事件数)[4-9]\d/ }).waitFor();
  await rows.filter({ hasText: '"qps"' }).nth(3).dispatchEvent('click');
  await page.locator('.tree').waitFor();
}

function save(name: string, picture: Buffer): void {
  writeFileSync(folder + name, picture);
  console.log(`docs/pictures/${name}, ${Math.round(picture.length / 1000)} kB`);
}

const built = await serveBuiltPage();
const browser = await launchChromium();
try {
  for (const colorScheme of colorSchemes) {
    for (const language of ['en', 'zh'] as const) {
      const variant = `${colorScheme}-${language}`;
      for (const scene of ['typewriter', 'dashboard'] as const) {
        const viewport = { width: 1280, height: 900 };
        const page = await pose(browser, built.origin, scene, { colorScheme, language, viewport });
        await page.evaluate(() => {
          scrollTo(0, 0);
        });
        save(`${scene}-${variant}.png`, await page.screenshot());
        await page.context().close();
      }
      const inspected = await browser.newPage({
        colorScheme,
        locale: language === 'zh' ? 'zh-CN' : 'en-US',
        viewport: { width: 1280, height: 900 },
      });
      await inspect(inspected, built.origin);
      save(`devtools-${variant}.png`, await inspected.screenshot());
      await inspected.context().close();
      const page = await visit(browser, `${built.origin}/?mock=1&interval=60#typewriter`, {
        colorScheme,
        language,
        viewport: { width: 1100, height: 540 },
        deviceScaleFactor: 1.5,
        stopped: true,
      });
      // Start at the bar with the lamp.
      await page.evaluate(() => {
        scrollTo(0, document.querySelector('.bar')?.getBoundingClientRect().top ?? 0);
      });
      save(`deploy-${variant}.webp`, await film(page, (tick) => deploy(page, tick)));
      await page.context().close();
    }
  }
} finally {
  await browser.close();
  await built.close();
}
