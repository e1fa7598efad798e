/**
 * The size of an import in the browser. esbuild bundles and minifies the production build that `npm
 * run build` wrote, and brotli compresses it.
 */
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Without `useFetchSse`, which needs `fetchSse`. */
const hooks = 'useSse, useSseEvent, useSseValue, useSecondsToRetry';

/** As in `import { … } from 'ssekit'`. */
export const imports = {
  parseSse: `export { parseSse } from './dist/production/index.js'`,
  fetchSse: `export { fetchSse } from './dist/production/index.js'`,
  FetchEventSource: `export { FetchEventSource } from './dist/production/index.js'`,
  SseClient: `export { SseClient } from './dist/production/index.js'`,
  'SseClient, sharedConnection': `export { SseClient, sharedConnection } from './dist/production/index.js'`,
  'SseClient, ssekit/xhr': `export { SseClient } from './dist/production/index.js'; export * from './dist/production/xhr.js'`,
  'SseClient, ssekit/miniprogram': `export { SseClient } from './dist/production/index.js'; export * from './dist/production/miniprogram.js'`,
  'SseClient, ssekit/react': `export { SseClient } from './dist/production/index.js'; export { ${hooks} } from './dist/production/react.js'`,
  'SseClient, ssekit/vue': `export { SseClient } from './dist/production/index.js'; export { ${hooks} } from './dist/production/vue.js'`,
  'SseClient, ssekit/react with useFetchSse': `export { SseClient } from './dist/production/index.js'; export * from './dist/production/react.js'`,
  'SseClient, ssekit/vue with useFetchSse': `export { SseClient } from './dist/production/index.js'; export * from './dist/production/vue.js'`,
  'ssekit/devtools': `export * from './dist/production/devtools.js'`,
  everything: `export * from './dist/production/index.js'`,
} as const;

export type Import = keyof typeof imports;

/** The imports of other packages for the same purpose. */
const peers = {
  eventsource: `export { EventSource } from 'eventsource'`,
  '@microsoft/fetch-event-source': `export { fetchEventSource } from '@microsoft/fetch-event-source'`,
  'eventsource-client': `export { createEventSource } from 'eventsource-client'`,
  'sse.js': `export { SSE } from 'sse.js'`,
  'event-source-polyfill': `export { EventSourcePolyfill } from 'event-source-polyfill'`,
  'eventsource-parser': `export { createParser } from 'eventsource-parser'`,
} as const;

export const peerPackages = Object.keys(peers);

/** The minified bundle of an import, without React and Vue. */
export async function bundle(name: Import): Promise<string> {
  return bundleOf(imports[name]);
}

async function bundleOf(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
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

/** In bytes, compressed. */
export async function sizeOf(name: Import): Promise<number> {
  return brotliCompressSync(await bundle(name)).length;
}

export function measureSizes(): Promise<Record<string, number>> {
  return measure(imports);
}

export function measurePeerSizes(): Promise<Record<string, number>> {
  return measure(peers);
}

async function measure(contents: Readonly<Record<string, string>>): Promise<Record<string, number>> {
  const sizes = Object.entries(contents).map(async ([name, content]) => {
    return [name, brotliCompressSync(await bundleOf(content)).length] as const;
  });
  return Object.fromEntries(await Promise.all(sizes));
}
