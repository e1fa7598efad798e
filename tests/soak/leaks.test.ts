import { spawn } from 'node:child_process';
import { getEventListeners, once, setMaxListeners } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promiseHooks, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { SseClient, SseError, type Transport } from 'ssekit';
import { script, type Attempt, type Script } from '../script.ts';
import { createTestServer, type TestServer } from '../server.ts';

/** Closed clients leave nothing behind. hostile.test.ts measures memory. */

let server: TestServer;

beforeAll(async () => {
  server = await createTestServer();
});
afterAll(() => server.close());

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Waits some turns of the event loop, until everything is released. */
async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Collects garbage until there's nothing left to collect. */
async function collectAll(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    await settle();
    collect();
  }
}

/** ssekit's timers and its listeners on the page. */
const timers = new Set<ReturnType<typeof setTimeout>>();
const pageListeners = new Set<string>();
let armed = 0;

beforeEach(() => {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  timers.clear();
  pageListeners.clear();
  armed = 0;
  vi.stubGlobal('setTimeout', (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
    // Don't count timers of `fetch` and the server.
    const caller = new Error().stack?.split('\n')[2] ?? '';
    if (!/\/src\/[\w/-]+\.ts/.test(caller)) return set(callback, ms, ...args);
    armed++;
    const timer = set(() => {
      timers.delete(timer);
      callback();
    }, ms);
    timers.add(timer);
    return timer;
  });
  vi.stubGlobal('clearTimeout', (timer: ReturnType<typeof setTimeout>) => {
    timers.delete(timer);
    clear(timer);
  });
  let ids = 0;
  const idOf = new WeakMap<object, number>();
  const key = (type: string, listener: object) => {
    if (!idOf.has(listener)) idOf.set(listener, ++ids);
    return `${type} ${idOf.get(listener) ?? 0}`;
  };
  vi.stubGlobal('addEventListener', (type: string, listener: object) =>
    pageListeners.add(key(type, listener)),
  );
  vi.stubGlobal('removeEventListener', (type: string, listener: object) =>
    pageListeners.delete(key(type, listener)),
  );
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/**
 * Tracks the bodies handed out and the readers that still hold their lock and have more to read.
 */
function watchedFetch() {
  const bodies: { readonly signal: AbortSignal; isOver: boolean }[] = [];
  const watched: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (!init?.signal || !response.body) return response;
    const body = { signal: init.signal, isOver: false };
    bodies.push(body);
    const reader = response.body.getReader();
    const { status, headers } = response;
    return new Response(
      new ReadableStream<Uint8Array>({
        async pull(controller) {
          try {
            const { value } = await reader.read();
            if (value) controller.enqueue(value);
            else {
              body.isOver = true;
              controller.close();
            }
          } catch (error) {
            body.isOver = true;
            controller.error(error);
          }
        },
        async cancel(reason) {
          body.isOver = true;
          await reader.cancel(reason);
        },
      }),
      { status, headers },
    );
  };
  return { watched, bodies };
}

/** The timers that keep the process alive. */
const activeTimers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

const live: Attempt = { chunks: ['id: 1\ndata: a\n\n'], end: 'hold' };

type Moment = readonly [name: string, attempt: Attempt, reached: (client: SseClient, s: Script) => unknown];

const moments: readonly Moment[] = [
  ['at once', live, () => undefined],
  ['one microtask later', live, () => Promise.resolve()],
  ['before the answer', { wait: true }, (_client, s) => s.requests(1)],
  [
    'while open',
    live,
    (client) =>
      new Promise<void>((resolve) => {
        client.onOpen(() => {
          resolve();
        });
      }),
  ],
  ['after an event', live, (client) => client.once('message')],
  [
    'while the body of an error is read',
    { status: 503, chunks: ['busy'], end: 'hold' },
    (_client, s) => s.requests(1),
  ],
  [
    'while it waits to try again',
    { status: 503 },
    (client) =>
      new Promise<void>((resolve) => {
        client.onError(() => {
          resolve();
        });
      }),
  ],
];

describe('1,050 cycles of connect and close, 150 at each moment,', () => {
  test.for(moments)('%s leave nothing', { timeout: 60_000 }, async ([name, attempt, reached]) => {
    const before = activeTimers();
    const { watched, bodies } = watchedFetch();
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    const options = { fetch: watched, signal, idleTimeout: 60_000, openTimeout: 60_000 };
    const clients: WeakRef<SseClient>[] = [];
    let total = 0;
    await Promise.all(
      Array.from({ length: 25 }, async () => {
        const s = await script(server.origin, [attempt]);
        for (let i = 0; i < 6; i++) {
          const client = new SseClient<Record<string, string>>(s.url, options);
          clients.push(new WeakRef(client));
          await reached(client, s);
          client.close();
          total++;
        }
        expect((await s.closed()).open).toBe(0);
      }),
    );
    expect(total).toBe(150);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(pageListeners.size).toBe(0);
    expect(armed).toBeGreaterThan(0);
    expect(timers.size).toBe(0);
    expect(bodies.filter(({ isOver, signal }) => !isOver || !signal.aborted)).toEqual([]);
    const opened = bodies.splice(0).length;

    await collectAll();
    const alive = clients.filter((client) => client.deref()).length;
    const after = activeTimers();
    console.info(
      `${name}: ${total} cycles, ${armed} timers armed, ${opened} bodies; left: clients ${alive}, timers ${timers.size}`,
    );
    expect(alive).toBe(0);
    // Don't count sockets: fetch keeps some for its next request, and the server has seen the
    // streams close.
    expect(after).toBeLessThanOrEqual(before + 1);
  });
});

describe('1,000 attempts that fail', () => {
  test('leave one timer while waiting, and after close() nothing: no promise either', async () => {
    vi.unstubAllGlobals();
    vi.useFakeTimers();
    const signals: WeakRef<AbortSignal>[] = [];
    const failing: Transport = ({ signal }, sink) => {
      signals.push(new WeakRef(signal));
      queueMicrotask(() => {
        sink.fail(new SseError('network', 'cut'));
      });
      return undefined;
    };
    const pending = new Set<Promise<unknown>>();
    const stop = promiseHooks.createHook({
      init: (promise) => pending.add(promise),
      settled: (promise) => pending.delete(promise),
    }) as () => void;
    const client = new SseClient('https://example.test/', { transport: failing, retry: { jitter: false } });
    while (signals.length < 1000) await vi.advanceTimersByTimeAsync(30_000);
    expect(client.getSnapshot().failures).toBeGreaterThanOrEqual(1000);
    expect(vi.getTimerCount()).toBe(1);
    client.close();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
    const open = pending.size;
    stop();
    pending.clear();
    await collectAll();
    const alive = signals.filter((signal) => signal.deref()).length;
    console.info(`${signals.length} failures: ${open} promises pending, ${alive} signals alive`);
    // These are this test's own, not one per attempt.
    expect(open).toBeLessThan(10);
    expect(alive).toBe(0);
  });

  test.for<[string, Attempt]>([
    ['503', { status: 503, chunks: ['busy'] }],
    ['503 whose body never ends', { status: 503, chunks: [{ text: 'x'.repeat(10_000) }], end: 'hold' }],
    ['cut before the answer', { status: 0 }],
    ['cut after it', { chunks: ['id: 1\n'], end: 'destroy' }],
  ])('over real sockets leave nothing either, 250 times: %s', { timeout: 30_000 }, async ([, attempt]) => {
    const { watched, bodies } = watchedFetch();
    const clients: WeakRef<SseClient>[] = [];
    await Promise.all(
      Array.from({ length: 25 }, async () => {
        const s = await script(server.origin, [attempt]);
        const client = new SseClient(s.url, {
          fetch: watched,
          retryInterval: 0,
          retry: { limit: 9 },
          idleTimeout: 60_000,
        });
        clients.push(new WeakRef(client));
        await new Promise<void>((resolve) => {
          client.onError(({ willRetry }) => {
            if (!willRetry) resolve();
          });
        });
        const { requests, open } = await s.closed();
        expect(requests).toHaveLength(10);
        expect(open).toBe(0);
      }),
    );
    expect(timers.size).toBe(0);
    expect(pageListeners.size).toBe(0);
    expect(bodies.splice(0).filter(({ isOver }) => !isOver)).toEqual([]);
    await collectAll();
    expect(clients.filter((client) => client.deref())).toEqual([]);
  });
});

describe('Node exits by itself', () => {
  const program = fileURLToPath(new URL('../faults/exit.ts', import.meta.url));

  /**
   * Runs a program that reports when it has closed its client. Returns how many ms later it exits.
   */
  async function lingering(...args: string[]): Promise<number> {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    let closedAt = 0;
    child.stdout.on('data', (text) => {
      said += String(text);
      closedAt ||= performance.now();
    });
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect([said, code, signal]).toEqual(['closed\n', 0, null]);
    return performance.now() - closedAt;
  }

  test.for<[string, Attempt]>([
    ['at once', live],
    ['while open', live],
    ['after an event', live],
    ['while it waits to try again', { status: 503, chunks: ['x'.repeat(20_000)], end: 'hold' }],
    ['after a final failure', { status: 404 }],
    ['after a 204', { status: 204 }],
  ])('when the client is closed: %s', { timeout: 30_000 }, async ([moment, attempt]) => {
    const s = await script(server.origin, [attempt]);
    const least = await lingering('--import', 'tsx', '--eval', 'console.log("closed")');
    const took = await lingering('--import', 'tsx', program, s.url, moment);
    // It exits before `fetch` closes its idle socket, which takes 4 s.
    expect(took - least).toBeLessThan(3000);
    await s.closed();
  });
});
