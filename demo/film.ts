import type { Page } from 'playwright';
import sharp from 'sharp';

/** ms from one picture to the next. */
const pace = 100;
/** ms that the end is seen before it all begins again. */
const pause = 2000;

/**
 * Films a page whose clock stands still, but for `tick`: so a film is the same on a slow machine as on a fast one.
 * An animated WebP, without pictures that only say what the one before says.
 */
export async function film(page: Page, play: (tick: () => Promise<void>) => Promise<void>): Promise<Buffer> {
  const pictures: Buffer[] = [];
  const delay: number[] = [];
  await play(async () => {
    await page.clock.runFor(pace);
    const picture = await page.screenshot();
    if (pictures.at(-1)?.equals(picture)) {
      delay.push((delay.pop() ?? 0) + pace);
      return;
    }
    pictures.push(picture);
    delay.push(pace);
  });
  delay.push((delay.pop() ?? 0) + pause);
  return sharp(pictures, { join: { animated: true } })
    .webp({ lossless: true, effort: 6, loop: 0, delay })
    .toBuffer();
}
