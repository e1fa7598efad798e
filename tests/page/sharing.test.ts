import type { Browser, BrowserContext, CDPSession, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { SseClient, SseState } from 'ssekit';
import { launchChromium } from '../engines/find.ts';
import { script, type Attempt } from '../script.ts';
import { asShipped } from './as-shipped.ts';
import { openWindow } from './devtools-tab.ts';
import { engine, launchEngine } from './engine.ts';
import { createLibraryPages, type LibraryPages } from './library-page.ts';

/** R14 with real tabs: however the leading tab disappears, the others lose and double nothing. */

let pages: LibraryPages;
beforeAll(async () => {
  pages = await createLibraryPages();
});
afterAll(() => pages.close());

declare global {
  /** What the scene leaves for the test. */
  var tab: {
    readonly client: SseClient;
    readonly numbers: number[];
    /** When they arrived, in milliseconds since the epoch. */
    readonly times: number[];
    readonly statuses: SseState['status'][];
    readonly errors: string[];
    isLeader: boolean;
    /** The longest time in ms in which not even a timer of this tab ran. */
    longestPause: number;
  };
}

interface Setting {
  readonly name: string;
  readonly url: string;
  readonly transport: 'auto' | 'fetch';
  /** Whether each tab keeps its position across a reload. */
  readonly stores?: boolean | undefined;
}

/** Counts, and continues counting across reloads. */
function listen({ name, url, transport, stores }: Setting): void {
  const client = new globalThis.ssekit.SseClient(url, {
    transport,
    share: globalThis.ssekit.sharedConnection(name),
    storage: stores ? () => sessionStorage : undefined,
    debug: (line) => {
      if (line.includes('this tab has the connection')) globalThis.tab.isLeader = true;
      if (line.includes('this tab gives the connection up')) globalThis.tab.isLeader = false;
    },
  });
  globalThis.tab = {
    client,
    numbers: [],
    times: [],
    statuses: [],
    errors: [],
    isLeader: false,
    longestPause: 0,
  };
  let ranAt = Date.now();
  setInterval(() => {
    const now = Date.now();
    globalThis.tab.longestPause = Math.max(globalThis.tab.longestPause, now - ranAt);
    ranAt = now;
  }, 10);
  const { numbers, times, statuses, errors } = globalThis.tab;
  if (stores) {
    numbers.push(...(JSON.parse(sessionStorage.getItem('heard') ?? '[]') as number[]));
    addEventListener('pagehide', () => {
      sessionStorage.setItem('heard', JSON.stringify(numbers));
    });
  }
  client.on('number', ({ data }) => {
    numbers.push(Number(data));
    times.push(Date.now());
  });
  client.onStateChange((now, before) => {
    if (now.status !== before.status) statuses.push(now.status);
  });
  client.onError(({ code }) => errors.push(code));
}

const isLeader = (page: Page) => page.evaluate(() => globalThis.tab.isLeader);
const last = (page: Page) => page.evaluate(() => globalThis.tab.numbers.at(-1) ?? 0);
const reaches = (page: Page, number: number) =>
  page.waitForFunction((number) => (globalThis.tab.numbers.at(-1) ?? 0) >= number, number, { polling: 20 });

async function stats(session: string): Promise<{ requests: number; open: number }> {
  const all = (await (await fetch(`${pages.origin}/api/stats`)).json()) as {
    sessions: Record<string, { requests: number; open: number }>;
  };
  return all.sessions[session] ?? { requests: 0, open: 0 };
}

/** How many numbers are missing and how many are repeated, from the first one this tab got. */
function flawsOf(numbers: readonly number[]): { lost: number; doubled: number } {
  const first = numbers[0] ?? 0;
  const final = numbers.at(-1) ?? 0;
  const distinct = new Set(numbers);
  const backwards = numbers.findIndex((number, i) => number < (numbers[i - 1] ?? 0));
  if (backwards > 0) throw new Error(`out of order: ${numbers.slice(backwards - 3, backwards + 3).join()}`);
  return { lost: final - first + 1 - distinct.size, doubled: numbers.length - distinct.size };
}

const flaws = async (page: Page) => flawsOf(await page.evaluate(() => globalThis.tab.numbers));

/** The longest time without an event, in ms, less what a busy machine takes from the tab. */
const gap = (page: Page) =>
  page.evaluate(() => {
    const { times, longestPause } = globalThis.tab;
    return Math.max(...times.slice(1).map((time, i) => time - (times[i] ?? 0))) - longestPause;
  });

function firstOf(all: readonly Page[]): Page {
  const [page] = all;
  if (!page) throw new Error('there is no tab');
  return page;
}

let sessions = 0;

describe(`in ${engine}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchEngine(engine === 'Chromium' ? asShipped : {});
  });
  afterAll(() => browser.close());

  async function tabs(
    count: number,
    {
      transport = 'auto',
      query = 'interval=10',
      stores,
    }: Partial<Pick<Setting, 'transport' | 'stores'>> & { query?: string } = {},
  ): Promise<{ context: BrowserContext; all: Page[]; session: string; open: () => Promise<Page> }> {
    const session = `shared-${engine}-${++sessions}`;
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const url = pages.page(listen, {
      name: session,
      url: `/api/numbers?${query}&session=${session}`,
      transport,
      stores,
    });
    const open = async () => {
      const page = await context.newPage();
      await page.goto(url);
      return page;
    };
    const all: Page[] = [];
    for (let i = 0; i < count; i++) all.push(await open());
    return { context, all, session, open };
  }

  async function split(all: readonly Page[]): Promise<{ leader: Page; followers: Page[] }> {
    const leading = await Promise.all(all.map(isLeader));
    const leaders = all.filter((_, i) => leading[i]);
    expect(leaders).toHaveLength(1);
    const [leader] = leaders;
    if (!leader) throw new Error('nobody leads');
    return { leader, followers: all.filter((page) => page !== leader) };
  }

  test('ten tabs have one connection', async () => {
    const { all, session } = await tabs(10);
    await Promise.all(all.map((page) => reaches(page, 30)));
    const end = Math.max(...(await Promise.all(all.map(last))));
    await Promise.all(all.map((page) => reaches(page, end)));
    for (const page of all) expect(await flaws(page)).toEqual({ lost: 0, doubled: 0 });
    expect(await stats(session)).toEqual({ requests: 1, open: 1 });
  });

  test('a tab that is reloaded goes on where it stood, whether it had the connection or not', async () => {
    const { all, session } = await tabs(4, { stores: true });
    await Promise.all(all.map((page) => reaches(page, 20)));
    for (let round = 1; round <= 3; round++) {
      const { leader, followers } = await split(all);
      await Promise.all([leader, firstOf(followers)].map((page) => page.reload()));
      await expect.poll(async () => (await Promise.all(all.map(isLeader))).filter(Boolean).length).toBe(1);
      const end = Math.max(...(await Promise.all(all.map(last)))) + 20;
      await Promise.all(all.map((page) => reaches(page, end)));
    }
    for (const page of all) {
      expect(await flaws(page)).toEqual({ lost: 0, doubled: 0 });
      // Firefox ends the stream of a closing page before it tells the page, so that's a network
      // error, for all tabs.
      expect(await page.evaluate(() => globalThis.tab.errors)).not.toContain('overflow');
    }
    // The server notices the end of the old page's connection later than the page is gone.
    await expect.poll(async () => (await stats(session)).open).toBe(1);
  });

  interface Case {
    readonly name: string;
    readonly transport?: Setting['transport'];
    readonly only?: 'Chromium';
    /** Makes the leader disappear. Returns a function that brings it back, if that's possible. */
    readonly go: (leader: Page, context: BrowserContext) => Promise<(() => Promise<unknown>) | undefined>;
    /** In milliseconds. */
    readonly within: number;
  }

  const devtools = (page: Page, context: BrowserContext): Promise<CDPSession> => context.newCDPSession(page);
  const block = (ms: number) => async (leader: Page) => {
    // The page doesn't await it: a blocked thread answers nobody.
    await leader.evaluate((ms) => {
      setTimeout(() => {
        const end = performance.now() + ms;
        while (performance.now() < end);
      });
    }, ms);
    return () => Promise.resolve();
  };

  const cases: readonly Case[] = [
    {
      name: 'closed',
      go: async (leader) => {
        await leader.close();
        return undefined;
      },
      within: 5000,
    },
    {
      name: 'closed, fetch',
      transport: 'fetch',
      go: async (leader) => {
        await leader.close();
        return undefined;
      },
      within: 5000,
    },
    {
      name: 'reloaded',
      go: async (leader) => {
        await leader.reload();
        return undefined;
      },
      within: 5000,
    },
    {
      name: 'navigated away',
      go: async (leader) => {
        await leader.goto('about:blank');
        return undefined;
      },
      within: 5000,
    },
    {
      name: 'its client closed',
      go: async (leader) => {
        await leader.evaluate(() => {
          globalThis.tab.client.close();
        });
        return () =>
          leader.evaluate(() => {
            globalThis.tab.client.connect();
          });
      },
      within: 5000,
    },
    {
      name: 'crashed',
      only: 'Chromium',
      go: async (leader, context) => {
        const crashed = leader.waitForEvent('crash');
        void (await devtools(leader, context)).send('Page.crash').catch(() => undefined);
        await crashed;
        return undefined;
      },
      within: 5000,
    },
    {
      name: 'in the back/forward cache',
      only: 'Chromium',
      go: async (leader) => {
        await leader.evaluate(() => {
          addEventListener('pageshow', ({ persisted }) => {
            document.title = persisted ? 'restored' : 'not restored';
          });
        });
        await leader.goto(pages.page(() => undefined, null));
        return async () => {
          await leader.evaluate(() => {
            history.back();
          });
          await leader.waitForFunction(() => document.title === 'restored');
        };
      },
      within: 5000,
    },
    { name: 'blocked for 12 s', transport: 'fetch', go: block(12_000), within: 11_000 },
    { name: 'blocked for 12 s, native', go: block(12_000), within: 11_000 },
  ];

  test.for(cases.filter(({ only }) => only === undefined || only === engine))(
    'the tab that has the connection is $name: another takes over, and no tab loses or doubles an event',
    async ({ name, go, transport, within }) => {
      const { context, all, session } = await tabs(4, transport && { transport });
      await Promise.all(all.map((page) => reaches(page, 30)));
      const { leader, followers } = await split(all);
      const back = await go(leader, context);
      const at = await last(firstOf(followers));
      await Promise.all(followers.map((page) => reaches(page, at + 50)));
      const requests = await stats(session);
      let stays = followers;
      if (back) {
        await back();
        stays = all;
      }
      const end = await last(firstOf(followers));
      await Promise.all(stays.map((page) => reaches(page, end + 100)));
      await split(stays);
      const found = await Promise.all(stays.map(flaws));
      const gaps = await Promise.all(followers.map(gap));
      const lost = found.reduce((sum, { lost }) => sum + lost, 0);
      const doubled = found.reduce((sum, { doubled }) => sum + doubled, 0);
      const worst = Math.max(...gaps);
      console.info(`take-over, ${engine}, ${name}: ${worst} ms, ${lost} lost, ${doubled} doubled`);
      expect([lost, doubled]).toEqual([0, 0]);
      expect(worst).toBeLessThan(within);
      expect(requests.requests).toBe(2);
    },
  );

  const hold = (...chunks: NonNullable<Attempt['chunks']>): Attempt => ({ chunks, end: 'hold' });
  /**
   * The first event waits until all tabs are there, because late ones get no old events. A byte
   * comes first, because Firefox doesn't open a stream without one.
   */
  const first = (): Attempt => hold(':\n', { text: number(1), wait: true });
  const unavailable: Attempt = { status: 503, headers: { 'retry-after': '3600' } };
  const is = (page: Page, status: SseState['status']) =>
    page.waitForFunction((status) => globalThis.tab.client.status === status, status);
  const number = (n: number) => `event: number\nid: ${n}\ndata: ${n}\n\n`;

  async function scripted(
    count: number,
    attempts: readonly Attempt[],
    transport: Setting['transport'] = 'fetch',
  ) {
    const s = await script(pages.origin, attempts);
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const url = pages.page(listen, { name: s.url, url: `${s.url}?token=secret`, transport });
    const open = async () => {
      const page = await context.newPage();
      await page.goto(url);
      return page;
    };
    const all: Page[] = [];
    for (let i = 0; i < count; i++) all.push(await open());
    return { s, all, open };
  }

  test('the tab that has the connection is closed while it waits to reconnect: another tries at once', async () => {
    const { s, all } = await scripted(3, [first(), unavailable, hold(number(2))]);
    await Promise.all(all.map((page) => is(page, 'open')));
    await s.release();
    await Promise.all(all.map((page) => reaches(page, 1)));
    const { leader, followers } = await split(all);
    await leader.evaluate(() => {
      globalThis.tab.client.reconnect();
    });
    await Promise.all(all.map((page) => is(page, 'reconnecting')));
    await Promise.all(
      all.map((page) =>
        page.waitForFunction(() => globalThis.tab.client.getSnapshot().error?.status === 503),
      ),
    );
    const from = Date.now();
    await leader.close();
    await Promise.all(followers.map((page) => reaches(page, 2)));
    console.info(`take-over, ${engine}, closed while reconnecting: ${Date.now() - from} ms`);
    for (const page of followers) {
      expect(await page.evaluate(() => [globalThis.tab.numbers, globalThis.tab.errors])).toEqual([
        [1, 2],
        ['http'],
      ]);
    }
    const log = await s.log();
    expect(log.requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1', '1']);
  });

  test('a tab that waits is pushed by another that asks to reconnect', async () => {
    const { s, all } = await scripted(2, [unavailable, hold(number(1))]);
    await Promise.all(all.map((page) => is(page, 'reconnecting')));
    const { followers } = await split(all);
    await followers[0]?.evaluate(() => {
      globalThis.tab.client.reconnect();
    });
    await Promise.all(all.map((page) => reaches(page, 1)));
    expect((await s.log()).requests).toHaveLength(2);
  });

  test('a follower that was closed never leads, and closing one disturbs nobody', async () => {
    const { s, all } = await scripted(3, [first(), hold(number(2))]);
    await Promise.all(all.map((page) => is(page, 'open')));
    await s.release();
    await Promise.all(all.map((page) => reaches(page, 1)));
    const { leader, followers } = await split(all);
    const [closed, heir] = followers as [Page, Page];
    await closed.evaluate(() => {
      globalThis.tab.client.close();
    });
    expect(await closed.evaluate(async () => (await navigator.locks.query()).pending?.length)).toBe(1);
    await leader.close();
    await reaches(heir, 2);
    expect(await closed.evaluate(() => [globalThis.tab.numbers, globalThis.tab.statuses])).toEqual([
      [1],
      ['open', 'closed'],
    ]);
    expect(await isLeader(closed)).toBe(false);
    await heir.close();
    const { open, requests } = await s.closed();
    expect([open, requests.length]).toEqual([0, 2]);
    expect(await closed.evaluate(async () => (await navigator.locks.query()).held?.length)).toBe(0);
  });

  test('a late tab sees the state of now at once, and no old events', async () => {
    const { s, open, all } = await scripted(1, [hold(number(1), { text: number(2), wait: true })]);
    await reaches(firstOf(all), 1);
    const late = await open();
    await is(late, 'open');
    const seen = await late.evaluate(() => ({
      ...globalThis.tab.client.getSnapshot(),
      id: globalThis.tab.client.lastEventId,
    }));
    expect(seen).toMatchObject({ status: 'open', transport: 'fetch', failures: 0, id: '1' });
    await s.release();
    await reaches(late, 2);
    expect(await late.evaluate(() => globalThis.tab.numbers)).toEqual([2]);
    const log = await s.log();
    expect([log.requests.length, log.open]).toEqual([1, 1]);
  });

  test('all tabs closed: the server sees the connection go', async () => {
    const { s, all } = await scripted(3, [first()]);
    await Promise.all(all.map((page) => is(page, 'open')));
    await s.release();
    await Promise.all(all.map((page) => reaches(page, 1)));
    expect((await s.log()).open).toBe(1);
    const { leader, followers } = await split(all);
    // The leader last, so nobody can take over.
    for (const page of [...followers, leader]) await page.close();
    const log = await s.closed();
    expect([log.open, log.requests.length]).toEqual([0, 1]);
  });

  test('two clients in one tab have one connection', async () => {
    const s = await script(pages.origin, [hold(number(1), { text: number(2), wait: true })]);
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(
      pages.page((url) => {
        const share = globalThis.ssekit.sharedConnection('twice');
        document.title = '';
        for (const name of ['a', 'b']) {
          const client = new globalThis.ssekit.SseClient(url, { share });
          client.onStateChange(({ status }) => (document.title += `${name}:${status} `));
          client.on('number', ({ data }) => (document.title += `${name}${data} `));
        }
      }, s.url),
    );
    await page.waitForFunction(() => document.title.includes('a:open') && document.title.includes('b:open'));
    await s.release();
    await page.waitForFunction(() => document.title.includes('a2') && document.title.includes('b2'));
    expect((await s.log()).requests).toHaveLength(1);
  });

  test.for<[string, Attempt, string]>([
    ['401', { status: 401 }, 'http'],
    ['204', { status: 204 }, 'no-content'],
  ])(
    'a final failure, %s, closes all tabs with its error; connect() in any of them starts over',
    async ([, failure, code]) => {
      const { s, all } = await scripted(3, [first(), failure, hold(number(2))]);
      await Promise.all(all.map((page) => is(page, 'open')));
      await s.release();
      await Promise.all(all.map((page) => reaches(page, 1)));
      const { leader, followers } = await split(all);
      await leader.evaluate(() => {
        globalThis.tab.client.reconnect();
      });
      await Promise.all(all.map((page) => is(page, 'closed')));
      for (const page of all) {
        expect(
          await page.evaluate(() => {
            const { error } = globalThis.tab.client.getSnapshot();
            return [globalThis.tab.errors, error?.code, error?.willRetry, error?.headers instanceof Headers];
          }),
        ).toEqual([[code], code, false, true]);
      }
      expect((await s.closed()).requests).toHaveLength(2);
      const again = firstOf(followers);
      await again.evaluate(() => {
        globalThis.tab.client.connect();
      });
      await reaches(again, 2);
      expect((await s.log()).requests.at(-1)?.headers['last-event-id']).toBe('1');
      expect(await isLeader(leader)).toBe(false);
    },
  );

  test('no query and no request header is ever on the wire', async () => {
    const s = await script(pages.origin, [
      { status: 503 },
      hold(number(1), { text: number(2), wait: true }),
      unavailable,
    ]);
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(
      pages.page((url) => {
        const wire: string[] = [];
        Object.assign(globalThis, { wire });
        new BroadcastChannel('ssekit:1:wire').onmessage = ({ data }) => {
          wire.push(JSON.stringify(data));
          document.title = String(wire.length);
        };
        const client = new globalThis.ssekit.SseClient(`${url}?token=secret`, {
          share: globalThis.ssekit.sharedConnection('wire'),
          headers: { Authorization: 'Bearer secret' },
          retryInterval: 1,
        });
        client.on('number', ({ data }) => {
          if (data === '2') client.reconnect();
        });
      }, s.url),
    );
    await s.release();
    await page.waitForFunction(() => {
      const { wire } = globalThis as unknown as { wire: string[] };
      // Once more after the event: its listener reconnects and is refused.
      const event = wire.findIndex((text) => text.includes('"data":"2"'));
      return event >= 0 && wire.slice(event).some((text) => text.includes('503'));
    });
    const wire = await page.evaluate(() => (globalThis as unknown as { wire: string[] }).wire.join('\n'));
    expect(wire).toContain('"kind":"event"');
    expect(wire).not.toMatch(/secret|token|Bearer/i);
  });

  test('HTTP/1.1 gives six connections to an origin: without sharing the seventh tab waits, with it there are ten and more', async () => {
    const attempts = [hold(number(1))];
    const own = await script(pages.origin, attempts);
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const alone = pages.page((url: string) => {
      new globalThis.ssekit.SseClient(url).onOpen(() => (document.title = 'open'));
    }, own.url);
    const six: Page[] = [];
    for (let i = 0; i < 6; i++) {
      const page = await context.newPage();
      await page.goto(alone);
      await page.waitForFunction(() => document.title === 'open');
      six.push(page);
    }
    // The seventh can't even load, because every connection is taken.
    const seventh = await context.newPage();
    const loading = seventh.goto(alone);
    expect((await own.requests(6)).open).toBe(6);
    await six[0]?.close();
    await loading;
    await context.close();

    const { s, all } = await scripted(10, attempts);
    await Promise.all(all.map((page) => is(page, 'open')));
    expect((await s.log()).maxOpen).toBe(1);
  });
});

if (engine === 'Chromium')
  describe('hidden tabs of Chromium', () => {
    const patient = { timeout: 20_000 };
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchChromium(asShipped);
    });
    afterAll(() => browser.close());

    test('a tab that the browser freezes hands over, and when it is woken it has lost nothing', async () => {
      const name = `shared-frozen-${++sessions}`;
      const url = pages.page(listen, {
        name,
        url: `/api/numbers?interval=10&session=${name}`,
        transport: 'auto',
      });
      const open = await openWindow(browser);
      const seen = (tab: Awaited<ReturnType<typeof open>>) => tab.evaluate(() => globalThis.tab.numbers);
      const leader = await open(url);
      await expect.poll(() => seen(leader), patient).toContain(20);
      const others = [await open(url), await open(url)] as const;
      await expect.poll(async () => (await seen(others[1])).length, patient).toBeGreaterThan(20);
      expect(await leader.evaluate(() => [document.visibilityState, globalThis.tab.isLeader])).toEqual([
        'hidden',
        true,
      ]);
      const from = Date.now();
      await leader.send('Page.setWebLifecycleState', { state: 'frozen' });
      await expect.poll(async () => (await stats(name)).requests, { ...patient, interval: 10 }).toBe(2);
      const at = (await seen(others[0])).at(-1) ?? 0;
      await expect.poll(() => seen(others[0]), { ...patient, interval: 10 }).toContain(at + 1);
      console.info(`take-over, Chromium, frozen: ${Date.now() - from} ms`);
      await expect.poll(() => seen(others[0]), patient).toContain(at + 200);
      await leader.send('Page.setWebLifecycleState', { state: 'active' });
      await expect.poll(() => seen(leader), patient).toContain(at + 300);
      for (const tab of [leader, ...others])
        expect(flawsOf(await seen(tab))).toEqual({ lost: 0, doubled: 0 });
      expect(await leader.evaluate(() => globalThis.tab.isLeader)).toBe(false);
      expect((await stats(name)).requests).toBe(2);
    });

    test('a tab that is hidden and has nothing to say answers, and keeps the connection', async () => {
      const name = `shared-quiet-${++sessions}`;
      const url = pages.page(listen, {
        name,
        url: `/api/numbers?interval=9000&session=${name}`,
        transport: 'auto',
      });
      const open = await openWindow(browser);
      const leader = await open(url);
      await expect.poll(() => leader.evaluate(() => globalThis.tab.isLeader), patient).toBe(true);
      const others = [await open(url), await open(url)] as const;
      // Two silences long enough to ask in.
      for (const tab of others) {
        await expect
          .poll(() => tab.evaluate(() => globalThis.tab.numbers.length), { timeout: 40_000 })
          .toBe(2);
      }
      expect(await leader.evaluate(() => [document.visibilityState, globalThis.tab.isLeader])).toEqual([
        'hidden',
        true,
      ]);
      expect(await stats(name)).toEqual({ requests: 1, open: 1 });
    });
  });
