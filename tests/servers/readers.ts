/** Every kind of client at once, in Chromium and in Node. */
import type { Browser, Page } from 'playwright';
import * as ssekit from 'ssekit';
import { follow, kinds, type Kind } from './follow.ts';

/** What each client has noted, by its name. */
export type Logs = Readonly<Record<string, readonly string[]>>;

export interface Readers {
  logs(): Promise<Logs>;
  /** Closes the clients, and the page. */
  close(): Promise<void>;
}

interface Followers {
  readonly logs: Record<string, string[]>;
  readonly closes: (() => void)[];
}

declare global {
  var followers: Followers;
}

const inNode: readonly Kind[] = ['fetch', 'FetchEventSource'];

export async function startReaders(
  { browser, library }: { readonly browser: Browser; readonly library: string },
  origin: string,
  token: string,
): Promise<Readers> {
  const url = `${origin}/events`;
  const page = await openPage(browser, origin, library);
  await page.evaluate(
    `globalThis.followers = { logs: {}, closes: [] };
    for (const kind of ${JSON.stringify(kinds)})
      followers.closes.push((${String(follow)})(ssekit, kind, ${JSON.stringify(url)}, ${JSON.stringify(token)}, (followers.logs[kind] = [])));`,
  );
  const logs: Record<string, string[]> = {};
  const closes = inNode.map((kind) => follow(ssekit, kind, url, token, (logs[`${kind} in Node`] = [])));
  return {
    logs: async () => ({ ...(await page.evaluate(() => globalThis.followers.logs)), ...logs }),
    async close() {
      for (const close of closes) close();
      await page.evaluate(() => {
        for (const close of globalThis.followers.closes) close();
      });
      await page.close();
    },
  };
}

/** An empty page of the same origin, with the library. */
async function openPage(browser: Browser, origin: string, library: string): Promise<Page> {
  const page = await browser.newPage();
  await page.route(`${origin}/page`, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Readers</title>' }),
  );
  await page.goto(`${origin}/page`);
  await page.addScriptTag({ content: library });
  return page;
}
