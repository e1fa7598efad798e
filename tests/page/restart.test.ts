import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import type { SseClient, SseState } from 'ssekit';
import { launchChromium } from '../engines/find.ts';
import type { LibraryGlobal } from './library-page.ts';

/** A server that's killed under an open stream and started again, as in a deploy. */

const root = fileURLToPath(new URL('../../', import.meta.url));
const text = readFileSync(`${root}demo/server/index.txt`, 'utf8');

let browser: Browser;
let server: ChildProcess | undefined;

beforeAll(async () => {
  browser = await launchChromium();
});
afterEach(kill);
afterAll(() => browser.close());

async function start(port = 0): Promise<string> {
  const process = spawn(globalThis.process.execPath, ['--import', 'tsx', 'demo/server/main.ts'], {
    cwd: root,
    env: { ...globalThis.process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  server = process;
  let said = '';
  for await (const part of process.stdout) {
    said += String(part);
    const origin = /http:\/\/[\d.]+:\d+/.exec(said)?.[0];
    if (origin === undefined) continue;
    return origin;
  }
  throw new Error(`the server did not start: ${said}`);
}

async function kill(): Promise<void> {
  const process = server;
  server = undefined;
  if (!process) return;
  const exited = once(process, 'exit');
  if (process.kill('SIGKILL')) await exited;
}

/** What the page keeps for the test. */
interface Seen {
  typed: string;
  done: boolean;
  client: SseClient;
  states: SseState[];
}
declare global {
  var ssekit: LibraryGlobal;
  var seen: Seen;
}

async function open(origin: string, transport: 'native' | 'auto') {
  const page = await browser.newPage();
  await page.route(`${origin}/page`, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Restart</title>' }),
  );
  await page.goto(`${origin}/page`);
  await page.addScriptTag({ content: inject('library') });
  await page.evaluate((transport) => {
    const options = transport === 'native' ? { transport } : {};
    const client = new globalThis.ssekit.SseClient('/api/sse?interval=2&retry=100', options);
    globalThis.seen = { typed: '', done: false, client, states: [] };
    const { seen } = globalThis;
    client.on('lol', ({ data }) => {
      seen.typed += data;
    });
    client.on('done', () => {
      seen.done = true;
      client.close();
    });
    client.onStateChange((now) => seen.states.push(now));
  }, transport);
  return page;
}

test.for(['native', 'auto'] as const)(
  'a server that is killed and started again: nothing is lost or doubled (%s)',
  async (transport) => {
    const origin = await start();
    const page = await open(origin, transport);

    await page.waitForFunction(() => globalThis.seen.typed.length > 50);
    await kill();
    await page.waitForFunction(() => globalThis.seen.client.getSnapshot().failures >= 2);
    const away = await page.evaluate(() => {
      const { status, error } = globalThis.seen.client.getSnapshot();
      return [status, error?.code, error?.willRetry];
    });
    expect(away).toEqual(['reconnecting', 'network', true]);

    await start(Number(new URL(origin).port));
    await page.waitForFunction(() => globalThis.seen.done);
    const { typed, statuses, transports } = await page.evaluate(() => ({
      typed: globalThis.seen.typed,
      statuses: globalThis.seen.states.map(({ status }) => status),
      transports: globalThis.seen.states.map((state) => state.transport),
    }));
    expect(typed).toBe(text);
    expect(statuses.filter((status, i) => status !== statuses[i - 1])).toEqual([
      'connecting',
      'open',
      'reconnecting',
      'open',
      'closed',
    ]);
    // `auto` continues over fetch: native can't keep the retry policy.
    const names = transport === 'auto' ? ['native', 'fetch'] : ['native'];
    expect(new Set(transports.filter((name) => name !== undefined))).toEqual(new Set(names));
    await page.close();
  },
);
