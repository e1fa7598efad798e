/** Where the package runs in a real Chromium, besides a page: one stream in each place. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { findEngines, launchChromium, launchOptions } from '../engines/find.ts';
import { script } from '../script.ts';
import { createTestServer, type Middleware, type TestServer } from '../server.ts';
import { cleanUp, createProject } from './project.ts';

/** Resolves with what two events of a client bring, the second one after a reconnect. */
const RECEIVE = `function receive(url) {
  const client = new ssekit.SseClient(url, { transport: 'fetch', retryInterval: 100 });
  const seen = [];
  client.onMessage(({ data }) => seen.push(data));
  return client.once('end').then(() => {
    client.close();
    return seen.join();
  });
}`;
const load = (path: string) => `importScripts('${path}');\n${RECEIVE}`;

/** A strict policy: no inline script, no evaluated one, and no string where a page takes code. */
const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

const scripts: Readonly<Record<string, string>> = {
  '/receive.js': RECEIVE,
  '/worker.js': `${load('/ssekit.js')}
    onmessage = ({ data }) => receive(data).then(postMessage);`,
  '/shared.js': `${load('/ssekit.js')}
    onconnect = ({ ports: [port] }) => {
      port.onmessage = ({ data }) => receive(data).then((seen) => port.postMessage(seen));
    };`,
  '/service.js': `${load('/ssekit.js')}
    onactivate = (event) => event.waitUntil(clients.claim());
    onmessage = (event) => {
      event.waitUntil(receive(event.data).then((seen) => event.ports[0].postMessage(seen)));
    };`,
};

let folder: string;
let library: string;
let server: TestServer;
let browser: Browser;

const app: Middleware = (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  const code = pathname === '/ssekit.js' ? library : scripts[pathname];
  response.setHeader('content-type', code === undefined ? 'text/html' : 'text/javascript');
  if (searchParams.has('policy')) response.setHeader('content-security-policy', POLICY);
  response.end(
    code ?? '<!doctype html><script src="/ssekit.js"></script><script src="/receive.js"></script>',
  );
};

beforeAll(async () => {
  ({ folder } = await createProject(inject('tarball'), 'script'));
  library = await readFile(join(folder, 'node_modules/ssekit/dist/ssekit.iife.min.js'), 'utf8');
  server = await createTestServer(app);
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await server.close();
  await cleanUp();
});

/** A page of the test's server, and the errors and violations that it reports. */
async function open(path = '/', base = server.origin): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(`${base}${path}`);
  return { page, errors };
}

/** What a test's place does with a URL. */
type Place = (url: string) => Promise<unknown>;

const ask =
  (expression: string): Place =>
  async (url) => {
    const { page, errors } = await open();
    const seen = await page.evaluate(`(async (url) => { ${expression} })(${JSON.stringify(url)})`);
    expect(errors).toEqual([]);
    return seen;
  };

const places: Record<string, Place> = {
  'a page': ask('return receive(url);'),

  'a dedicated worker': ask(`
    const worker = new Worker('/worker.js');
    worker.postMessage(url);
    return new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });`),

  'a SharedWorker': ask(`
    const { port } = new SharedWorker('/shared.js');
    port.postMessage(url);
    return new Promise((resolve) => { port.onmessage = ({ data }) => resolve(data); });`),

  'a service worker': ask(`
    await navigator.serviceWorker.register('/service.js');
    const { active } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    active.postMessage(url, [port2]);
    return new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data); });`),

  'a sandboxed iframe': ask(`
    const frame = document.createElement('iframe');
    frame.sandbox = 'allow-scripts';
    frame.srcdoc = \`<script src="\${location.origin}/ssekit.js"></script>
      <script src="\${location.origin}/receive.js"></script>
      <script>receive('\${url}').then((seen) => parent.postMessage(seen, '*'));</script>\`;
    document.body.append(frame);
    return new Promise((resolve) => { onmessage = ({ data }) => resolve(data); });`),

  async 'a file from the disk'(url) {
    const html = `<!doctype html><script src="node_modules/ssekit/dist/ssekit.iife.min.js"></script>
      <script>${RECEIVE}</script>`;
    await writeFile(join(folder, 'file.html'), html);
    const { page, errors } = await open('/file.html', pathToFileURL(folder).href);
    const seen = await page.evaluate(`receive(${JSON.stringify(url)})`);
    expect(errors).toEqual([]);
    return seen;
  },

  async 'a page with a strict CSP and Trusted Types'(url) {
    const { page, errors } = await open('/?policy');
    // Proves that the policy is in force.
    const refused = page.evaluate("document.body.append(''), document.body.innerHTML = '<b></b>'");
    await expect(refused).rejects.toThrow('TrustedHTML');
    errors.length = 0;
    const seen = await page.evaluate(`receive(${JSON.stringify(url)})`);
    expect(errors).toEqual([]);
    return seen;
  },

  async "an extension's service worker"(url) {
    const extension = await mkdtemp(join(tmpdir(), 'ssekit-extension-'));
    const profile = await mkdtemp(join(tmpdir(), 'ssekit-profile-'));
    onTestFinished(() =>
      Promise.all([rm(extension, { recursive: true }), rm(profile, { recursive: true })]).then(),
    );
    const manifest = {
      manifest_version: 3,
      name: 'ssekit',
      version: '1',
      background: { service_worker: 'background.js' },
      host_permissions: ['http://127.0.0.1/*'],
    };
    await writeFile(join(extension, 'manifest.json'), JSON.stringify(manifest));
    await writeFile(join(extension, 'background.js'), load('ssekit.js'));
    await cp(join(folder, 'node_modules/ssekit/dist/ssekit.iife.min.js'), join(extension, 'ssekit.js'));
    const engine = (await findEngines(['chromium'])).chromium;
    const own = engine ? launchOptions('chromium', engine) : {};
    const context = await chromium.launchPersistentContext(profile, {
      ...own,
      // Chromium's old headless mode has no extensions.
      headless: false,
      args: [
        ...(own.args ?? []),
        '--headless=new',
        `--disable-extensions-except=${extension}`,
        `--load-extension=${extension}`,
      ],
    });
    try {
      const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
      return await worker.evaluate(`receive(${JSON.stringify(url)})`);
    } finally {
      await context.close();
    }
  },
};

test.for(Object.keys(places))(
  '%s receives events, reconnects and resumes',
  { timeout: 30_000 },
  async (name) => {
    const s = await script(server.origin, [
      { chunks: ['id: 1\ndata: 你好\n\n'] },
      { chunks: ['id: 2\ndata: b\n\n', 'event: end\ndata\n\n'], end: 'hold' },
    ]);
    expect(await places[name]?.(s.url)).toBe('你好,b');
    const { requests } = await s.closed();
    expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1']);
  },
);
