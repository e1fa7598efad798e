/** The built package. Run `npm run build` first. tests/package checks what npm makes of it. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

const exportsOfBinding = ['useSse', 'useSseEvent', 'useSseValue'];
const exportsOfIndex = [
  'FetchEventSource',
  'ReadyState',
  'SseClient',
  'SseError',
  'fetchSse',
  'parseSse',
  'sharedConnection',
];

/** In a separate process, where no alias leads to src. */
async function inNode(code: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: root });
  return JSON.parse(stdout);
}

describe('the package', () => {
  test('exports these names and no others', async () => {
    const names = await inNode(`
      const names = [];
      for (const entry of ['', '/react', '/vue', '/testing']) {
        names.push(Object.keys(await import('ssekit' + entry)).sort());
      }
      console.log(JSON.stringify(names));`);
    expect(names).toEqual([
      exportsOfIndex,
      exportsOfBinding,
      exportsOfBinding,
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
    const files = (await readdir(`${root}dist`)).filter((file) => file.endsWith('.js'));
    const imports = await Promise.all(
      files.map(async (file) => {
        const code = await readFile(`${root}dist/${file}`, 'utf8');
        const names = [...code.matchAll(/from "([^"]+)"/g)].map(([, name = '']) => name);
        return names.filter((name) => !name.startsWith('./')).map((name) => `${file}: ${name}`);
      }),
    );
    expect(imports.flat()).toEqual(['react.js: react', 'vue.js: vue']);
    expect(await readFile(`${root}dist/react.js`, 'utf8')).toMatch(/^"use client";\n/);
  });

  test('as a script defines the same names, and touches no global when it loads', async () => {
    const script = await readFile(`${root}dist/ssekit.iife.min.js`, 'utf8');
    // Without even fetch, document or URL: only the language itself, and the class that
    // FetchEventSource extends.
    const context = createContext({ EventTarget });
    const names: unknown = runInContext(`${script}\nObject.keys(ssekit).sort()`, context);
    expect([...(names as string[])]).toEqual(exportsOfIndex);
  });
});
