import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A server that runs as a separate program. Its folder is deleted when it stops. */
export interface Running {
  readonly folder: string;
  /** What it has printed so far. */
  output(): string;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** How long a program may take until it listens, in milliseconds. */
const START_TIMEOUT = 20_000;

/** Finds free ports. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

export function newFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'ssekit-'));
}

/**
 * Starts a program in the foreground and resolves once all of these ports accept connections. It
 * ends with the tests, however they end.
 */
export async function start(
  program: string,
  args: readonly string[],
  { folder, ports, env = {} }: { folder: string; ports: readonly number[]; env?: Record<string, string> },
): Promise<Running> {
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own process group: nginx has workers that outlive a killed master.
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (output += data.toString()));
  const kill = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // It has already ended.
    }
  };
  const killNow = () => {
    kill('SIGKILL');
  };
  process.on('exit', killNow);
  const end = async (signal: NodeJS.Signals) => {
    process.off('exit', killNow);
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      kill(signal);
      // Some programs wait forever for their last client.
      const killTimer = setTimeout(killNow, 3000);
      await ended;
      clearTimeout(killTimer);
    }
  };
  try {
    await Promise.all(ports.map((port) => listens(port, child, () => output)));
  } catch (error) {
    await end('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    folder,
    output: () => output,
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listens(port: number, child: ChildProcess, output: () => string): Promise<void> {
  const limit = Date.now() + START_TIMEOUT;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      if (child.exitCode !== null || Date.now() > limit)
        throw new Error(`${child.spawnfile} isn't listening on port ${port}:\n${output()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      socket.destroy();
    }
  }
}
