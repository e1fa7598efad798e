import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

/**
 * An application (tests/typescript/consumer.ts) compiles with the declarations as the build writes them, with the oldest TypeScript that is
 * supported, this repository's own, and the newest. Declarations of libraries are checked, too.
 */

const run = promisify(execFile);
const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const versions = ['typescript-5.4', 'typescript-6.0', 'typescript-7'];
const compiler = (version: string) => path(`tests/typescript/node_modules/${version}/bin/tsc`);

/** An application of its own, far from this repository's configuration. */
let app: string;

beforeAll(async () => {
  if (!versions.every((version) => existsSync(compiler(version)))) {
    await run('npm', ['ci', '--prefix', path('tests/typescript')], { shell: process.platform === 'win32' });
  }
  app = await mkdtemp(join(tmpdir(), 'ssekit-consumer-'));
  const installed = join(app, 'node_modules/ssekit');
  await mkdir(installed, { recursive: true });
  await copyFile(path('package.json'), join(installed, 'package.json'));
  // As `npm run build` does, but never stale, and in nobody's way.
  const build = ['-p', path('tsconfig.build.json'), '--outDir', join(installed, 'dist')];
  expect(await tsc(path('node_modules/typescript/bin/tsc'), build)).toBe('');
  await writeFile(join(app, 'package.json'), '{ "type": "module" }');
  await copyFile(path('tests/typescript/consumer.ts'), join(app, 'consumer.ts'));
}, 300_000);

afterAll(() => rm(app, { recursive: true, force: true }));

/** What the compiler says; nothing if all is well. */
async function tsc(command: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(process.execPath, [command, ...args])).stdout;
  } catch (error) {
    return (error as { stdout: string }).stdout || String(error);
  }
}

const bundler = {
  module: 'esnext',
  moduleResolution: 'bundler',
  exactOptionalPropertyTypes: true,
};
const node = { module: 'nodenext', moduleResolution: 'nodenext' };

test.concurrent.for(
  versions.flatMap((version) => [[version, 'a bundler', bundler] as const, [version, 'Node', node] as const]),
)(
  '%s compiles an application for %s, and writes its declarations',
  { timeout: 240_000 },
  async ([version, name, options], { expect }) => {
    const outDir = join(app, `${version} ${name}`);
    const project = `${outDir}.json`;
    const compilerOptions = {
      ...options,
      target: 'es2022',
      lib: ['es2022', 'dom', 'dom.iterable'],
      types: [],
      strict: true,
      skipLibCheck: false,
      declaration: true,
      rootDir: '.',
      outDir,
    };
    await writeFile(project, JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
    expect(await tsc(compiler(version), ['-p', project])).toBe('');
    expect(existsSync(join(outDir, 'consumer.d.ts'))).toBe(true);
  },
);
