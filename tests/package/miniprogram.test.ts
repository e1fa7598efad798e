/**
 * The package in a mini program: built by WeChat's own npm build, in a realm that has a mini
 * program's globals, with the polyfills and the code of docs/miniprogram.md.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInContext } from 'node:vm';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import type { SseClient } from 'ssekit';
import type { MiniprogramRequest, miniprogramTransport as transportOf } from 'ssekit/miniprogram';
import { createMiniProgram } from './mini-program.ts';
import { cleanUp, createProject, type Project } from './project.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const blocksOf = (page: string) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```js\n(.*?)^```$/gms)].map(([, code = '']) => code);
const [polyfills = '', page = '', chat = '', background = ''] = blocksOf('docs/miniprogram.md');

const npmBuild = `
  require('miniprogram-ci')
    .packNpmManually({ packageJsonPath: 'package.json', miniprogramNpmDistDir: '.' })
    .then((result) => console.log(JSON.stringify(result)));`;

let project: Project;
let built: unknown;
beforeAll(async () => {
  project = await createProject(inject('tarball'), 'miniprogram');
  built = JSON.parse(
    (await project.node('--eval', npmBuild)).split('\n').findLast((line) => line !== '') ?? '',
  );
});
afterAll(cleanUp);
afterEach(() => {
  vi.useRealTimers();
});

// Only the installation takes long.
vi.setConfig({ testTimeout: 15_000 });

const start = (options?: { hasChunks: boolean }) => createMiniProgram(project.folder, options);

/** A client in a mini program that has the polyfills. */
function connect(program = start(), options = '') {
  const { client } = program.run(`
    ${polyfills}
    import { SseClient } from 'ssekit';
    import { miniprogramTransport } from 'ssekit/miniprogram';
    export const client = new SseClient('https://example.com/prices', {
      transport: miniprogramTransport(wx.request), ${options}
    });`) as { client: SseClient };
  onTestFinished(() => {
    client.close();
  });
  return { ...program, client };
}

describe("WeChat's npm build", () => {
  test('takes the package and each polyfill, without a warning', () => {
    expect(built).toMatchObject({ miniProgramPackNum: 1, warnList: [] });
    expect(readdirSync(join(project.folder, 'miniprogram_npm/ssekit')).sort()).toEqual([
      'index.js',
      'miniprogram.js',
      'shared.js',
    ]);
  });

  test('gets files that its parser can read, in ES2018', () => {
    const { parse } = createRequire(join(project.folder, 'package.json'))('acorn') as {
      parse: (code: string, options: { ecmaVersion: number }) => unknown;
    };
    const folder = join(project.folder, 'miniprogram_npm/ssekit');
    for (const file of readdirSync(folder)) {
      expect(() => parse(readFileSync(join(folder, file), 'utf8'), { ecmaVersion: 9 })).not.toThrow();
    }
  });
});

test('both languages of the page have the same code, but for comments', () => {
  const code = (file: string) => blocksOf(file).map((block) => block.replaceAll(/ +\/\/ (?!#).*$/gm, ''));
  expect(code('docs/miniprogram.zh-CN.md')).toEqual(code('docs/miniprogram.md'));
});

describe('the code of the docs', () => {
  interface Page {
    setData: (data: object) => void;
    client: SseClient;
    onLoad(): void;
    onUnload(): void;
  }

  test('connects a page, shows events whose characters were cut, and ends the request at unload', async () => {
    const program = start();
    program.run(`${polyfills}\n${page}`);
    const instance = program.page() as Page;
    const data = {};
    instance.setData = (change) => Object.assign(data, change);
    instance.onLoad();
    const { options, head, bytes, abort } = await program.call(1);
    expect(options.header).toMatchObject({ authorization: 'Bearer token from storage' });
    head();
    bytes('event: tick\ndata: 你好😀\n\n');
    expect(data).toEqual({ price: '你好😀', status: 'open' });
    instance.onUnload();
    expect(abort).toHaveBeenCalled();
    expect(program.console.error).not.toHaveBeenCalled();
  });

  test('receives the answer of a language model, and is done at [DONE]', async () => {
    const program = start();
    const { ask } = program.run(`${polyfills}\n${chat}`) as {
      ask: (prompt: string, onText: (text: string) => void) => SseClient;
    };
    let text = '';
    const client = ask('你好', (more) => (text += more));
    const { options, head, bytes, abort } = await program.call(1);
    expect(options).toMatchObject({ method: 'POST', data: '{"prompt":"你好","stream":true}' });
    head();
    for (const content of ['哈', '哈']) {
      bytes(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
    }
    bytes('data: [DONE]\n\n');
    expect(text).toBe('哈哈');
    expect(client.getSnapshot()).toMatchObject({ status: 'closed', error: undefined });
    expect(abort).toHaveBeenCalled();
  });

  test('reconnects when the mini program is shown, and resumes', async () => {
    const { client, call, context, show, calls } = connect();
    Object.assign(context, { client });
    const { head, bytes } = await call(1);
    head();
    bytes('id: 7\ndata\n\n');
    runInContext(background, context);
    show();
    expect((await call(2)).options.header).toMatchObject({ 'last-event-id': '7' });
    expect(calls[0]?.abort).toHaveBeenCalled();
  });
});

test.for([
  ['before the chunks', true],
  ['after them', false],
] as const)('characters that are cut between chunks arrive whole; headers come %s', async ([, isFirst]) => {
  const { client, call } = connect();
  const message = client.once('message');
  const { head, bytes } = await call(1);
  if (isFirst) head();
  bytes('id: 1\ndata: 断线重连\n\n');
  if (!isFirst) head();
  expect(await message).toMatchObject({ data: '断线重连', lastEventId: '1', origin: 'https://example.com' });
});

test("a quiet stream outlives wx.request's own 60 s", async () => {
  vi.useFakeTimers();
  const { client, call } = connect();
  const { head, bytes } = await call(1);
  head();
  await vi.advanceTimersByTimeAsync(600_000);
  const message = client.once('message');
  bytes('data: still here\n\n');
  expect((await message).data).toBe('still here');
});

test('a request that breaks is made again with the last event ID, and in the query if you say so', async () => {
  const { call } = connect(undefined, "retryInterval: 1, lastEventIdParam: 'after'");
  const { options, head, bytes } = await call(1);
  head();
  bytes('id: é&\ndata\n\n');
  options.fail({ errMsg: 'request:fail interrupted' });
  expect((await call(2)).options.url).toBe('https://example.com/prices?after=%C3%A9%26');
});

test('a base library without chunks is one clear error', async () => {
  const { client, calls } = connect(start({ hasChunks: false }));
  const error = await new Promise((resolve) => client.onError(resolve));
  expect(error).toMatchObject({ code: 'failed', willRetry: false });
  expect(String(error)).toContain('wx.request needs base library 2.20.2 or newer');
  expect(calls).toHaveLength(1);
});

test.for(['AbortController', 'Headers', 'TextDecoder', 'URL'])(
  'without the polyfill of %s the error names it',
  async (name) => {
    const program = start();
    const error = new Promise((resolve) => {
      Object.assign(program.context, { report: resolve });
    });
    program.run(`
      ${polyfills}
      delete globalThis.${name};
      import { SseClient } from 'ssekit';
      import { miniprogramTransport } from 'ssekit/miniprogram';
      try {
        const client = new SseClient('https://example.com', { transport: miniprogramTransport(wx.request) });
        client.onError(report);
      } catch (error) {
        report(error);
      }`);
    for (const call of program.calls) call.head();
    expect(String(await error)).toContain(name);
  },
);

test('Vite of uni-app can compile the modules to ES2015', async () => {
  const installed = join(project.folder, 'node_modules/ssekit/dist');
  const { outputFiles } = await build({
    stdin: {
      contents: "export * from './index.js'; export * from './miniprogram.js'",
      resolveDir: installed,
    },
    bundle: true,
    write: false,
    format: 'cjs',
    target: 'es2015',
    logLevel: 'silent',
  });
  const program = start();
  Object.assign(program.context, { module: {} });
  program.run(`${polyfills}
    (function (exports, module) {${outputFiles[0]?.text ?? ''}; globalThis.ssekit = module.exports })({}, {});`);
  const { SseClient: Client, miniprogramTransport } = (program.context as unknown as { ssekit: never })
    .ssekit as {
    SseClient: typeof SseClient;
    miniprogramTransport: typeof transportOf;
  };
  const { wx } = program.context as unknown as {
    wx: { request: MiniprogramRequest };
  };
  const client = new Client('https://example.com', { transport: miniprogramTransport(wx.request) });
  const message = client.once('message');
  const { head, bytes } = await program.call(1);
  head();
  bytes('data: ES2015\n\n');
  expect((await message).data).toBe('ES2015');
  client.close();
});
