import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { cleanUp, createProject, type Project } from './project.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

let project: Project;
beforeAll(async () => {
  project = await createProject(inject('tarball'), 'deno');
});
afterAll(cleanUp);

describe('what npm publishes', () => {
  test('has nothing that publint objects to', async () => {
    const bytes = await readFile(inject('tarball'));
    const { messages, pkg } = await publint({
      pack: { tarball: Uint8Array.from(bytes).buffer },
      strict: true,
    });
    expect(pkg).toMatchObject({ name: 'ssekit' });
    expect(messages).toEqual([]);
  });

  test('has types that resolve wherever ESM does', async () => {
    const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    const args = [attw, inject('tarball'), '--profile', 'esm-only', '--no-emoji'];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    // It exits with an error for any problem. This lists what it checked.
    for (const entry of ['react', 'vue', 'xhr', 'miniprogram', 'devtools', 'testing'])
      expect(stdout).toContain(`"ssekit/${entry}"`);
  });

  test('has every source that its maps name', async () => {
    const installed = join(project.folder, 'node_modules/ssekit');
    const files = (await readdir(installed, { recursive: true })).map((file) => file.replaceAll('\\', '/'));
    const maps = files.filter((file) => file.endsWith('.map'));
    const sources = await Promise.all(
      maps.map(async (map) => {
        const { sources } = JSON.parse(await readFile(join(installed, map), 'utf8')) as { sources: string[] };
        return sources.map((source) => posix.join(posix.dirname(map), source));
      }),
    );
    expect(sources.flat()).toContain('src/index.ts');
    expect(sources.flat().filter((source) => !files.includes(source))).toEqual([]);
  });
});

describe('what JSR publishes', () => {
  interface Manifest {
    readonly version: string;
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  }
  const read = async (file: string) => JSON.parse(await readFile(join(root, file), 'utf8')) as Manifest;

  test('has the version and the entries that npm has', async () => {
    const [npm, jsr] = [await read('package.json'), await read('jsr.json')];
    expect(jsr.version).toBe(npm.version);
    // JSR publishes the sources where npm has the build.
    const entries = Object.entries(npm.exports).flatMap(([name, target]) =>
      typeof target === 'string'
        ? []
        : [[name, target.default.replace('dist', 'src').replace(/js$/, 'ts')] as const],
    );
    expect(jsr.exports).toEqual(Object.fromEntries(entries));
  });

  test('compiles with Deno, and every public type is explicit', async () => {
    const publish = ['publish', '--dry-run', '--allow-dirty', '--config', join(root, 'jsr.json')];
    await project.node('node_modules/deno/bin.cjs', ...publish);
  });
});
