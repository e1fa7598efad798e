/** What a visitor sees in a real Chromium. */
import type { Browser } from 'playwright';

export interface Visit {
  /** All scripts of the page, joined. */
  readonly code: string;
  /** Exceptions and console errors. */
  readonly errors: readonly string[];
}

/** Opens the page and waits until it shows the price that the server sends. */
export async function visit(browser: Browser, url: string): Promise<Visit> {
  const page = await browser.newPage();
  try {
    const errors: string[] = [];
    const scripts: Promise<string>[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('response', (response) => {
      if (response.request().resourceType() === 'script') scripts.push(response.text());
    });
    await page.goto(url);
    try {
      await page.getByText('ACME 101.5').waitFor();
    } catch (error) {
      throw new Error(
        `${url} shows no price, but "${await page.innerText('body')}". Errors: ${errors.join('\n')}`,
        { cause: error },
      );
    }
    return { code: (await Promise.all(scripts)).join('\n'), errors };
  } finally {
    await page.close();
  }
}
