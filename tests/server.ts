/**
 * The server side of the tests: streams that follow a script (see script.ts) and record their
 * requests.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Gate } from './faults/gate.ts';
import { numberOf, slicesOf } from './faults/numbered.ts';
import type { Attempt, Chunk, RecordedRequest, ScriptLog } from './script.ts';

/** A connect middleware. An express app is one too. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

export interface TestServer {
  readonly origin: string;
  close(): Promise<void>;
}

/** Serves the test routes on their own port, in front of `app` if given. */
export async function createTestServer(app?: Middleware): Promise<TestServer> {
  const routes = createTestRoutes();
  const server = createServer((request, response) => {
    const notFound = () => {
      answer(response, 404, { error: 'not found' });
    };
    routes(request, response, () => {
      if (app) app(request, response, notFound);
      else notFound();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * `POST /test/scripts` with a list of attempts answers `{ id }`. Under `/test/s/:id`, any method
 * serves the next attempt, and `script()` calls `/log`, `/requests?count=n`, `/closed` and
 * `/release?count=n`. `POST /test/gates/0` opens a gate in front of the same port and answers the
 * gate's port. See `gate()`.
 */
export function createTestRoutes(): Middleware {
  const scripts = new Map<string, ScriptedStream>();
  const gates = new Map<number, Gate>();
  let lastId = 0;

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '', 'http://localhost');
    if (url.pathname === '/test/scripts') {
      const attempts = JSON.parse((await readBody(request)).toString()) as Attempt[];
      const id = String(++lastId);
      scripts.set(id, new ScriptedStream(attempts));
      answer(response, 200, { id });
      return;
    }
    if (url.pathname.startsWith('/test/gates/')) {
      const port = Number(url.pathname.slice('/test/gates/'.length));
      const gate = gates.get(port) ?? new Gate(request.socket.localPort ?? 0);
      const open = await (url.searchParams.has('shut') ? gate.shut() : gate.open());
      gates.set(open, gate);
      answer(response, 200, { port: open });
      return;
    }
    const [, id = '', action] = /^\/test\/s\/([^/]*)(?:\/(.*))?$/.exec(url.pathname) ?? [];
    const stream = scripts.get(id);
    const count = Number(url.searchParams.get('count') ?? 1);
    if (!stream) answer(response, 404, { error: 'no such script' });
    else if (action === undefined) await stream.serve(request, response);
    else if (action === 'release') {
      stream.release(count);
      answer(response, 200, null);
    } else if (action === 'log') answer(response, 200, stream.log());
    else if (action === 'closed') stream.report(response, () => stream.open === 0);
    else if (action === 'requests') stream.report(response, () => stream.log().requests.length >= count);
    else answer(response, 404, { error: 'no such action' });
  };

  return (request, response, next) => {
    // Answers every test path, with 404 for unknown ones. Otherwise Vite would answer with the
    // demo's page, bundle what that page needs, and reload the running tests.
    if (!request.url?.startsWith('/test/')) {
      next();
      return;
    }
    // Scripts set their own headers, because some have no CORS headers.
    if (!/^\/test\/s\/[^/]*$/.test(request.url)) allow(request, response);
    route(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else answer(response, 500, { error: String(error) });
    });
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** One script and everything that happened with it. */
class ScriptedStream {
  open = 0;
  #maxOpen = 0;
  readonly #attempts: readonly Attempt[];
  readonly #requests: Mutable<RecordedRequest>[] = [];
  readonly #preflights: RecordedRequest[] = [];
  /** Releases that came before there was anything to release. */
  #released = 0;
  readonly #held: (() => void)[] = [];
  readonly #watchers = new Set<() => void>();

  constructor(attempts: readonly Attempt[]) {
    if (attempts.length === 0) throw new Error('a script needs at least one attempt');
    this.#attempts = attempts;
  }

  log(): ScriptLog {
    return {
      requests: this.#requests,
      preflights: this.#preflights,
      open: this.open,
      maxOpen: this.#maxOpen,
      held: this.#held.length,
    };
  }

  release(count: number): void {
    for (let i = 0; i < count; i++) {
      const held = this.#held.shift();
      if (held) held();
      else this.#released++;
    }
  }

  /** Answers with the log once the condition holds. */
  report(response: ServerResponse, condition: () => boolean): void {
    const check = () => {
      if (!condition()) return;
      this.#watchers.delete(check);
      answer(response, 200, this.log());
    };
    this.#watchers.add(check);
    response.on('close', () => this.#watchers.delete(check));
    check();
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const attempt = this.#attempts[Math.min(this.#requests.length, this.#attempts.length - 1)];
    if (!attempt) return;
    const record = recordOf(request);
    if (isPreflight(request)) {
      this.#preflights.push(record);
      if (attempt.cors !== false) allow(request, response);
      response.writeHead(204).end();
      return;
    }

    this.#requests.push(record);
    this.open++;
    this.#maxOpen = Math.max(this.#maxOpen, this.open);
    const gone = new AbortController();
    response.on('close', () => {
      record.closedAt = Date.now();
      this.open--;
      gone.abort();
      this.#notify();
    });
    record.body = (await readBody(request)).toString();
    this.#notify();
    await this.#perform(attempt, request, response, gone.signal);
  }

  async #perform(
    attempt: Attempt,
    request: IncomingMessage,
    response: ServerResponse,
    gone: AbortSignal,
  ): Promise<void> {
    if (attempt.wait) await this.#gate(gone);
    if (attempt.status === 0) {
      if (attempt.end === 'reset') request.socket.resetAndDestroy();
      response.destroy();
    }
    if (response.destroyed) return;

    const headers: NonNullable<Attempt['headers']> = {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      ...attempt.headers,
    };
    if (attempt.cors !== false) allow(request, response, Object.keys(headers));
    for (const [name, value] of Object.entries(headers)) if (value !== null) response.setHeader(name, value);
    response.writeHead(attempt.status ?? 200);
    response.flushHeaders();

    if (attempt.events) {
      for (const slice of slicesOf(attempt.events, resumePoint(request))) {
        if (gone.aborted) return;
        await write(response, Buffer.from(slice));
      }
    }
    for (const entry of attempt.chunks ?? []) {
      const chunk: Chunk = typeof entry === 'string' ? { text: entry } : entry;
      if (chunk.delay !== undefined) await sleep(chunk.delay, gone);
      if (chunk.wait) await this.#gate(gone);
      const bytes = bytesOf(chunk);
      do {
        if (gone.aborted) return;
        await write(response, bytes);
      } while (chunk.repeat === 'endless');
    }

    if (attempt.end === 'reset') request.socket.resetAndDestroy();
    else if (attempt.end === 'destroy') response.destroy();
    else if (attempt.end !== 'hold') response.end();
  }

  /** Waits for a release, or until the client has left. */
  async #gate(gone: AbortSignal): Promise<void> {
    if (gone.aborted) return;
    if (this.#released > 0) {
      this.#released--;
      return;
    }
    await new Promise<void>((resolve) => {
      const leave = () => {
        this.#held.splice(this.#held.indexOf(pass), 1);
        resolve();
      };
      const pass = () => {
        gone.removeEventListener('abort', leave);
        resolve();
      };
      gone.addEventListener('abort', leave, { once: true });
      this.#held.push(pass);
    });
  }

  #notify(): void {
    for (const check of [...this.#watchers]) check();
  }
}

function recordOf(request: IncomingMessage): Mutable<RecordedRequest> {
  const id = request.headers['last-event-id'];
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, [value ?? []].flat().join(', ')]),
    ),
    rawHeaders: request.rawHeaders,
    lastEventIdHex: id === undefined ? undefined : Buffer.from([id].flat().join(), 'latin1').toString('hex'),
    body: '',
    time: Date.now(),
    closedAt: undefined,
  };
}

function isPreflight(request: IncomingMessage): boolean {
  return request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
}

/** CORS: allows everything, for every origin, with cookies. */
function allow(request: IncomingMessage, response: ServerResponse, exposed: readonly string[] = []): void {
  const { origin, 'access-control-request-headers': headers } = request.headers;
  response.setHeader('access-control-allow-origin', origin ?? '*');
  response.setHeader('vary', 'origin');
  if (origin !== undefined) response.setHeader('access-control-allow-credentials', 'true');
  if (exposed.length > 0) response.setHeader('access-control-expose-headers', exposed.join(', '));
  if (isPreflight(request)) {
    response.setHeader(
      'access-control-allow-methods',
      request.headers['access-control-request-method'] ?? '*',
    );
    if (headers !== undefined) response.setHeader('access-control-allow-headers', headers);
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}

function bytesOf(chunk: Chunk): Buffer {
  const bytes =
    chunk.base64 === undefined ? Buffer.from(chunk.text ?? '') : Buffer.from(chunk.base64, 'base64');
  return typeof chunk.repeat === 'number' ? Buffer.concat(Array<Buffer>(chunk.repeat).fill(bytes)) : bytes;
}

/** The number of the last event the client has. The header takes precedence over the query. */
function resumePoint(request: IncomingMessage): number {
  const header = [request.headers['last-event-id'] ?? []].flat().join();
  const query = new URL(request.url ?? '', 'http://localhost').searchParams.get('after') ?? '';
  return numberOf(header === '' ? query : Buffer.from(header, 'latin1').toString());
}

/** Resolves once the bytes have reached the socket or can't any more. */
async function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  if (bytes.length === 0) return;
  await new Promise<void>((resolve) => {
    response.write(bytes, () => {
      // Waits one turn of the event loop, so that the next chunk is a separate write.
      setImmediate(resolve);
    });
  });
}

async function sleep(ms: number, gone: AbortSignal): Promise<void> {
  if (gone.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      gone.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    gone.addEventListener('abort', done);
  });
}
