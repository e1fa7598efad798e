/** What an import costs in the browser: bundled and minified by esbuild from what `npm run build` wrote, compressed with brotli. */
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));

/** As in `import { … } from 'ssekit'`. */
export const imports = {
  parseSse: `export { parseSse } from './dist/index.js'`,
  fetchSse: `export { fetchSse } from './dist/index.js'`,
  FetchEventSource: `export { FetchEventSource } from './dist/index.js'`,
  SseClient: `export { SseClient } from './dist/index.js'`,
  'SseClient, sharedConnection': `export { SseClient, sharedConnection } from './dist/index.js'`,
  'SseClient, ssekit/react': `export { SseClient } from './dist/index.js'; export * from './dist/react.js'`,
  'SseClient, ssekit/vue': `export { SseClient } from './dist/index.js'; export * from './dist/vue.js'`,
  everything: `export * from './dist/index.js'`,
} as const;

export type Import = keyof typeof imports;

/** The minified bundle of an import, without React and Vue. */
export async function bundle(name: Import): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: imports[name], resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: ['react', 'vue'],
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

/** Bytes, compressed. */
export async function sizeOf(name: Import): Promise<number> {
  return brotliCompressSync(await bundle(name)).length;
}

export async function measureSizes(): Promise<Record<Import, number>> {
  const names = Object.keys(imports) as Import[];
  const sizes = await Promise.all(names.map(async (name) => [name, await sizeOf(name)] as const));
  return Object.fromEntries(sizes) as Record<Import, number>;
}
