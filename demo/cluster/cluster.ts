/**
 * Nchan nodes that share one Redis behind a load balancer. Everything runs on loopback, and each
 * server has its own folder.
 */
import { readFileSync } from 'node:fs';
import { startNginx } from './nginx.ts';
import { freePorts, newFolder, start, type Running } from './process.ts';
import { programOf } from './programs.ts';

export interface Cluster {
  /** The load balancer, which clients connect to. */
  readonly origin: string;
  /** The nodes, which servers publish to. */
  readonly nodes: readonly string[];
  /** Ends a node as a crash would. */
  kill(node: number): Promise<void>;
  /** Starts it again. */
  revive(node: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startCluster(size: number): Promise<Cluster> {
  const [redisPort = 0, balancerPort = 0, ...ports] = await freePorts(size + 2);
  const running: Running[] = [];
  const startNode = async (i: number): Promise<Running> => {
    const port = ports[i] ?? 0;
    return startNginx(fill('node.conf', { port, redis: redisPort }), [port], { nchan: true });
  };
  const stop = async () => {
    await Promise.all(running.map((server) => server.stop()));
  };
  try {
    const args = ['--port', redisPort, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'].map(String);
    const folder = newFolder();
    running.push(await start(programOf('redis'), args, { folder, ports: [redisPort] }));
    const nodes = await Promise.all(ports.map((_, i) => startNode(i)));
    running.push(...nodes);
    const list = ports.map((port) => `server 127.0.0.1:${port} max_fails=1 fail_timeout=1s;`).join('\n  ');
    const balancer = fill('balancer.conf', { port: balancerPort, nodes: list });
    running.push(await startNginx(balancer, [balancerPort]));
    return {
      origin: `http://127.0.0.1:${balancerPort}`,
      nodes: ports.map((port) => `http://127.0.0.1:${port}`),
      kill: async (i) => nodes[i]?.kill(),
      async revive(i) {
        await nodes[i]?.stop();
        const node = await startNode(i);
        nodes[i] = node;
        running.push(node);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Reads a configuration file next to this one and fills in its `{{names}}`. */
function fill(file: string, values: Readonly<Record<string, string | number>>): string {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));
}
