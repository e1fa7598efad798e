import { guard } from '../report.js';
import type { ReadableBody } from '../stream/body-reader.js';

/** What one request reports. Values of headers aren't part of it. */
export interface RequestWatcher {
  request(url: string, method: string, headers: readonly string[], signal: AbortSignal | undefined): void;
  response(status: number, headers: readonly string[], ms: number): void;
  /** The next bytes of the body; `undefined` at its end. */
  bytes(chunk: Uint8Array | undefined): void;
}

type Fetch = typeof fetch;

/**
 * A `fetch` that also reports what it does. The response is the same object as without, and a mistake
 * here never disturbs the stream.
 */
export function watchFetch(send: Fetch, watcher: RequestWatcher): Fetch {
  return async (input, init = {}) => {
    const start = performance.now();
    guard(() => {
      const url = typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;
      watcher.request(url, init.method ?? 'GET', namesOf(init.headers), init.signal ?? undefined);
    });
    const response = await send(input, init);
    guard(() => {
      watcher.response(response.status, namesOf(response.headers), performance.now() - start);
      watchBody(response.body, watcher);
    });
    return response;
  };
}

function namesOf(headers: RequestInit['headers']): string[] {
  return [...new Headers(headers).keys()];
}

/** Replaces methods of this one body. A copy of the stream would change its back pressure. */
function watchBody(body: ReadableBody | null | undefined, watcher: RequestWatcher): void {
  if (typeof body?.getReader !== 'function') return;
  const getReader = body.getReader.bind(body);
  body.getReader = () => {
    const reader = getReader();
    const read = reader.read.bind(reader);
    reader.read = async () => {
      const result = await read();
      guard(() => {
        watcher.bytes(result.value);
      });
      return result;
    };
    return reader;
  };
}
