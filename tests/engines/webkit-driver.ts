/**
 * Drives stock WebKitGTK over the W3C WebDriver protocol: Xvfb as the screen, WebKitWebDriver as
 * the server, and the MiniBrowser it starts. `close()` ends and removes everything. If this process
 * dies first, a separate shell does it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { freePort } from '../free-port.ts';

export interface WebKitPrograms {
  readonly browser: string;
  readonly driver: string;
  readonly xvfb: string;
}

const START_LIMIT = 20_000;
const STOP_LIMIT = 3_000;

export class WebKit {
  readonly #session: string;
  readonly #stop: () => Promise<void>;

  private constructor(session: string, stop: () => Promise<void>) {
    this.#session = session;
    this.#stop = stop;
  }

  /** Starts a browser with one empty window. */
  static async start(programs: WebKitPrograms): Promise<WebKit> {
    const home = mkdtempSync(path.join(os.tmpdir(), 'ssekit-webkit-'));
    const cleaner = startCleaner(home);
    const children: ChildProcess[] = [];
    const start = (...command: Parameters<typeof startChild>) => {
      const child = startChild(...command);
      children.push(child);
      if (child.pid !== undefined) cleaner.stdin?.write(`${child.pid}\n`);
      return child;
    };
    const stop = async () => {
      for (const child of [...children].reverse()) await end(child);
      const done = once(cleaner, 'exit');
      cleaner.stdin?.end();
      await done;
    };

    try {
      const xvfb = start(programs.xvfb, [
        '-displayfd',
        '3',
        '-screen',
        '0',
        '1280x800x24',
        '-nolisten',
        'tcp',
      ]);
      const display = await displayOf(xvfb);
      const port = await freePort();
      const driver = start(programs.driver, [`--port=${port}`, '--host=127.0.0.1'], {
        PATH: process.env.PATH,
        LANG: 'C.UTF-8',
        HOME: home,
        TMPDIR: home,
        XDG_RUNTIME_DIR: home,
        DISPLAY: `:${display}`,
        GDK_BACKEND: 'x11',
        // There's no desktop here, so don't look for its buses.
        NO_AT_BRIDGE: '1',
        GSETTINGS_BACKEND: 'memory',
        GIO_USE_VFS: 'local',
      });
      const remote = `http://127.0.0.1:${port}`;
      await untilReady(remote, driver);
      const { sessionId } = (await send('POST', `${remote}/session`, {
        capabilities: {
          alwaysMatch: {
            'webkitgtk:browserOptions': { binary: programs.browser, args: ['--automation'] },
          },
        },
      })) as { sessionId: string };
      return new WebKit(`${remote}/session/${sessionId}`, stop);
    } catch (error) {
      await stop();
      throw error;
    }
  }

  /** Opens the URL and waits for the load event. */
  async open(url: string): Promise<void> {
    await send('POST', `${this.#session}/url`, { url });
  }

  /** Runs a function body in the page and awaits its promise. */
  async run(body: string, ...args: readonly unknown[]): Promise<unknown> {
    return send('POST', `${this.#session}/execute/sync`, { script: body, args });
  }

  async close(): Promise<void> {
    try {
      await send('DELETE', this.#session, undefined, STOP_LIMIT);
    } catch {
      // The browser is gone or stuck. Its processes are ended anyway.
    }
    await this.#stop();
  }
}

/**
 * A shell that reads process IDs, one per line, until its input ends, either because we closed it
 * or because we were killed. It then kills these process groups and removes the folder.
 */
function startCleaner(folder: string): ChildProcess {
  const task = 'while read -r pid; do groups="$groups -$pid"; done; kill -s KILL -- $groups; rm -rf "$0"';
  return spawn('sh', ['-c', task, folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
}

function startChild(program: string, args: readonly string[], env = process.env): ChildProcess {
  // Its own process group, so that it ends together with its children.
  const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  child.on('error', () => undefined);
  return child;
}

/** Xvfb picks a free display and writes its number to the given descriptor. */
async function displayOf(xvfb: ChildProcess): Promise<string> {
  let text = '';
  const pipe = xvfb.stdio[3] as Readable;
  for await (const part of pipe.setEncoding('utf8')) {
    text += part as string;
    if (text.includes('\n')) return text.trim();
  }
  throw new Error(`${xvfb.spawnfile} did not start`);
}

async function untilReady(remote: string, driver: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_LIMIT;
  while (isRunning(driver) && Date.now() < deadline) {
    try {
      const { ready } = (await send('GET', `${remote}/status`)) as { ready: boolean };
      if (ready) return;
    } catch {
      // It isn't listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${driver.spawnfile} did not start`);
}

async function send(method: string, url: string, body?: unknown, limit?: number): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    ...(limit === undefined ? {} : { signal: AbortSignal.timeout(limit) }),
  });
  const { value } = (await response.json()) as { value: unknown };
  if (!response.ok) {
    const { error, message } = value as { error: string; message: string };
    throw new Error(`WebDriver: ${error}: ${message}`);
  }
  return value;
}

async function end(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  const exited = once(child, 'exit');
  signal(child, 'SIGTERM');
  const patience = new AbortController();
  const limit = new Promise((resolve) => {
    const timer = setTimeout(resolve, STOP_LIMIT);
    patience.signal.addEventListener('abort', () => {
      clearTimeout(timer);
    });
  });
  await Promise.race([exited, limit]);
  patience.abort();
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** Signals the whole group, which may outlive its first process. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // The group is empty.
  }
}
