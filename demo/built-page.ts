import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, preview } from 'vite';
import { errorPages } from './errors/plugin.ts';
import { replayPrograms } from './replay/plugin.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface BuiltPage {
  /** Without a trailing slash. */
  readonly origin: string;
  /** The files that a web server would serve. */
  readonly folder: string;
  close(): Promise<void>;
}

/**
 * Builds the page as visitors get it and serves it on a free port, with the mock server beside it.
 */
export async function serveBuiltPage(): Promise<BuiltPage> {
  const folder = mkdtempSync(join(tmpdir(), 'ssekit-page-'));
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    plugins: [replayPrograms, errorPages],
    resolve: {
      alias: [
        { find: /^ssekit$/, replacement: `${root}src/index.ts` },
        { find: /^ssekit\/(\w+)$/, replacement: `${root}src/$1.ts` },
      ],
    },
    build: { outDir: folder, emptyOutDir: true },
  });
  const server = await preview({
    root,
    configFile: `${root}vite.config.ts`,
    logLevel: 'error',
    build: { outDir: folder },
    preview: { host: '127.0.0.1', port: 0 },
  });
  const url = server.resolvedUrls?.local[0];
  if (url === undefined) throw new Error('the Vite server has no URL');
  return {
    origin: new URL(url).origin,
    folder,
    async close() {
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}
