import type { Page } from 'playwright';
import sharp from 'sharp';

/** Milliseconds from one frame to the next. */
const interval = 100;
/** How long the last frame stays before the film starts again, in milliseconds. */
const pause = 2000;

/**
 * Films a page whose clock only moves with `tick`, so the film is the same on slow and fast
 * machines. Returns an animated WebP. A frame that equals the previous one extends it.
 */
export async function film(page: Page, play: (tick: () => Promise<void>) => Promise<void>): Promise<Buffer> {
  const pictures: Buffer[] = [];
  const delay: number[] = [];
  await play(async () => {
    await page.clock.runFor(interval);
    const picture = await page.screenshot();
    if (pictures.at(-1)?.equals(picture)) {
      delay.push((delay.pop() ?? 0) + interval);
      return;
    }
    pictures.push(picture);
    delay.push(interval);
  });
  delay.push((delay.pop() ?? 0) + pause);
  return sharp(pictures, { join: { animated: true } })
    .webp({ lossless: true, effort: 6, loop: 0, delay })
    .toBuffer();
}
