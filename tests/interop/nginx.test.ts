import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { SseClient, type SseClientOptions } from 'ssekit';
import { forgetful, gated, type Feed } from './feed.ts';
import { History, wire } from './history.ts';
import { startNginx } from '../../demo/cluster/nginx.ts';
import { freePorts, type Running } from '../../demo/cluster/process.ts';
import { describeWith } from './programs.ts';
import { speaksWith } from './suite.ts';

/** nginx between the client and a server, as in most deployments. */

describeWith(['nginx'], 'behind nginx', () => {
  const history = new History();
  const heartbeats = new Set<() => void>();
  let backend: Server;
  let nginx: Running;
  let port: number;
  let backendPort: number;

  /** The response of a server behind nginx. Under `/free/` it tells nginx not to buffer. */
  const listen = async () => {
    backend = createServer((request, response) => {
      const id = request.headers['last-event-id']?.toString();
      response.writeHead(200, {
        ...history.sign(id),
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        ...(request.url?.startsWith('/free/') && { 'x-accel-buffering': 'no' }),
      });
      response.write('retry: 10\n\n');
      const beat = () => response.write(': still here\n');
      heartbeats.add(beat);
      const leave = history.follow(id, (event) => {
        response.write(wire(event));
      });
      response.on('close', () => {
        leave();
        heartbeats.delete(beat);
      });
    });
    backend.listen(backendPort, '127.0.0.1');
    await once(backend, 'listening');
    backendPort = (backend.address() as AddressInfo).port;
  };
  const shut = async () => {
    const closed = once(backend, 'close');
    backend.close();
    backend.closeAllConnections();
    await closed;
  };

  beforeAll(async () => {
    backendPort = 0;
    await listen();
    [port = 0] = await freePorts(1);
    const proxy = `proxy_pass http://127.0.0.1:${backendPort}; proxy_http_version 1.1; proxy_set_header Connection "";`;
    nginx = await startNginx(
      `server {
        listen 127.0.0.1:${port};
        location /off/     { ${proxy} proxy_buffering off; }
        location /defaults/ { proxy_pass http://127.0.0.1:${backendPort}; }
        location /on/      { ${proxy} }
        location /free/    { ${proxy} }
        location /gzip/    { ${proxy} proxy_buffering off; gzip on; gzip_types text/event-stream; gzip_min_length 0; gzip_proxied any; }
        location /impatient/ { ${proxy} proxy_buffering off; proxy_read_timeout 1s; }
      }`,
      [port],
    );
  });
  afterAll(async () => {
    await nginx.stop();
    await shut();
  });

  const through = async (location: string): Promise<Feed> => {
    const gate = await gated(port);
    return {
      ...gate,
      url: `http://127.0.0.1:${gate.port}/${location}/events`,
      publish: (event, data) => {
        history.publish(event, data);
      },
      open: () => history.open,
      ...forgetful(history),
    };
  };

  speaksWith('with proxy_buffering off', () => through('off'));
  speaksWith('with X-Accel-Buffering: no', () => through('free'));
  speaksWith('with proxy_buffering on and HTTP/1.1 to the server', () => through('on'));
  speaksWith('with gzip', () => through('gzip'));

  describe('and SseClient', () => {
    const clients: SseClient<{ tick: string }>[] = [];
    const connect = (location: string, options: SseClientOptions<{ tick: string }> = {}) => {
      const client = new SseClient<{ tick: string }>(`http://127.0.0.1:${port}/${location}/events`, {
        retryInterval: 10,
        ...options,
      });
      clients.push(client);
      const log: string[] = [];
      client.onOpen(() => log.push('open'));
      client.on('tick', ({ data }) => log.push(data));
      client.onError(({ code, status, willRetry }) =>
        log.push(`${code} ${status ?? ''} ${willRetry ? 'again' : 'final'}`),
      );
      const told = (entry: string) =>
        vi.waitFor(() => {
          expect(log).toContain(entry);
        }, 15_000);
      return { log, told };
    };
    const isOpen = () =>
      vi.waitFor(() => {
        expect(history.open).toBe(1);
      }, 15_000);

    afterEach(async () => {
      for (const client of clients.splice(0)) client.close();
      await vi.waitFor(() => {
        expect(history.open).toBe(0);
      }, 15_000);
    });

    test('gzip is really used, and an event comes at once', async () => {
      const { told } = connect('gzip', {
        fetch: async (...args) => {
          const response = await fetch(...args);
          expect(response.headers.get('content-encoding')).toBe('gzip');
          return response;
        },
      });
      await told('open');
      history.publish('tick', 'small');
      await told('small');
    });

    test('as nginx comes, it speaks HTTP/1.0 to the server and holds events back: the timeouts find out', async () => {
      const { told, log } = connect('defaults', { openTimeout: 1500, idleTimeout: 1500, retry: false });
      await isOpen();
      history.publish('tick', 'held back');
      await told('timeout  final');
      expect(log).not.toContain('held back');
    });

    test('a silence longer than proxy_read_timeout ends the stream, and the client resumes', async () => {
      const { told, log } = connect('impatient');
      await told('open');
      history.publish('tick', 'before the silence');
      await told('network  again');
      history.publish('tick', 'after the silence');
      await told('after the silence');
      expect(log.filter((entry) => entry.endsWith('silence'))).toEqual([
        'before the silence',
        'after the silence',
      ]);
    });

    test('heartbeats keep it open past proxy_read_timeout', async () => {
      const { told, log } = connect('impatient');
      await told('open');
      const beats = setInterval(() => {
        for (const beat of heartbeats) beat();
      }, 300);
      // Longer than two timeouts.
      await new Promise<void>((resolve) => {
        let left = 8;
        const count = () => {
          if (--left === 0) resolve();
        };
        heartbeats.add(count);
      });
      history.publish('tick', 'still the first');
      await told('still the first');
      clearInterval(beats);
      expect(log).toEqual(['open', 'still the first']);
    });

    test('while the server is down nginx says 502: the client comes back and resumes', async () => {
      const { told, log } = connect('off');
      await told('open');
      history.publish('tick', 'before the deploy');
      await told('before the deploy');
      await shut();
      await told('http 502 again');
      history.publish('tick', 'during the deploy');
      await listen();
      await told('during the deploy');
      expect(log.filter((entry) => entry.endsWith('deploy'))).toEqual([
        'before the deploy',
        'during the deploy',
      ]);
    });
  });
});
