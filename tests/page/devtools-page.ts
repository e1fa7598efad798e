/** Pages with the devtools and the library as scripts of their own, under the strictest policy. */
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import type { mountDevtools } from 'ssekit/devtools';
import { createApp } from '../../demo/server/app.ts';
import { createTestServer, type Middleware, type TestServer } from '../server.ts';
import { unchecked } from '../../unchecked.ts';

declare global {
  /** What the script of the devtools adds to a page. */
  var ssekitDevtools: { readonly mountDevtools: typeof mountDevtools };
}

/** No style, no markup from text, and no request to anywhere else. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

async function script(entry: string, name: string, plugins: Plugin[] = []): Promise<string> {
  const result = await build({
    root: fileURLToPath(new URL('../../', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    plugins,
    build: { write: false, lib: { entry: `src/${entry}.ts`, formats: ['iife'], name } },
  });
  for (const built of [result].flat()) if ('output' in built) return built.output[0].code;
  throw new Error('nothing was built');
}

export interface DevtoolsPages extends TestServer {
  /** The URL of a page that runs `scene`, which sees only the globals `ssekit` and `ssekitDevtools`. */
  page(scene: () => void, lang?: string): string;
}

/** A server with the demo's streams. The library is the production build, a copy of its own. */
export async function createDevtoolsPages(): Promise<DevtoolsPages> {
  const scripts: Readonly<Record<string, string>> = {
    '/ssekit.js': await script('index', 'ssekit', [unchecked()]),
    '/devtools.js': await script('devtools', 'ssekitDevtools'),
  };
  const pages = new Map<string, string>();
  const app: Middleware = createApp();
  const server = await createTestServer((request, response, next) => {
    const path = request.url ?? '';
    const code = scripts[path] ?? pages.get(path);
    if (path === '/favicon.ico') response.writeHead(204).end();
    else if (code === undefined) app(request, response, next);
    else {
      const type = path.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8';
      response.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY }).end(code);
    }
  });
  return {
    ...server,
    page(scene, lang = 'en') {
      const path = `/page/${pages.size + 1}`;
      pages.set(`${path}.js`, `(${String(scene)})()`);
      pages.set(
        path,
        `<!doctype html><html lang="${lang}"><meta name="viewport" content="width=device-width"><title>A page</title>
         <main><h1>A page</h1></main>
         <script src="/ssekit.js"></script><script src="/devtools.js"></script><script src="${path}.js"></script></html>`,
      );
      return server.origin + path;
    },
  };
}
