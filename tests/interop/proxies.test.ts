import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { SseClient } from 'ssekit';
import { freePorts, newFolder, start, type Running } from '../../demo/cluster/process.ts';
import { programOf, type ServerName } from '../../demo/cluster/programs.ts';
import { forgetful, gated } from './feed.ts';
import { History, wire } from './history.ts';
import { describeWith } from './programs.ts';
import { speaksWith } from './suite.ts';

/**
 * HAProxy, Caddy and Apache in front of a Node server, configured as in docs/recipes/servers.md, except for
 * ports and shorter timeouts.
 */

interface Proxy {
  readonly name: ServerName;
  readonly file: string;
  readonly config: (port: number, backend: number) => string;
  readonly args: readonly string[];
  /** Whether it ends a stream after one silent second. */
  readonly isImpatient: boolean;
}

/** Where Debian has them. */
const APACHE_MODULES = '/usr/lib/apache2/modules';

const proxies: readonly Proxy[] = [
  {
    name: 'haproxy',
    file: 'haproxy.cfg',
    config: (port, backend) => `
defaults
  mode http
  timeout connect 5s
  timeout client  1s
  timeout server  1s
listen streams
  bind 127.0.0.1:${port}
  server backend 127.0.0.1:${backend}
`,
    args: ['-db', '-f', 'haproxy.cfg'],
    isImpatient: true,
  },
  {
    name: 'caddy',
    file: 'Caddyfile',
    config: (port, backend) => `
{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  bind 127.0.0.1
  reverse_proxy /events 127.0.0.1:${backend} {
    flush_interval -1
  }
}
`,
    args: ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile'],
    isImpatient: false,
  },
  {
    name: 'apache',
    file: 'httpd.conf',
    config: (port, backend) => `
ServerName localhost
Listen 127.0.0.1:${port}
PidFile apache.pid
ErrorLog error.log
DefaultRuntimeDir .
Mutex file:. default
${process.getuid?.() === 0 ? 'User www-data' : ''}
${['mpm_event', 'authz_core', 'proxy', 'proxy_http'].map((name) => `LoadModule ${name}_module ${APACHE_MODULES}/mod_${name}.so`).join('\n')}
ProxyPass /events http://127.0.0.1:${backend}/events flushpackets=on timeout=1
`,
    args: ['-d', '.', '-f', 'httpd.conf', '-DFOREGROUND'],
    isImpatient: true,
  },
];

for (const { name, file, config, args, isImpatient } of proxies) {
  describeWith([name], `behind ${name}`, () => {
    const history = new History();
    let backend: Server;
    let proxy: Running;
    let port: number;

    beforeAll(async () => {
      backend = createServer((request, response) => {
        const id = request.headers['last-event-id']?.toString();
        response.writeHead(200, {
          'content-type': 'text/event-stream',
          'cache-control': 'no-store',
          ...history.sign(id),
        });
        response.write('retry: 10\n\n');
        const beat = setInterval(() => response.write(':\n\n'), 200);
        const leave = history.follow(id, (event) => {
          response.write(wire(event));
        });
        if (request.url?.endsWith('?silent')) clearInterval(beat);
        response.on('close', () => {
          clearInterval(beat);
          leave();
        });
      }).listen(0, '127.0.0.1');
      await once(backend, 'listening');
      [port = 0] = await freePorts(1);
      const folder = newFolder();
      writeFileSync(path.join(folder, file), config(port, (backend.address() as AddressInfo).port));
      const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
      proxy = await start(programOf(name), args, { folder, ports: [port], env });
    });
    afterAll(async () => {
      await proxy.stop();
      const closed = once(backend, 'close');
      backend.close();
      backend.closeAllConnections();
      await closed;
    });

    speaksWith('with heartbeats', async () => {
      const gate = await gated(port);
      return {
        ...gate,
        url: `http://127.0.0.1:${gate.port}/events`,
        publish: (event, data) => {
          history.publish(event, data);
        },
        open: () => history.open,
        ...forgetful(history),
      };
    });

    test(`a silence ${isImpatient ? 'ends the stream, and the client resumes' : 'is no reason to end the stream'}`, async () => {
      const client = new SseClient<{ tick: string }>(`http://127.0.0.1:${port}/events?silent`, {
        retryInterval: 10,
        // Longer than the proxy's timeouts. If the proxy doesn't end the stream, this does.
        idleTimeout: 2500,
      });
      onTestFinished(() => {
        client.close();
      });
      const log: string[] = [];
      client.on('tick', ({ data }) => log.push(data));
      client.onError(({ code }) => log.push(code));
      await vi.waitFor(() => {
        expect(history.open).toBe(1);
      }, 15_000);
      history.publish('tick', 'before');
      await vi.waitFor(() => {
        expect(log.slice(0, 2)).toEqual(['before', isImpatient ? 'network' : 'timeout']);
      }, 15_000);
      history.publish('tick', 'after');
      await vi.waitFor(() => {
        expect(log.filter((entry) => entry !== 'network' && entry !== 'timeout')).toEqual([
          'before',
          'after',
        ]);
      }, 15_000);
    });
  });
}
