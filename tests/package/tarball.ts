/**
 * The package as it would be published, packed once for all tests of this project from an
 * up-to-date build.
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { npm } from './project.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of the file that `npm pack` wrote. */
    tarball: string;
  }
}

const root = fileURLToPath(new URL('../../', import.meta.url));

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (await isStale()) await npm(root, ['run', 'build']);
  const folder = await mkdtemp(join(tmpdir(), 'ssekit-tarball-'));
  await npm(root, ['pack', '--pack-destination', folder]);
  const [name = ''] = await readdir(folder);
  project.provide('tarball', join(folder, name));
  return () => rm(folder, { recursive: true });
}

/** Whether a source is newer than the build. */
async function isStale(): Promise<boolean> {
  const src = (await readdir(join(root, 'src'), { recursive: true })).map((file) => `src/${file}`);
  const sources = [...src, 'vite.config.ts', 'unchecked.ts', 'tsconfig.json', 'tsconfig.build.json'];
  const built = [
    'miniprogram/index.js',
    ...[
      'index.js',
      'production/index.js',
      'index.d.ts',
      'ssekit.iife.js',
      'ssekit.iife.min.js',
      'ssekit-devtools.iife.js',
    ].map((file) => `dist/${file}`),
  ];
  return Math.max(...(await times(sources))) > Math.min(...(await times(built)));
}

/** When each file was written, or 0 if it doesn't exist. */
function times(files: readonly string[]): Promise<number[]> {
  return Promise.all(
    files.map((file) =>
      stat(join(root, file)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
}
