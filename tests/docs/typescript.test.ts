import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/**
 * Applications (tests/typescript) compile with the published declarations, and their mistakes
 * don't: with the oldest supported TypeScript, this repository's, and the newest.
 */

const run = promisify(execFile);
const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const versions = ['typescript-5.4', 'typescript-6.0', 'typescript-7'];
const compiler = (version: string) => path(`tests/typescript/node_modules/${version}/bin/tsc`);

/** A separate application, away from this repository's configuration. */
let app: string;

beforeAll(async () => {
  if (!versions.every((version) => existsSync(compiler(version)))) {
    await run('npm', ['ci', '--prefix', path('tests/typescript')], { shell: process.platform === 'win32' });
  }
  app = await mkdtemp(join(tmpdir(), 'ssekit-consumer-'));
  const installed = join(app, 'node_modules/ssekit');
  await mkdir(installed, { recursive: true });
  await copyFile(path('package.json'), join(installed, 'package.json'));
  // As `npm run build` does, but always fresh and in its own folder.
  const build = ['-p', path('tsconfig.build.json'), '--outDir', join(installed, 'dist')];
  expect(await tsc(path('node_modules/typescript/bin/tsc'), build)).toBe('');
  await writeFile(join(app, 'package.json'), '{ "type": "module" }');
  await mkdir(join(app, 'node_modules/@types'));
  for (const library of ['zod', 'valibot', 'arktype', 'vue', 'react', '@types/react'])
    await symlink(path(`node_modules/${library}`), join(app, `node_modules/${library}`), 'junction');
  await symlink(path('node_modules/@types/node'), join(app, 'node_modules/@types/node'), 'junction');
  for (const file of ['consumer.ts', 'schemas.ts', 'hooks.ts', 'places.ts'])
    await copyFile(path(`tests/typescript/${file}`), join(app, file));
  // The file isn't named .ts here, where it must not be compiled.
  await copyFile(path('tests/typescript/mistakes.ts.txt'), join(app, 'mistakes.ts'));
}, 300_000);

afterAll(() => rm(app, { recursive: true, force: true }));

/** The compiler's output, or nothing if all is well. */
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
const node16 = { module: 'node16', moduleResolution: 'node16' };
const strict = {
  target: 'es2022',
  lib: ['es2022', 'dom', 'dom.iterable'],
  types: [],
  strict: true,
  rootDir: '.',
};

/** Compiles these files as a separate project. */
async function compile(version: string, files: readonly string[], options: object): Promise<string> {
  const project = join(app, 'tsconfig.json');
  await writeFile(project, JSON.stringify({ compilerOptions: { ...strict, ...options }, files }));
  return tsc(compiler(version), ['-p', project, '--pretty', 'false']);
}

// One after the other: a compiler takes a core and a second of it, or much longer on a busy
// machine.
describe.for(versions)('%s', { timeout: 240_000 }, (version) => {
  test('compiles an application for a bundler, and writes its declarations', async () => {
    const outDir = join(app, `out-${version}`);
    // The libraries' declarations are checked too.
    const options = { ...bundler, skipLibCheck: false, declaration: true, outDir };
    expect(await compile(version, ['consumer.ts'], options)).toBe('');
    expect(existsSync(join(outDir, 'consumer.d.ts'))).toBe(true);
  });

  test('compiles it for Node, and infers payloads from schemas of zod, valibot and arktype', async () => {
    const options = { ...node, skipLibCheck: true, noEmit: true };
    expect(await compile(version, ['consumer.ts', 'schemas.ts'], options)).toBe('');
  });

  test('compiles components of React and Vue, and infers what their values are', async () => {
    const options = { ...bundler, skipLibCheck: true, noEmit: true };
    expect(await compile(version, ['hooks.ts'], options)).toBe('');
  });

  test.for([
    ['a worker', bundler, ['es2022', 'webworker'], []],
    ['a worker beside the types of Node', node16, ['es2022', 'webworker'], ['node']],
    ['Node without the DOM', node16, ['es2022'], ['node']],
  ] as const)('compiles, and refuses wrong values, in %s', async ([, resolution, lib, types]) => {
    const options = { ...resolution, lib, types, skipLibCheck: false, noEmit: true };
    expect(await compile(version, ['places.ts'], options)).toBe('');
  });

  // TypeScript 7 has no such resolution.
  test.runIf(version !== 'typescript-7')('finds all entries without "exports" (node10)', async () => {
    const deprecated = version === 'typescript-6.0' ? { ignoreDeprecations: '6.0' } : {};
    const options = { module: 'esnext', moduleResolution: 'node10', ...deprecated };
    const files = ['places.ts', 'hooks.ts'];
    expect(await compile(version, files, { ...options, skipLibCheck: true, noEmit: true })).toBe('');
  });

  test('tells each mistake in an error of a few lines that helps: the text is in tests/typescript/messages', async () => {
    const options = { ...bundler, skipLibCheck: true, noEmit: true };
    const output = await compile(version, ['mistakes.ts'], options);
    const errors = output.split(/^(?=\S*mistakes\.ts\()/m).map((text) => {
      return { line: Number(/mistakes\.ts\((\d+),/.exec(text)?.[1]), text };
    });
    const expected = await mistakes();
    expect(errors.map(({ line }) => line)).toEqual(expected.map(({ line }) => line));
    for (const [i, { cure }] of expected.entries()) expect(errors[i]?.text).toContain(cure);
    for (const { text } of errors) expect(text.trim().split('\n').length, text).toBeLessThan(9);
    const lines = (await readFile(join(app, 'mistakes.ts'), 'utf8')).split('\n');
    const told = errors.map(({ line, text }) => `${lines[line - 1]}\n${text.replace(/^\S+: /, '')}`);
    await expect(told.join('\n')).toMatchFileSnapshot(path(`tests/typescript/messages/${version}.txt`));
  });
});

/** The mistakes in mistakes.ts: the line of each, and the comment above it. */
async function mistakes(): Promise<{ line: number; cure: string }[]> {
  const lines = (await readFile(path('tests/typescript/mistakes.ts.txt'), 'utf8')).split('\n');
  return lines.flatMap((line, at) => {
    const cure = /^\/\/ (.*)/.exec(line)?.[1];
    return cure === undefined ? [] : [{ line: at + 2, cure }];
  });
}
