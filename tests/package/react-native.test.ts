/**
 * The package with React Native's own `XMLHttpRequest`, `fetch`, `URL` and `AbortController`, and
 * none of the web's other globals. The cells of the table of docs/react-native.md are tests here.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import type * as Ssekit from 'ssekit';
import type { xhrTransport } from 'ssekit/xhr';
import { script, type Attempt } from '../script.ts';
import { createTestServer, type TestServer } from '../server.ts';
import { cleanUp, createProject, type Project } from './project.ts';
import { buildReactNative, createRealm, type ReactNative } from './react-native.ts';

let project: Project;
let server: TestServer;
beforeAll(async () => {
  server = await createTestServer();
  project = await createProject(inject('tarball'), 'react-native');
});
afterAll(async () => {
  await server.close();
  await cleanUp();
});
// Only the installation takes long.
vi.setConfig({ testTimeout: 15_000 });

const HELLO: Attempt = { chunks: ['id: 1\ndata: 你好😀\n\n'], end: 'hold' };

/** Like that of expo/fetch: a response with a reader, and nothing else of a Response. */
const streamingFetch = async (url: string, init: RequestInit) => {
  const {
    status,
    headers,
    body,
    url: answered,
  } = await fetch(url, { ...init, headers: [...new Headers(init.headers)] });
  return { ok: status === 200, status, headers, url: answered, body };
};

describe.for([
  ['0.81.4', 'EventTarget'],
  ['0.88.1', 'MessageEvent'],
] as const)('React Native %s', ([version, lackedByEventSource]) => {
  let native: ReactNative;
  beforeAll(async () => {
    native = await buildReactNative(project.folder, version);
  });

  function load(more: object = {}) {
    const { run, console } = createRealm(native, more);
    const ssekit = run('ssekit') as typeof Ssekit & { xhrTransport: typeof xhrTransport };
    const connect = (url: string, options: object = {}) => {
      const client = new ssekit.SseClient(url, {
        transport: ssekit.xhrTransport(),
        retryInterval: 100,
        ...options,
      });
      onTestFinished(() => {
        client.close();
      });
      return client;
    };
    return { ssekit, connect, console };
  }

  test(`has no TextDecoder and no ${lackedByEventSource}`, () => {
    expect(native.globals).toEqual(
      expect.arrayContaining(['XMLHttpRequest', 'fetch', 'URL', 'AbortController']),
    );
    expect(native.globals.includes('EventTarget')).toBe(lackedByEventSource !== 'EventTarget');
  });

  test('receives events over xhrTransport() as they come, without a polyfill', async () => {
    const s = await script(server.origin, [HELLO]);
    const { connect, console } = load();
    const client = connect(s.url, { headers: { 'X-Token': 'secret' } });
    expect(await client.once('message')).toMatchObject({
      data: '你好😀',
      lastEventId: '1',
      origin: server.origin,
    });
    expect(client.getSnapshot()).toMatchObject({ status: 'open', transport: 'xhr' });
    client.close();
    const { requests } = await s.closed();
    expect(requests[0]?.headers).toMatchObject({ 'x-token': 'secret', accept: 'text/event-stream' });
    expect(console.error).not.toHaveBeenCalled();
  });

  test('reconnects over xhrTransport() and resumes, after an end and after a cut', async () => {
    const s = await script(server.origin, [
      { chunks: ['id: 1\ndata: a\n\n'] },
      { chunks: ['id: 2\ndata: b\n\n'], end: 'destroy' },
      { chunks: ['event: end\ndata\n\n'], end: 'hold' },
    ]);
    const client = load().connect(s.url);
    const seen: string[] = [];
    client.onMessage(({ data }) => seen.push(data));
    await client.once('end');
    client.close();
    const { requests } = await s.closed();
    expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1', '2']);
    expect(seen).toEqual(['a', 'b']);
  });

  test('sends a POST over xhrTransport(), and reports a status with its body', async () => {
    const s = await script(server.origin, [
      { status: 401, headers: { 'content-type': 'text/plain' }, chunks: ['no'] },
    ]);
    const client = load().connect(s.url, { json: { a: 1 } });
    const error = await new Promise((resolve) => client.onError(resolve));
    expect(error).toMatchObject({ code: 'http', status: 401, body: 'no', willRetry: false });
    expect((await s.closed()).requests).toMatchObject([{ method: 'POST', body: '{"a":1}' }]);
  });

  test("its own fetch can't stream, which is one final error", async () => {
    const s = await script(server.origin, [{ chunks: ['data: a\n\n'] }]);
    const { ssekit } = load({ TextDecoder });
    await expect(ssekit.fetchSse(s.url).next()).rejects.toMatchObject({
      code: 'failed',
      message: "This `fetch` can't stream: its response has no readable body.",
    });
    const client = new ssekit.SseClient(s.url, { transport: 'fetch' });
    const error = await new Promise((resolve) => client.onError(resolve));
    expect(error).toMatchObject({ code: 'failed', willRetry: false });
    expect((await s.closed()).requests).toHaveLength(2);
  });

  test('fetchSse and SseClient work with a fetch that streams, and with TextDecoder', async () => {
    const s = await script(server.origin, [HELLO]);
    const { ssekit, connect } = load({ TextDecoder });
    const fetch = streamingFetch as unknown as typeof globalThis.fetch;
    const loop = ssekit.fetchSse(s.url, { fetch });
    expect((await loop.next()).value).toMatchObject({ data: '你好😀' });
    await loop.return?.();
    const client = connect(s.url, { fetch, transport: 'fetch' });
    expect((await client.once('message')).data).toBe('你好😀');
    client.close();
    await s.closed();
  });

  test('what is missing is named', () => {
    const { ssekit } = load();
    const url = 'https://example.test';
    expect(() => ssekit.fetchSse(url)).toThrow('There is no TextDecoder here: add a polyfill.');
    expect(() => new ssekit.FetchEventSource(url)).toThrow(
      `There is no ${lackedByEventSource} here: add a polyfill.`,
    );
  });
});

test('the code of the docs reconnects when the app is active again, in both languages', () => {
  for (const page of ['docs/react-native.md', 'docs/react-native.zh-CN.md']) {
    const text = readFileSync(fileURLToPath(new URL(`../../${page}`, import.meta.url)), 'utf8');
    const [, code = ''] = /^```js\n(import \{ AppState.*?)^```$/ms.exec(text) ?? [];
    let listener: (state: string) => void = () => undefined;
    const remove = vi.fn();
    const AppState = {
      addEventListener: (_: string, given: typeof listener) => {
        listener = given;
        return { remove };
      },
    };
    const context = createContext({ require: () => ({ AppState }), module: {} });
    const { reconnectWhenActive } = runInContext(
      `${transformSync(code, { format: 'cjs' }).code}; module.exports`,
      context,
    ) as { reconnectWhenActive: (client: object) => () => void };
    const reconnect = vi.fn();
    const stop = reconnectWhenActive({ reconnect });
    for (const state of ['inactive', 'background', 'active']) listener(state);
    expect(reconnect).toHaveBeenCalledOnce();
    stop();
    expect(remove).toHaveBeenCalledOnce();
  }
});
