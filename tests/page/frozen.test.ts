import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../engines/find.ts';
import { script, type Attempt, type Script } from '../script.ts';
import { asShipped } from './as-shipped.ts';
import { openWindow, type DevtoolsTab } from './devtools-tab.ts';
import { createLibraryPages, type LibraryPages } from './library-page.ts';
import { listen, type WakeSetting } from './wake-scene.ts';

/**
 * R12 in tabs that Chromium freezes, as it does with hidden ones to save memory and power: no timer
 * fires, and no byte is read.
 */

let pages: LibraryPages;
let browser: Browser;
beforeAll(async () => {
  [pages, browser] = await Promise.all([createLibraryPages(), launchChromium(asShipped)]);
});
afterAll(() => Promise.all([pages.close(), browser.close()]));

const seen = (tab: DevtoolsTab) =>
  tab.evaluate(() => {
    const { data, statuses, pageEvents, errors, ticks } = globalThis.wake;
    return { data, statuses, pageEvents, errors, ticks };
  });
const reaches = (tab: DevtoolsTab, expected: object) =>
  expect.poll(() => seen(tab), { interval: 20 }).toMatchObject(expected);

interface Frozen {
  readonly tab: DevtoolsTab;
  readonly s: Script;
  /**
   * Returns when a tab that isn't frozen has waited this many milliseconds. The frozen one hasn't
   * noticed the time.
   */
  readonly sleep: (ms: number) => Promise<void>;
}

/** Milliseconds. While the tab is hidden and not frozen, its timer fires every second. */
const SHORT = 2500;

/** A tab behind another one, frozen once it has reached the point that `before` describes. */
async function freeze(
  attempts: readonly Attempt[],
  setting: Omit<WakeSetting, 'url'>,
  before: object,
): Promise<Frozen> {
  const s = await script(pages.origin, attempts);
  const open = await openWindow(browser);
  const tab = await open(pages.page(listen, { url: s.url, ...setting }));
  await expect.poll(() => tab.evaluate(() => 'wake' in globalThis)).toBe(true);
  await reaches(tab, before);
  const other = await open(pages.page(() => undefined, null));
  await reaches(tab, { pageEvents: ['hidden'] });
  const { ticks } = await seen(tab);
  await expect.poll(async () => (await seen(tab)).ticks).toBeGreaterThan(ticks);

  await tab.send('Page.setWebLifecycleState', { state: 'frozen' });
  await reaches(tab, { pageEvents: ['hidden', 'freeze'] });
  const frozen = await seen(tab);
  return {
    tab,
    s,
    async sleep(ms) {
      await other.evaluate(`new Promise((resolve) => setTimeout(resolve, ${ms}))`);
      expect(await seen(tab)).toEqual(frozen);
    },
  };
}

const wakeInBackground = (tab: DevtoolsTab) => tab.send('Page.setWebLifecycleState', { state: 'active' });
const show = (tab: DevtoolsTab) => tab.send('Page.bringToFront');

const event = (id: number, data: string) => `id: ${id}\ndata: ${data}\n\n`;
const hold = (...chunks: NonNullable<Attempt['chunks']>): Attempt => ({ chunks, end: 'hold' });

test('a tab that waits tries at once when it is shown', async () => {
  const { tab, s, sleep } = await freeze(
    [{ status: 503 }, hold(event(1, 'back'))],
    { transport: 'fetch', isPatient: true },
    { statuses: ['reconnecting'] },
  );
  await sleep(SHORT);
  expect((await s.log()).requests).toHaveLength(1);
  await show(tab);
  await reaches(tab, {
    data: ['back'],
    statuses: ['reconnecting', 'open'],
    pageEvents: ['hidden', 'freeze', 'resume', 'visible'],
    errors: ['http'],
  });
  const log = await s.log();
  expect([log.requests.length, log.maxOpen]).toEqual([2, 1]);
});

test.for([
  ['woken in the background', wakeInBackground],
  ['shown', show],
] as const)(
  'a native stream keeps its one connection, and what came meanwhile is delivered once: %s',
  async ([, wake]) => {
    const { tab, s, sleep } = await freeze(
      [hold(event(1, 'a'), { text: event(2, 'b'), wait: true }, { text: event(3, 'c'), wait: true })],
      { transport: 'native' },
      { data: ['a'], statuses: ['open'] },
    );
    await s.release();
    await sleep(SHORT);
    await wake(tab);
    await reaches(tab, { data: ['a', 'b'] });
    await s.release();
    await reaches(tab, { data: ['a', 'b', 'c'], statuses: ['open'], errors: [] });
    const log = await s.log();
    expect([log.requests.length, log.open, log.maxOpen]).toEqual([1, 1, 1]);
  },
);

test.for([
  ['woken in the background', wakeInBackground],
  ['shown', show],
] as const)(
  'a stream that was silent while frozen keeps its one connection if a byte comes soon: %s',
  async ([, wake]) => {
    const { tab, s, sleep } = await freeze(
      [hold(event(1, 'a'), { text: event(2, 'b'), wait: true })],
      { transport: 'fetch', idleTimeout: 3000 },
      { data: ['a'], statuses: ['open'] },
    );
    await sleep(5000);
    const { ticks } = await seen(tab);
    await wake(tab);
    // The first tick is as overdue as the decision, the second one comes after it.
    await expect.poll(async () => (await seen(tab)).ticks, { interval: 20 }).toBeGreaterThan(ticks + 1);
    await s.release();
    await reaches(tab, { data: ['a', 'b'], statuses: ['open'], errors: [] });
    const log = await s.log();
    expect([log.requests.length, log.open, log.maxOpen]).toEqual([1, 1, 1]);
  },
);

test('a stream that stays silent after freezing is reopened with its ID after 2 s, without idleTimeout', async () => {
  const { tab, s, sleep } = await freeze(
    [hold(event(1, 'a')), hold(event(2, 'b'))],
    { transport: 'fetch' },
    { data: ['a'], statuses: ['open'] },
  );
  await sleep(SHORT);
  const wokenAt = Date.now();
  await wakeInBackground(tab);
  await reaches(tab, { data: ['a', 'b'], statuses: ['open', 'reconnecting', 'open'], errors: ['timeout'] });
  const { requests } = await s.log();
  expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1']);
  expect((requests[1]?.time ?? NaN) - wokenAt).toBeGreaterThanOrEqual(1990);
});

// If a page was frozen when bytes arrived, Chromium 156 never delivers another byte to that fetch,
// nor an error.
test('a stream that is deaf after freezing is resumed: nothing is lost or doubled', async () => {
  const { tab, s, sleep } = await freeze(
    [
      hold(event(1, 'a'), { text: event(2, 'b'), wait: true }, { text: event(3, 'c'), wait: true }),
      hold(event(2, 'b'), event(3, 'c')),
    ],
    { transport: 'fetch' },
    { data: ['a'], statuses: ['open'] },
  );
  await s.release();
  await sleep(SHORT);
  await show(tab);
  await s.release();
  await reaches(tab, { data: ['a', 'b', 'c'] });
  await expect.poll(async () => (await s.log()).open).toBe(1);
  const { requests } = await s.log();
  expect(requests.slice(1).map(({ headers }) => headers['last-event-id'])).toEqual(
    requests.slice(1).map(() => '1'),
  );
});

declare global {
  /** What the scene below leaves for the test. Times are in ms. */
  var hidden: { readonly data: string[]; readonly errors: string[]; slowestTick: number };
}

function listenThreeWays([auto, fetch, shared]: readonly string[]): void {
  const { SseClient, sharedConnection } = globalThis.ssekit;
  const idleTimeout = 30_000;
  const record = (globalThis.hidden = { data: [] as string[], errors: [] as string[], slowestTick: 0 });
  for (const [url = '', options] of [
    [auto, {}],
    [fetch, { transport: 'fetch', idleTimeout }],
    [shared, { share: sharedConnection('hidden'), idleTimeout }],
  ] as const) {
    const client = new SseClient(url, options);
    client.onMessage(({ data }) => record.data.push(data));
    client.onError(({ code }) => record.errors.push(code));
  }
  let tickedAt = performance.now();
  setInterval(() => {
    record.slowestTick = Math.max(record.slowestTick, performance.now() - tickedAt);
    tickedAt = performance.now();
  }, 1000);
}

// Chromium lets the timers of a page fire once a minute after it was hidden for five minutes.
test.runIf(process.env.LONG)(
  'a hidden tab whose server sends a byte every 20 s makes no reconnect in ten minutes',
  { timeout: 720_000 },
  async () => {
    const heartbeats = Array.from({ length: 30 }, () => ({ text: ':\n\n', delay: 20_000 }));
    const streams = await Promise.all(
      [1, 2, 3].map(() => script(pages.origin, [hold('data: a\n\n', ...heartbeats, 'data: b\n\n')])),
    );
    const open = await openWindow(browser);
    const tab = await open(
      pages.page(
        listenThreeWays,
        streams.map(({ url }) => url),
      ),
    );
    const record = () => tab.evaluate(() => globalThis.hidden);
    const has = (data: string[], timeout: number) =>
      expect.poll(async () => (await record()).data, { timeout, interval: 1000 }).toEqual(data);
    await has(['a', 'a', 'a'], 30_000);
    await open(pages.page(() => undefined, null));
    await has(['a', 'a', 'a', 'b', 'b', 'b'], 660_000);
    const { errors, slowestTick } = await record();
    expect(errors).toEqual([]);
    expect(slowestTick).toBeGreaterThan(50_000);
    const logs = await Promise.all(streams.map((s) => s.log()));
    expect(logs.map(({ requests }) => requests.length)).toEqual([1, 1, 1]);
  },
);
