/** The built package. Run `npm run build` first. tests/package checks what npm makes of it. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

const exportsOfBinding = ['useFetchSse', 'useSecondsToRetry', 'useSse', 'useSseEvent', 'useSseValue'];
const exportsOfIndex = [
  'FetchEventSource',
  'ReadyState',
  'SseClient',
  'SseError',
  'createSseParser',
  'fetchSse',
  'parseSse',
  'sharedConnection',
];

/** Runs the code in its own process, where no alias leads to src. */
async function inNode(code: string, ...flags: string[]): Promise<unknown> {
  const args = [...flags, '--input-type=module', '--eval', code];
  const { stdout } = await run(process.execPath, args, { cwd: root });
  return JSON.parse(stdout);
}

/**
 * Two invalid options: TypeScript would have rejected the first, and no stream may send the second.
 */
const mistakes = `
  const errors = [{ retryInterval: -1 }, { lastEventId: 'a\\nb' }].map((mistake) => {
    try {
      new SseClient('http://127.0.0.1/', { autoConnect: false, ...mistake });
    } catch (error) {
      return error.message;
    }
  });`;
const asChecked = [
  '`retryInterval` must be a number, 0 or more. See ssekit/docs/errors.md#options',
  '`lastEventId` must not hold CR, LF or NUL. See ssekit/docs/errors.md#last-event-id',
];
const asProduction = [null, '`lastEventId` must not hold CR, LF or NUL.'];

describe('the package', () => {
  test('exports these names and no others', async () => {
    const names = await inNode(`
      const names = [];
      for (const entry of ['', '/react', '/vue', '/xhr', '/miniprogram', '/devtools', '/testing']) {
        names.push(Object.keys(await import('ssekit' + entry)).sort());
      }
      console.log(JSON.stringify(names));`);
    expect(names).toEqual([
      exportsOfIndex,
      exportsOfBinding,
      exportsOfBinding,
      ['xhrTransport'],
      ['miniprogramTransport'],
      ['mountDevtools'],
      ['MockEventSource', 'mockSse'],
    ]);
  });

  test('depends on nothing at run time', async () => {
    const manifest = JSON.parse(await readFile(`${root}package.json`, 'utf8')) as {
      dependencies?: unknown;
      peerDependencies: Record<string, string>;
      peerDependenciesMeta: Record<string, { optional: boolean }>;
    };
    expect(manifest.dependencies).toBeUndefined();
    // Users of neither framework don't have to install one.
    expect(Object.keys(manifest.peerDependencies)).toEqual(['react', 'vue']);
    expect(manifest.peerDependenciesMeta).toEqual({ react: { optional: true }, vue: { optional: true } });
  });

  test('imports a framework in its binding only, which says that it is for clients', async () => {
    const files = (await readdir(`${root}dist`, { recursive: true })).filter(
      (file) => file.endsWith('.js') && !file.includes('iife'),
    );
    const imports = new Map<string, readonly string[]>();
    for (const file of files) {
      const code = await readFile(`${root}dist/${file}`, 'utf8');
      const names = [...code.matchAll(/(?:from|import)\s*["']([^"']+)["']/g)].map(([, name = '']) => name);
      imports.set(
        file,
        names.map((name) => (/^\.\.?\//.test(name) ? posix.join(posix.dirname(file), name) : name)),
      );
    }
    /** The packages that this file loads, directly or through others. */
    const packages = (file: string, seen = new Set<string>()): string[] => {
      if (seen.has(file)) return [];
      seen.add(file);
      return imports.get(file)?.flatMap((name) => packages(name, seen)) ?? [file];
    };
    for (const build of ['', 'production/']) {
      const load = (entry: string) => packages(`${build}${entry}.js`);
      for (const entry of ['index', 'xhr', 'miniprogram', 'devtools', 'testing'])
        expect(load(entry)).toEqual([]);
      for (const entry of ['react', 'vue']) expect(load(entry)).toEqual([entry]);
    }
    // The entry has the mark. Files that only the entry imports are for clients too.
    for (const file of files.filter((file) => imports.get(file)?.includes('react'))) {
      const entry = file.startsWith('production/') ? 'production/react.js' : 'react.js';
      const importers = files.filter((each) => imports.get(each)?.includes(file));
      expect(importers).toEqual(file === entry ? [] : [entry]);
      expect(await readFile(`${root}dist/${entry}`, 'utf8')).toMatch(/^"use client";\n/);
    }
  });

  test('checks options, and in production only those that keep data safe', async () => {
    const code = `import { SseClient } from 'ssekit'; ${mistakes} console.log(JSON.stringify(errors));`;
    expect(await inNode(code)).toEqual(asChecked);
    expect(await inNode(code, '--conditions=production')).toEqual(asProduction);
  });

  test('has nothing of the other checks in its production build', async () => {
    const files = (await readdir(`${root}dist/production`, { recursive: true })).filter((file) =>
      file.endsWith('.js'),
    );
    const code = await Promise.all(files.map((file) => readFile(`${root}dist/production/${file}`, 'utf8')));
    expect(files).toContain('client.js');
    expect(files.filter((file) => /validate|checked/.test(file))).toEqual([]);
    expect(code.join('\n')).not.toMatch(/CHECKED|must be a number/);
  });

  test.each([
    ['ssekit.iife.js', asChecked],
    ['ssekit.iife.min.js', asProduction],
  ])('as a script, %s, defines the same names and touches no global when it loads', async (file, checks) => {
    const script = await readFile(`${root}dist/${file}`, 'utf8');
    // Has only the language's own globals, not even EventTarget.
    const context = createContext({});
    const names: unknown = runInContext(`${script}\nObject.keys(ssekit).sort()`, context);
    expect([...(names as string[])]).toEqual(exportsOfIndex);
    expect(() => {
      runInContext("new ssekit.FetchEventSource('http://127.0.0.1/')", context);
    }).toThrow('There is no EventTarget here: add a polyfill.');
    Object.assign(context, { URL, Headers, TextDecoder });
    const errors: unknown = runInContext(
      `{ const { SseClient } = ssekit; ${mistakes} JSON.stringify(errors); }`,
      context,
    );
    expect(JSON.parse(errors as string)).toEqual(checks);
  });
});
