/** The package over fetch in runtimes other than browsers and Node, which npm installs. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { freePort } from '../free-port.ts';
import { script, type Attempt } from '../script.ts';
import { createTestServer, type TestServer } from '../server.ts';
import { cleanUp, createProject, onCleanUp, type Project } from './project.ts';

const execute = promisify(execFile);

let project: Project;
let server: TestServer;
beforeAll(async () => {
  server = await createTestServer();
  project = await createProject(inject('tarball'), 'runtimes');
});
afterAll(async () => {
  await server.close();
  await cleanUp();
});

const streams: Readonly<Record<string, readonly Attempt[]>> = {
  loop: [{ chunks: ['data: 哈\n\n', 'data: 哈\n\ndata: [DONE]\n\n'], end: 'hold' }],
  parsed: [{ chunks: ['data: a\r\n\r\n', 'data: b\n\n'] }],
  client: [
    { chunks: ['id: 1\ndata: a\n\n'] },
    { chunks: ['id: 2\ndata: b\n\n'], end: 'destroy' },
    { chunks: ['event: end\ndata\n\n'], end: 'hold' },
  ],
  source: [{ chunks: ['event: price\ndata: 101.5\n\n'], end: 'hold' }],
  refused: [{ status: 401, headers: { 'content-type': 'text/plain' }, chunks: ['no'] }],
  aborted: [{ chunks: ['data: a\n\n'], end: 'hold' }],
};

const program = (...path: string[]) => join(project.folder, 'node_modules', ...path);

const runtimes: Record<string, (urls: string) => Promise<string>> = {
  async Node(urls) {
    return (await execute(process.execPath, ['main.js', urls], { cwd: project.folder })).stdout;
  },
  Deno: (urls) => project.node(program('deno/bin.cjs'), 'run', '--allow-net', 'main.js', urls),
  async Bun(urls) {
    return (await execute(program('.bin/bun'), ['main.js', urls], { cwd: project.folder })).stdout;
  },
  async workerd(urls) {
    const { folder } = project;
    const outfile = join(folder, 'bundle.js');
    await build({ entryPoints: [join(folder, 'worker.js')], bundle: true, format: 'esm', outfile });
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
    const response = await fetch(`http://${address}`, { method: 'POST', body: urls });
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
    expect(JSON.parse((await runtimes[name]?.(JSON.stringify(urls))) ?? '')).toEqual({
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
    expect(logs.client?.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1', '2']);
  },
);
