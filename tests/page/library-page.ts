/** Pages with the library as a plain script and a scene of the test's own: for reloads and navigations, which a bundler's page would disturb. */
import { inject } from 'vitest';
import type { FetchEventSource, fetchSse, sharedConnection, SseClient } from 'ssekit';
import { createApp } from '../../demo/server/app.ts';
import { createTestServer, type Middleware, type TestServer } from '../server.ts';

/** What the script adds to a page. */
export interface LibraryGlobal {
  readonly SseClient: typeof SseClient;
  readonly FetchEventSource: typeof FetchEventSource;
  readonly fetchSse: typeof fetchSse;
  readonly sharedConnection: typeof sharedConnection;
}

declare global {
  var ssekit: LibraryGlobal;
}

export interface LibraryPages extends TestServer {
  /**
   * The URL of a page that runs `scene`, which only sees `ssekit` and its argument. It runs again
   * on every load.
   *
   * @param headers - Response headers of the page.
   */
  page<A>(scene: (arg: A) => void, arg: A, headers?: Readonly<Record<string, string>>): string;
}

/** A server with the demo's streams, the test routes, and pages. */
export async function createLibraryPages(): Promise<LibraryPages> {
  const library = inject('library');
  const pages = new Map<string, { html: string; headers: Readonly<Record<string, string>> }>();
  const app: Middleware = createApp();
  const server = await createTestServer((request, response, next) => {
    const path = request.url ?? '';
    const found = pages.get(path);
    if (path === '/ssekit.js') response.setHeader('content-type', 'text/javascript').end(library);
    else if (path === '/favicon.ico') response.writeHead(204).end();
    else if (found) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...found.headers });
      response.end(found.html);
    } else app(request, response, next);
  });
  return {
    ...server,
    page(scene, arg, headers = {}) {
      const path = `/page/${pages.size + 1}`;
      const script = `(${String(scene)})(${JSON.stringify(arg)})`.replaceAll('</', '<\\/');
      pages.set(path, {
        headers,
        html: `<!doctype html><title>${path}</title><script src="/ssekit.js"></script><script>${script}</script>`,
      });
      return server.origin + path;
    },
  };
}
