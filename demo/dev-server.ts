import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface DevServer {
  /** Without a trailing slash. */
  readonly origin: string;
  close(): Promise<void>;
}

/**
 * Serves what `npm run demo` serves, on a free port. Doesn't watch files, and updates pages only if
 * `hmr` is set.
 */
export async function startDevServer(hmr = false): Promise<DevServer> {
  const server = await createServer({
    root,
    configFile: `${root}vite.config.ts`,
    logLevel: 'error',
    server: { host: '127.0.0.1', port: 0, watch: null, ...(hmr ? {} : { hmr: false }) },
  });
  await server.listen();
  const url = server.resolvedUrls?.local[0];
  if (url === undefined) throw new Error('the Vite server has no URL');
  return { origin: new URL(url).origin, close: () => server.close() };
}
