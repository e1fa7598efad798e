/** The package over fetch in runtimes other than browsers and Node, which npm installs. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Environment } from '../contract.ts';
import { freePort } from '../free-port.ts';
import { script, type Attempt } from '../script.ts';
import { createTestServer, type TestServer } from '../server.ts';
import { cleanUp, createProject, onCleanUp, type Project } from './project.ts';

const execute = promisify(execFile);

/** How many cases the contract has where there is no page. */
const CASES = 172;

let project: Project;
let server: TestServer;
let other: TestServer;
beforeAll(async () => {
  [server, other] = await Promise.all([createTestServer(), createTestServer()]);
  project = await createProject(inject('tarball'), 'runtimes');
});
afterAll(async () => {
  await Promise.all([server.close(), other.close()]);
  await cleanUp();
});

const streams: Readonly<Record<string, readonly Attempt[]>> = {
  loop: [{ chunks: ['data: 哈\n\n', 'data: 哈\n\ndata: [DONE]\n\n'], end: 'hold' }],
  parsed: [{ chunks: ['data: a\r\n\r\n', 'data: b\n\n'] }],
  client: [
    { chunks: ['id: 1\ndata: a\n\n'] },
    // Without an event: a reset may overtake one.
    { chunks: [': hello\n\n'], end: 'destroy' },
    { chunks: ['id: 2\ndata: b\n\n'] },
    { chunks: ['event: end\ndata\n\n'], end: 'hold' },
  ],
  source: [{ chunks: ['event: price\ndata: 101.5\n\n'], end: 'hold' }],
  refused: [{ status: 401, headers: { 'content-type': 'text/plain' }, chunks: ['no'] }],
  aborted: [{ chunks: ['data: a\n\n'], end: 'hold' }],
};

const program = (...path: string[]) => join(project.folder, 'node_modules', ...path);

/** Runs a program with an argument, and resolves to its output. `worker.js` and `worker.ts` are workers. */
const runtimes: Record<string, (file: string, argument: string) => Promise<string>> = {
  async Node(file, argument) {
    return (await execute(process.execPath, [file, argument], { cwd: project.folder })).stdout;
  },
  Deno: (file, argument) => project.node(program('deno/bin.cjs'), 'run', '--allow-all', file, argument),
  async Bun(file, argument) {
    return (await execute(program('.bin/bun'), [file, argument], { cwd: project.folder })).stdout;
  },
  async workerd(file, argument) {
    const { folder } = project;
    const outfile = join(folder, 'bundle.js');
    await build({ entryPoints: [join(folder, file)], bundle: true, format: 'esm', outfile });
    const address = `127.0.0.1:${await freePort()}`;
    const args = ['serve', 'workerd.capnp', '--socket-addr', `http=${address}`, '--control-fd=1'];
    const worker = spawn(program('.bin/workerd'), args, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const gone = once(worker, 'exit');
    onCleanUp(async () => {
      worker.kill();
      await gone;
    });
    // It reports on this pipe once it listens.
    await once(worker.stdout, 'data');
    const response = await fetch(`http://${address}`, { method: 'POST', body: argument });
    return response.text();
  },
};

test.for(Object.keys(runtimes))(
  '%s streams, resumes, refuses and aborts over fetch',
  { timeout: 30_000 },
  async (name) => {
    const scripts = await Promise.all(
      Object.entries(streams).map(
        async ([key, attempts]) => [key, await script(server.origin, attempts)] as const,
      ),
    );
    const urls = Object.fromEntries(scripts.map(([key, { url }]) => [key, url]));
    expect(
      JSON.parse(
        (await runtimes[name]?.(name === 'workerd' ? 'worker.js' : 'main.js', JSON.stringify(urls))) ?? '',
      ),
    ).toEqual({
      loop: ['哈', '哈'],
      parsed: ['a', 'b'],
      resumed: ['a', 'b'],
      dispatched: '101.5',
      refused: { code: 'http', status: 401, body: 'no' },
      aborted: 'AbortError',
    });
    const logs = Object.fromEntries(
      await Promise.all(scripts.map(async ([key, each]) => [key, (await each.closed()).requests] as const)),
    );
    expect(logs.loop).toMatchObject([{ method: 'POST', body: '{"prompt":"你好"}' }]);
    expect(logs.client?.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1', '1', '2']);
  },
);

/** What a runtime does otherwise than browsers, by the titles of the contract's cases. */
const departures: Readonly<Record<string, readonly string[]>> = {
  Node: [],
  // Its fetch has no `cache`, so no `Cache-Control` goes out.
  Deno: [
    'the request is a GET that accepts an event stream and no cached answer',
    'the request is the same each time',
  ],
  Bun: [
    // The same.
    'the request is a GET that accepts an event stream and no cached answer',
    'the request is the same each time',
    // It reads no streams from them.
    'a blob: URL is a stream',
    'a data: URL is a stream',
  ],
  workerd: [
    // It calls `onmessage` and the like by itself: first of all listeners, and on the global object.
    'a handler set to null is not called; set again it comes last',
    'a handler that is replaced keeps its place among the listeners',
    'an event handler is called with the event, on the source',
    'closed by an error listener, it does not reconnect',
    'closed by an open listener, no message comes',
    'stopImmediatePropagation() keeps an event from later listeners',
    // Nothing there catches it.
    'a handler that throws is reported, and the other listeners are called',
    // It encodes header values a second time.
    'an id beyond ASCII goes out as its UTF-8 bytes',
    // It has none.
    'a blob: URL is a stream',
  ],
};

test.for(Object.keys(runtimes))(
  'in %s, FetchEventSource does what every EventSource does, but for what that runtime lacks',
  { timeout: 60_000 },
  async (name) => {
    const file = name === 'workerd' ? 'contract-worker' : 'contract-process';
    const { folder } = project;
    await build({
      entryPoints: [fileURLToPath(new URL(`${file}.ts`, import.meta.url))],
      bundle: true,
      format: 'esm',
      target: 'es2022',
      outfile: join(folder, `${file}.js`),
      external: ['node:*'],
      alias: {
        ssekit: program('ssekit/dist/index.js'),
        vitest: fileURLToPath(new URL('expect.ts', import.meta.url)),
      },
    });
    const { origin } = server;
    const environment = {
      engine: 'node',
      scope: 'node',
      isNative: false,
      origin,
      crossOrigin: other.origin,
      crossOriginSameSite: other.origin,
    } satisfies Environment;
    const result: unknown = JSON.parse(
      (await runtimes[name]?.(`${file}.js`, JSON.stringify(environment))) ?? '',
    );
    const failed = [...(departures[name] ?? [])].sort();
    expect(result).toEqual({ passed: CASES - failed.length, failed });
  },
);
