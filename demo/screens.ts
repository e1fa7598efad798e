/**
 * `npm run screens -- FOLDER`: every scene in both themes, both languages and two widths, and the
 * dashboard on a 4K screen. Look at them when you change the page.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { launchChromium } from '../tests/engines/find.ts';
import { serveBuiltPage } from './built-page.ts';
import { colorSchemes, pose, scenes, visit, type Language, type VisitOptions } from './poses.ts';

const widths = [360, 1280];

async function shots(browser: Browser, origin: string, save: Save): Promise<void> {
  for (const colorScheme of colorSchemes) {
    for (const language of ['en', 'zh'] as const) {
      for (const width of widths) {
        const options: VisitOptions = { colorScheme, language, viewport: { width, height: 900 } };
        for (const scene of scenes) {
          await save(await pose(browser, origin, scene, options), { scene, language, colorScheme, width });
        }
        const keys = await visit(browser, `${origin}/?interval=60000`, options);
        await keys.keyboard.press('?');
        await save(keys, { scene: 'keys', language, colorScheme, width });
      }
      const wall = await pose(browser, origin, 'dashboard', {
        colorScheme,
        language,
        viewport: { width: 3840, height: 2160 },
      });
      await wall.locator('#full-screen').click();
      await wall.waitForFunction(() => document.fullscreenElement !== null);
      await save(wall, { scene: 'wall', language, colorScheme, width: 3840 });
    }
  }
}

interface Shot {
  readonly scene: string;
  readonly language: Language;
  readonly colorScheme: string;
  readonly width: number;
}

type Save = (page: Page, shot: Shot) => Promise<void>;

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('name a folder: npm run screens -- FOLDER');
mkdirSync(folder, { recursive: true });

const built = await serveBuiltPage();
const browser = await launchChromium();
try {
  await shots(browser, built.origin, async (page, { scene, language, colorScheme, width }) => {
    const path = join(folder, `${scene}-${width}-${colorScheme}-${language}.png`);
    await page.evaluate(() => {
      scrollTo(0, 0);
    });
    // A dialog and a full screen are as high as the window.
    await page.screenshot({ path, fullPage: scenes.some((known) => known === scene) });
    console.log(path);
    await page.context().close();
  });
} finally {
  await browser.close();
  await built.close();
}
