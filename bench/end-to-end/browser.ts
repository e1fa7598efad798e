/** Opens one page per client in a browser, and starts the server as a separate process. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright';
import { findEngines, launchChromium, launchFirefox } from '../../tests/engines/find.ts';
import { names, type Name } from './names.ts';
import type { Burst, Latency } from './page.ts';

/** The page of one client. Each page is its own process, so clients don't affect each other. */
export interface Lab {
  readonly burst: (url: string, count: number) => Promise<Burst>;
  readonly steady: (url: string, count: number, leaveOut: number) => Promise<Latency>;
  /** Closes the connection that `burst` left open. */
  readonly end: () => Promise<void>;
  readonly collectGarbage: () => Promise<void>;
  /** The main thread's CPU time in ms, if the browser reports it. */
  readonly cpu: (() => Promise<number>) | undefined;
  /** Bytes in use, if the browser reports them. */
  readonly heap: (() => Promise<number>) | undefined;
}

export interface Labs {
  /** Includes the version. */
  readonly name: string;
  readonly of: ReadonlyMap<Name, Lab>;
}

/** Closes the browser and the server once `measure` is done. */
export async function withLabs<T>(
  engine: 'chromium' | 'firefox',
  measure: (labs: Labs) => Promise<T>,
): Promise<T> {
  const server = fork(fileURLToPath(new URL('server.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
  });
  let browser: Browser | undefined;
  try {
    server.send(await script());
    const [port] = (await once(server, 'message')) as [number];
    browser = await (engine === 'chromium' ? launchChromium() : launchFirefox());
    const context = await browser.newContext();
    const labs = new Map<Name, Lab>();
    for (const name of names) {
      const page = await context.newPage();
      await page.goto(`http://127.0.0.1:${port}/`);
      labs.set(name, engine === 'chromium' ? await inChromium(page, name) : inPage(page, name));
    }
    const version = (await findEngines())[engine]?.version.split('.')[0] ?? '';
    return await measure({ name: `${engine === 'chromium' ? 'Chromium' : 'Firefox'} ${version}`, of: labs });
  } finally {
    await browser?.close();
    server.disconnect();
  }
}

/** The page as a script that defines the global `bench`. */
async function script(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'iife',
    globalName: 'bench',
    target: 'es2022',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

function inPage(page: Page, name: Name): Lab {
  const call = <T>(what: string, ...args: (string | number)[]) =>
    page.evaluate<T>(`bench.${what}(${args.map((arg) => JSON.stringify(arg)).join()})`);
  return {
    burst: (url, count) => call('burst', name, url, count),
    steady: (url, count, leaveOut) => call('steady', name, url, count, leaveOut),
    end: () => call('end'),
    collectGarbage: () => Promise.resolve(),
    cpu: undefined,
    heap: undefined,
  };
}

async function inChromium(page: Page, name: Name): Promise<Lab> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const collectGarbage = async () => {
    await session.send('HeapProfiler.collectGarbage');
  };
  return {
    ...inPage(page, name),
    collectGarbage,
    async cpu() {
      const { metrics } = await session.send('Performance.getMetrics');
      return (metrics.find(({ name }) => name === 'ThreadTime')?.value ?? NaN) * 1000;
    },
    async heap() {
      await collectGarbage();
      const heap: Record<string, number> = await session.send('Runtime.getHeapUsage');
      // Also counts what heap objects refer to: the strings of responses, and buffers.
      return (heap.usedSize ?? NaN) + (heap.embedderHeapUsedSize ?? 0) + (heap.backingStorageSize ?? 0);
    },
  };
}
