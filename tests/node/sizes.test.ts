/** The size of the production build in a page. Run `npm run build` first. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { build } from 'vite';
import { describe, expect, onTestFinished, test } from 'vitest';
import webpack from 'webpack';
import { bundle, sizeOf, type Import } from '../../bench/sizes.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('minified and compressed with brotli', () => {
  test.each<[Import, number]>([
    ['parseSse', 3650],
    ['fetchSse', 5300],
    ['FetchEventSource', 8220],
    ['SseClient', 11_350],
    ['everything', 17_100],
    ['ssekit/devtools', 16_300],
  ])('%s is at most %i bytes', async (name, budget) => {
    expect(await sizeOf(name)).toBeLessThanOrEqual(budget);
  });

  test.each<[Import, number]>([
    ['SseClient, sharedConnection', 3850],
    ['SseClient, ssekit/xhr', 880],
    ['SseClient, ssekit/miniprogram', 800],
    ['SseClient, ssekit/react', 1800],
    ['SseClient, ssekit/vue', 1900],
    ['SseClient, ssekit/react with useFetchSse', 3000],
    ['SseClient, ssekit/vue with useFetchSse', 3090],
  ])('%s adds at most %i bytes to SseClient', async (name, budget) => {
    expect((await sizeOf(name)) - (await sizeOf('SseClient'))).toBeLessThanOrEqual(budget);
  });
});

test('what a page pays for the devtools without using them is at most 150 bytes', async () => {
  const bundleWith = async (change: (code: string) => string) => {
    const { outputFiles } = await esbuild.build({
      stdin: { contents: `export { SseClient } from './dist/production/index.js'`, resolveDir: root },
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
      plugins: [
        {
          name: 'change',
          setup(build) {
            build.onLoad({ filter: /\.js$/ }, async ({ path }) => ({
              contents: change(await readFile(path, 'utf8')),
            }));
          },
        },
      ],
    });
    return brotliCompressSync(outputFiles[0]?.text ?? '').length;
  };
  const calls = /devtools\(\)\?\..*;/g;
  const without = await bundleWith((code) => code.replace(calls, ''));
  const cost = (await bundleWith((code) => code)) - without;
  expect(cost).toBeGreaterThan(0);
  expect(cost).toBeLessThanOrEqual(150);
});

test.each(['dist', 'dist/production'])(
  'esbuild bundles every entry of %s without a warning',
  async (folder) => {
    const { warnings } = await esbuild.build({
      entryPoints: ['index', 'react', 'vue', 'xhr', 'miniprogram', 'devtools', 'testing'].map((entry) =>
        join(root, folder, `${entry}.js`),
      ),
      outdir: root,
      bundle: true,
      format: 'esm',
      external: ['react', 'vue'],
      write: false,
      logLevel: 'silent',
    });
    expect(warnings).toEqual([]);
  },
);

/** Bundles one import as an application does. */
const bundlers: Record<string, (name: 'parseSse' | 'SseClient') => Promise<string>> = {
  esbuild: bundle,

  async Vite(name) {
    const entry = await writeEntry(name);
    const result = await build({
      configFile: false,
      root,
      logLevel: 'silent',
      publicDir: false,
      build: { write: false, rolldownOptions: { input: entry } },
    });
    return [result]
      .flat()
      .flatMap((each) => ('output' in each ? each.output.map(codeOf) : []))
      .join('\n');
  },

  async webpack(name) {
    const entry = await writeEntry(name);
    const folder = join(entry, '..');
    const compiler = webpack({ mode: 'production', context: root, entry, output: { path: folder } });
    await new Promise<void>((resolve, reject) => {
      compiler.run((error, stats) => {
        if (error) reject(error);
        else if (stats?.hasErrors()) reject(new Error(stats.toString('errors-only')));
        else resolve();
      });
    });
    return readFile(join(folder, 'main.js'), 'utf8');
  },
};

const codeOf = (chunk: object) => ('code' in chunk ? String(chunk.code) : '');

async function writeEntry(name: string): Promise<string> {
  const folder = await mkdtemp(join(root, 'dist/entry-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const entry = join(folder, 'entry.js');
  const index = JSON.stringify(join(root, 'dist/production/index.js'));
  // The bundle must use the import, or the bundler would drop it.
  await writeFile(entry, `import { ${name} } from ${index};\nglobalThis.used = ${name};\n`);
  return entry;
}

describe.each(Object.entries(bundlers))('what is not imported is not in the bundle of %s', (_name, run) => {
  test('parseSse brings no client, no connection and no sharing', { timeout: 60_000 }, async () => {
    const code = await run('parseSse');
    expect(code).toContain('maxEventSize');
    expect(code).not.toMatch(/onStateChange|retryInterval|BroadcastChannel|EventTarget/);
  });

  test('SseClient brings no FetchEventSource and no sharing', { timeout: 60_000 }, async () => {
    const code = await run('SseClient');
    expect(code).toContain('onStateChange');
    expect(code).not.toMatch(/BroadcastChannel|EventTarget/);
  });
});
