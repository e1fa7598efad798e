import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { read, root, snippet, snippets } from '../docs/snippets.ts';
import { launchChromium } from '../engines/find.ts';
import { Gate } from '../faults/gate.ts';
import { trpc } from './protocols/packaged.ts';

/** The blocks of docs/slots.md, in Chromium, through a 401, a cut and a deploy. */

const PAGE = 'docs/slots.md';

interface Slot {
  /** Its row on the page. */
  readonly row: string;
  readonly packageName: string;
  /** The block on the page. */
  readonly block: string;
  /** What a page has around the block. `show(n)` notes an event. */
  readonly before?: string;
  readonly after?: string;
  readonly html?: string;
}

const slots: readonly Slot[] = [
  {
    row: 'tRPC, `httpSubscriptionLink`',
    packageName: '@trpc/client',
    block: 'slot-trpc',
    after: `import { createTRPCClient } from '@trpc/client';
      createTRPCClient({ links: [link] }).numbers.subscribe(undefined, { onData: ({ data }) => show(data) });`,
  },
  {
    row: 'htmx, SSE extension',
    packageName: 'htmx-ext-sse',
    block: 'slot-htmx',
    before: `import 'htmx-ext-sse';`,
    after: `document.body.addEventListener('htmx:sseMessage', ({ detail }) => show(detail.data));`,
    html: '<div hx-ext="sse" sse-connect="/events" sse-swap="tick"></div>',
  },
  {
    row: 'Turbo, `connectStreamSource`',
    packageName: '@hotwired/turbo',
    block: 'slot-turbo',
    after: `new MutationObserver((changes) => {
        for (const { addedNodes } of changes) for (const node of addedNodes) show(node.textContent);
      }).observe(document.getElementById('list'), { childList: true });`,
    html: '<div id="list"></div>',
  },
  {
    row: 'AdonisJS Transmit',
    packageName: '@adonisjs/transmit-client',
    block: 'slot-transmit',
    after: `const subscription = transmit.subscription('ticks');
      subscription.create();
      subscription.onMessage(show);`,
  },
  {
    row: 'reconnecting-eventsource',
    packageName: 'reconnecting-eventsource',
    block: 'slot-reconnecting',
    after: `source.addEventListener('tick', ({ data }) => show(data));`,
  },
];

/** What each stream sends for a number. */
const formats: Readonly<Record<string, (n: number) => string>> = {
  '/events': (n) => `event: tick\ndata: ${n}\n\n`,
  '/turbo': (n) =>
    `data: <turbo-stream action="append" target="list"><template><p>${n}</p></template></turbo-stream>\n\n`,
  '/__transmit/events': (n) => `data: {"channel":"ticks","payload":${n}}\n\n`,
};

const isStream = (path: string) => path in formats || path.startsWith('/trpc/');

/** Numbers, one every 20 ms, after the ID that the request sends. */
const numbers: RequestListener = (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  const format = formats[pathname];
  if (!format) {
    response.writeHead(204).end();
    return;
  }
  let n = Number(request.headers['last-event-id'] ?? searchParams.get('lastEventId') ?? 0);
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write('retry: 100\n\n');
  const timer = setInterval(() => {
    n++;
    response.write(`id: ${n}\n${format(n)}`);
  }, 20);
  response.on('close', () => {
    clearInterval(timer);
  });
};

let browser: Browser;
let server: Server;
let gate: Gate;
let origin: string;
let isDeploying = false;
let statuses: number[] = [];
const passed = new Set<string>();

function refusal({ url = '', headers }: IncomingMessage): number | undefined {
  if (!isStream(new URL(url, 'http://localhost').pathname)) return undefined;
  if (headers.authorization !== 'Bearer fresh') return 401;
  return isDeploying ? 503 : undefined;
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const refused = refusal(request);
    if (isStream(new URL(request.url ?? '', 'http://localhost').pathname)) statuses.push(refused ?? 200);
    if (refused !== undefined) response.writeHead(refused).end();
    else if (request.url?.startsWith('/trpc/') === true) trpc(request, response);
    else numbers(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  gate = new Gate((server.address() as AddressInfo).port);
  origin = `http://127.0.0.1:${await gate.open()}`;
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await gate.shut();
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
});

/** The block as a page runs it, with the page's token and options. */
async function bundle({ block, before = '', after = '' }: Slot): Promise<string> {
  const options = snippets(PAGE).find(({ code }) => code.includes('satisfies FetchEventSourceInit'));
  const { outputFiles } = await build({
    stdin: {
      contents: `import './page.ts';\n${before}\n${snippet(PAGE, block).code}\n${after}`,
      loader: 'ts',
      resolveDir: root,
    },
    bundle: true,
    write: false,
    format: 'esm',
    alias: { ssekit: `${root}src/index.ts` },
    plugins: [
      {
        name: 'page',
        setup(on) {
          on.onResolve({ filter: /^\.\/page\.ts$/ }, () => ({ path: 'page.ts', namespace: 'page' }));
          on.onLoad({ filter: /.*/, namespace: 'page' }, () => ({
            loader: 'ts',
            contents: `let token = 'stale';
              const refresh = async () => 'fresh';
              globalThis.shown = [];
              globalThis.show = (n) => shown.push(Number(n));
              ${options?.code ?? ''}
              globalThis.options = options;`,
          }));
        },
      },
    ],
  });
  return outputFiles[0]?.text ?? '';
}

async function open(slot: Slot): Promise<Page> {
  const code = await bundle(slot);
  const page = await browser.newPage();
  const body = `<!doctype html><title>${slot.block}</title><body>${slot.html ?? ''}<script type="module" src="/page.js"></script>`;
  await page.route(`${origin}/page`, (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.route(`${origin}/page.js`, (route) =>
    route.fulfill({ contentType: 'text/javascript; charset=utf-8', body: code }),
  );
  await page.goto(`${origin}/page`);
  return page;
}

test.for(slots.map((slot) => [slot.row, slot] as const))(
  '%s: gets a new token after a 401, and resumes after a cut and a deploy',
  async ([, slot]) => {
    statuses = [];
    isDeploying = false;
    const page = await open(slot);
    const shown = () => page.evaluate(() => (globalThis as unknown as { shown: number[] }).shown);
    const grows = async () => {
      const { length } = await shown();
      await vi.waitFor(async () => {
        expect((await shown()).length).toBeGreaterThan(length + 2);
      }, 15_000);
    };
    await grows();
    expect(statuses).toEqual([401, 200]);
    await gate.shut();
    await gate.open();
    await grows();
    expect(statuses).toEqual([401, 200, 200]);
    isDeploying = true;
    await gate.shut();
    await gate.open();
    await vi.waitFor(() => {
      expect(statuses.slice(3, 5)).toEqual([503, 503]);
    }, 15_000);
    isDeploying = false;
    await grows();
    const all = await shown();
    await page.close();
    expect(all).toEqual(all.map((_, i) => i + 1));
    passed.add(slot.row);
  },
);

describe.for([PAGE, 'docs/slots.zh-CN.md'])('%s', (page) => {
  test('has a row for each slot that has passed, with the version that was tested, and no other', () => {
    const rows = read(page)
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .slice(2)
      .map((line) => line.split('|').map((cell) => cell.trim()).slice(1, -1)); // prettier-ignore
    const version = (name: string) => {
      const manifest = readFileSync(`${root}node_modules/${name}/package.json`, 'utf8');
      return (JSON.parse(manifest) as { version: string }).version;
    };
    expect(rows).toEqual(
      slots
        .filter(({ row }) => passed.has(row))
        .map(({ row, packageName }) => [row, version(packageName), '✓', '✓', '✓']),
    );
    expect(rows).toHaveLength(slots.length);
  });
});
