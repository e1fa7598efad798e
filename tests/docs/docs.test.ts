import http, { type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { init } from 'echarts';
import { createServer, defineConfig, type UserConfig } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import * as ssekit from 'ssekit';
import { SseClient, type SseClientOptions, type UrlSource } from 'ssekit';
import { MockEventSource } from 'ssekit/testing';
import { createTestServer, type Middleware, type TestServer } from '../server.ts';
import { compile } from './compile.ts';
import { documents, read, run, snippet, snippets, withoutComments, type Snippet } from './snippets.ts';

/** The documentation's code compiles, runs, and is the same in both languages. */

const all = documents.flatMap(snippets);

describe('every block of TypeScript', () => {
  let diagnostics: Map<string, string>;
  const nameOf = ({ file, line, language }: Snippet) => `${file.replaceAll('/', '.')}.${line}.${language}`;

  beforeAll(() => {
    // Solid's projects say so in tsconfig.json.
    const pragma = (code: string) => (code.includes("'solid-js'") ? '/** @jsxImportSource solid-js */ ' : '');
    diagnostics = compile(new Map(all.map((each) => [nameOf(each), pragma(each.code) + each.code])));
  }, 120_000);

  test.for(all)('$file:$line compiles', (each) => {
    expect(diagnostics.get(nameOf(each))).toBe('');
  });

  test('is found, on every page that has one', () => {
    expect(new Set(all.map(({ file }) => file))).toEqual(
      new Set(documents.filter((file) => /^```tsx?\b/m.test(read(file)))),
    );
    expect(snippets('README.md').length).toBeGreaterThan(3);
    expect(diagnostics.size).toBe(all.length);
  });
});

const translated = documents
  .filter((file) => file.endsWith('.zh-CN.md'))
  .map((file) => [file.replace('.zh-CN', ''), file] as const);

describe.for(translated)('%s and %s', ([english, chinese]) => {
  test('have the same code, but for comments', () => {
    const code = (file: string) =>
      snippets(file).map((each) => `${each.name ?? ''}\n${withoutComments(each)}`);
    expect(code(chinese)).toEqual(code(english));
  });

  test('have the same headings, in number and in depth', () => {
    const headings = (file: string) => {
      const prose = read(file).replaceAll(/^```.*?^```$/gms, '');
      return [...prose.matchAll(/^(#+) /gm)].map(([, depth]) => depth);
    };
    expect(headings(chinese)).toEqual(headings(english));
    expect(headings(english).length).toBeGreaterThan(0);
  });
});

describe('the blocks that are marked', () => {
  /**
   * The server of all snippets: `/api/sse`, `/api/prices`, `/api/chat` and `/v1/…` answer as their
   * pages expect.
   */
  let server: TestServer;
  const clients: SseClient[] = [];
  /** SseClient, but it remembers its instances. */
  const Kept = new Proxy(SseClient, {
    construct(target, args: [UrlSource, SseClientOptions]) {
      const client = new target<Record<string, string>>(...args);
      clients.push(client);
      return client;
    },
  });
  const runs = (page: string, name: string, scope: Readonly<Record<string, unknown>> = {}) =>
    run(snippet(page, name), scope, { ssekit: { ...ssekit, SseClient: Kept } });

  beforeAll(async () => {
    server = await createTestServer(api);
  });
  afterAll(() => server.close());

  beforeEach(() => {
    vi.stubGlobal('location', new URL(server.origin));
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  /** The parts of an element that snippets use. */
  function element() {
    const node = {
      textContent: '',
      append: (text: string) => {
        node.textContent += text;
      },
    };
    return node;
  }

  /** Resolves once the last snippet's client has this status. */
  const closed = () =>
    new Promise<void>((resolve) => {
      clients.at(-1)?.subscribe(({ status }) => {
        if (status === 'closed') resolve();
      });
    });

  const drivers: Record<string, (page: string, name: string) => Promise<void>> = {
    async start(page, name) {
      const document = { body: element(), title: '' };
      await runs(page, name, { document });
      await closed();
      expect(document.body.textContent).toBe('哈哈');
      expect(document.title).toBe('closed');
    },
    async plain(page, name) {
      const [output, lamp] = [element(), element()];
      // The standard's class. One test suite checks it and the browsers' own.
      await runs(page, name, { EventSource: ssekit.FetchEventSource, output, lamp });
      await vi.waitFor(() => {
        expect([output.textContent, lamp.textContent]).toEqual(['哈哈', 'open']);
      });
    },
    async 'plain-fetch'(page, name) {
      const [output, lamp] = [element(), element()];
      const stream = streams.get('/api/sse') ?? '';
      const bytes = Buffer.from(stream);
      // Cut anywhere, even inside a character.
      const body = new ReadableStream({
        start(controller) {
          for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
          controller.close();
        },
      });
      const own = () => Promise.resolve(new Response(body));
      await runs(page, name, { fetch: own, token: 'secret', output, lamp });
      expect([output.textContent, lamp.textContent]).toEqual(['哈哈', 'closed']);
    },
    async decode(page, name) {
      const shown: string[] = [];
      const ended = new Promise<void>((resolve) => {
        const show = (text: string) => {
          if (shown.push(text) === 2) resolve();
        };
        void runs(page, name, { SseClient: Kept, show });
      });
      await ended;
      expect(shown).toEqual(['42.00', 'flat']);
    },
    async schemas(page, name) {
      streams.set('/api/prices', `${prices}event: tick\ndata: {"symbol":"ACME"}\n\n`);
      const show = vi.fn();
      const log = vi.fn();
      await runs(page, name, { SseClient: Kept, show, log });
      await vi.waitFor(() => {
        expect(log).toHaveBeenCalled();
      });
      expect(show.mock.calls).toEqual([['42.00']]);
      expect(log.mock.calls).toEqual([
        ['tick', '{"symbol":"ACME"}', [expect.objectContaining({ path: ['price'] })]],
      ]);
    },
    async gap(page, name) {
      streams.set('/api/prices', 'id: 1\nevent: tick\ndata: 1\n\n');
      const show = vi.fn();
      await runs(page, name, { SseClient: Kept, show });
      const client = clients.at(-1);
      await client?.once('tick');
      expect(show).not.toHaveBeenCalled();
      client?.reconnect();
      await vi.waitFor(() => {
        expect(show).toHaveBeenCalled();
      });
      expect(client?.status).toBe('open');
    },
    async numbered(page, name) {
      streams.set(
        '/events/prices',
        [1, 2, 4].map((n) => `event: tick\ndata: {"n":${n},"price":"1"}\n\n`).join(''),
      );
      const show = vi.fn();
      const log = vi.fn();
      await runs(page, name, { SseClient: Kept, show, log });
      await vi.waitFor(() => {
        expect(log).toHaveBeenCalledTimes(3);
      });
      expect(show).toHaveBeenCalledTimes(1);
    },
    async 'header-auth'(page, name) {
      const login = () => Promise.resolve('stale');
      const refresh = vi.fn(() => Promise.resolve('fresh'));
      await runs(page, name, { SseClient: Kept, login, refresh });
      await clients.at(-1)?.once('tick' as never);
      expect(refresh).toHaveBeenCalledTimes(1);
    },
    async 'query-auth'(page, name) {
      const asked: string[] = [];
      const real = fetch;
      const own = vi.fn((input: string | URL, init?: RequestInit) => {
        const { pathname, search } = new URL(input, server.origin);
        asked.push(pathname + search);
        if (pathname === '/api/ticket') return Promise.resolve(new Response(`t${asked.length}`));
        return real(`${server.origin}/api/prices`, init);
      });
      vi.stubGlobal('fetch', own);
      await runs(page, name, { SseClient: Kept, fetch: own });
      await clients.at(-1)?.once('tick' as never);
      clients.at(-1)?.reconnect();
      await clients.at(-1)?.once('tick' as never);
      expect(asked).toEqual(['/api/ticket', '/prices?ticket=t1', '/api/ticket', '/prices?ticket=t3']);
    },
    async loop(page, name) {
      const output = element();
      await runs(page, name, { SseClient: Kept, output });
      expect(output.textContent).toBe('哈哈');
      expect(clients.at(-1)?.status).not.toBe('closed');
    },
    async llm(page, name) {
      const body = element();
      await runs(page, name, { document: { body } });
      expect(body.textContent).toBe('You asked: Hi');
    },
    async ring(page, name) {
      const ticks = Array.from({ length: 1300 }, (_, at) => `{"at":${at},"orders":${at * 2}}`);
      const data = [...ticks.slice(0, 700), '{"at":"noon"}', ...ticks.slice(700)];
      streams.set('/api/metrics', data.map((text) => `event: tick\ndata: ${text}\n\n`).join(''));
      const log = vi.fn();
      const { times, orders } = await runs(page, name, { SseClient: Kept, log });
      await vi.waitFor(() => {
        expect((times as number[]).at(-1)).toBe(1299);
      });
      expect(times).toHaveLength(700);
      expect((orders as number[]).at(-700)).toBe(1200);
      expect(log.mock.calls).toEqual([['decode', 'tick', '{"at":"noon"}']]);
    },
    async uplot(page, name) {
      const setData = vi.fn();
      const uplot = {
        __esModule: true,
        default: class {
          setData = setData;
        },
      };
      const scope = { element: {}, times: numbers, orders: numbers };
      const { draw } = await run(snippet(page, name), scope, { uplot });
      (draw as () => void)();
      expect(setData.mock.calls).toEqual([[[numbers.slice(-600), numbers.slice(-600)]]]);
    },
    async echarts(page, name) {
      const chart = init(null, null, { renderer: 'svg', ssr: true, width: 800, height: 200 });
      const scope = { element: {}, times: numbers, orders: numbers };
      const { draw } = await run(snippet(page, name), scope, { echarts: { init: () => chart } });
      (draw as () => void)();
      const { series } = chart.getOption() as { series: [{ data: unknown[] }] };
      expect([series[0].data.length, series[0].data[0]]).toEqual([600, [100, 100]]);
      expect(chart.renderToSVGString()).toContain('<path');
    },
    async server(page, name) {
      const real = http.createServer.bind(http);
      // Its port may be taken on this machine.
      const createServer = (listener: RequestListener) => {
        const server = real(listener);
        const listen = server.listen.bind(server);
        return Object.assign(server, { listen: () => listen(0) });
      };
      const { server } = await run(snippet(page, name), {}, { 'node:http': { createServer } });
      const { port } = (server as http.Server).address() as AddressInfo;
      const client = new SseClient<{ tick: { price: number } }>(`http://localhost:${port}`, {
        decode: 'json',
      });
      clients.push(client as unknown as SseClient);
      expect(await client.once('tick')).toMatchObject({ lastEventId: '1', data: { price: 1 } });
      client.reconnect();
      expect(await client.once('tick')).toMatchObject({ lastEventId: '2', data: { price: 2 } });
      client.close();
      (server as http.Server).close();
    },
    async 'own-transport'(page, name) {
      const requested: (string | null)[] = [];
      const own = (_: string, { headers }: { headers: Headers }) => {
        requested.push(headers.get('last-event-id'));
        return Promise.resolve(new Response('retry: 0\nid: 7\n\n'));
      };
      await runs(page, name, { SseClient: Kept, fetch: own });
      await vi.waitFor(() => {
        expect(requested.slice(0, 2)).toEqual([null, '7']);
      });
    },
    async 'checked-stream'(page, name) {
      streams.set('/api/prices', 'event: tick\ndata: {"at":0,"price":42}\n\nevent: tick\ndata: {}\n\n');
      const [show, log] = [vi.fn(), vi.fn()];
      await runs(page, name, { show, log });
      await new Promise((resolve) => clients.at(-1)?.onError(resolve));
      expect([show.mock.calls, log.mock.calls]).toEqual([[['42.00']], [[new Date(0)]]]);
    },
    async route(page, name) {
      const { GET } = (await run(snippet(page, name))) as { GET: (request: Request) => Response };
      const cleared = vi.spyOn(globalThis, 'clearInterval');
      const response = GET(new Request('https://example.test', { headers: { 'Last-Event-ID': '4' } }));
      for await (const { type, lastEventId } of ssekit.parseSse(response)) {
        expect([type, lastEventId]).toEqual(['tick', '5']);
        break;
      }
      await vi.waitFor(() => {
        expect(cleared).toHaveBeenCalledTimes(1);
      });
      cleared.mockRestore();
    },
    async 'mock-sse'(page, name) {
      const prices: string[] = [];
      await runs(page, name, { SseClient: Kept, prices });
      await vi.waitFor(() => {
        expect(prices).toEqual(['42', '43']);
      });
    },
    async 'mock-event-source'(page, name) {
      const prices: string[] = [];
      await runs(page, name, { SseClient: Kept, prices });
      expect(prices).toEqual(['42']);
      expect(clients.at(-1)?.status).toBe('reconnecting');
    },
    async vite(page, name) {
      const dying = http.createServer((_, response) => void response.write('retry: 2000\n\n'));
      await new Promise<void>((resolve) => dying.listen(0, resolve));
      const { port } = dying.address() as AddressInfo;
      const block = snippet(page, name);
      // Its port may be taken on this machine.
      const code = block.code.replace('8080', String(port));
      const { default: config } = await run({ ...block, code }, {}, { vite: { defineConfig } });
      const proxy = await createServer({
        ...(config as UserConfig),
        configFile: false,
        appType: 'custom',
        optimizeDeps: { noDiscovery: true },
        logLevel: 'silent',
        server: { ...(config as UserConfig).server, port: 0, ws: false },
      });
      await proxy.listen();
      const { body } = await fetch(new URL('api/prices', proxy.resolvedUrls?.local[0]));
      const reader = body?.getReader();
      await reader?.read();
      dying.closeAllConnections();
      // It ends or breaks off, depending on the server's HTTP version.
      const end = reader?.read().catch(() => ({ done: true }));
      expect(await end).toMatchObject({ done: true });
      await proxy.close();
      dying.close();
    },
    async 'fake-timers'(page, name) {
      await runs(page, name, { lamp: element() });
      expect(clients.at(-1)?.status).toBe('closed');
    },
    async global(page, name) {
      await runs(page, name, { prices: [] });
      expect(MockEventSource.instances).toHaveLength(1);
    },
    async msw(page, name) {
      await runs(page, name);
      expect(clients.at(-1)?.status).toBe('closed');
    },
  };
  /**
   * llm.test.ts runs the snippets of llm.md, tests/interop those of protocols.md and
   * slots.md, tests/unit/docs.test.tsx those that need a page, frameworks.test.tsx those that a
   * server renders, and recipes.test.ts those of frameworks and state libraries.
   */
  const elsewhere = [
    'openai',
    'show',
    'anthropic',
    'patience',
    'checked',
    'explain',
    'token',
    'chat',
    'components',
    'react',
    'react-prices',
    'react-chat',
    'vue',
    'vue-prices',
    'vue-chat',
    'rxjs',
    'next',
    'nuxt',
    'solid',
    'angular',
    'to-signal',
    'lit',
    'query',
    'streamed-query',
    'swr',
    'redux',
    'zustand',
    'pinia',
    ...[...snippets('docs/protocols.md'), ...snippets('docs/slots.md')].flatMap(({ name }) => name ?? []),
  ];

  const marked = all.filter(({ name, file }) => name !== undefined && !file.endsWith('.zh-CN.md'));

  test('have a test each, and each test has its block', () => {
    expect(marked.map(({ name }) => name).sort()).toEqual([...Object.keys(drivers), ...elsewhere].sort());
  });

  test.for(
    marked
      .map(({ file, name = '' }) => [file, name] as const)
      .filter(([, name]) => !elsewhere.includes(name)),
  )('%s: %s runs', async ([file, name]) => {
    await drivers[name]?.(file, name);
  });
});

const prices = 'event: tick\ndata: {"symbol":"ACME","price":42}\n\nevent: news\ndata: flat\n\n';

/** More than a chart shows. */
const numbers = Array.from({ length: 700 }, (_, i) => i);

const streams = new Map([
  ['/api/sse', 'event: lol\ndata: 哈\n\nevent: lol\ndata: 哈\n\nevent: done\ndata:\n\n'],
  ['/api/prices', prices],
]);

const api: Middleware = (request, response, next) => {
  const stream = streams.get(request.url ?? '');
  if (request.headers.authorization === 'Bearer stale') {
    response.writeHead(401).end();
    return;
  }
  if (stream !== undefined) {
    // Left open, as a stream is.
    const headers = { 'content-type': 'text/event-stream', 'x-history': 'lost' };
    response.writeHead(200, headers).write(stream);
  } else if (request.url === '/api/chat') {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const { prompt } = JSON.parse(body) as { prompt: string };
      const contents = ['You', ' asked', ': ', prompt, undefined];
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const content of contents)
        response.write(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
      response.write('data: [DONE]\n\n');
    });
  } else next();
};
