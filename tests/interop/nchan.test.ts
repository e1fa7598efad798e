import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { SseClient } from 'ssekit';
import { gated, type Feed } from './feed.ts';
import { startNginx } from '../../demo/cluster/nginx.ts';
import { freePorts, type Running } from '../../demo/cluster/process.ts';
import { publish, subscribers } from './nchan.ts';
import { describeWith } from './programs.ts';
import { speaksWith } from './suite.ts';

/**
 * nginx with Nchan: the server stores the events and chooses their IDs, without any of our code.
 */

describeWith(['nginx', 'nchan'], 'Nchan', () => {
  let nginx: Running;
  let origin: string;
  let port: number;

  beforeAll(async () => {
    [port = 0] = await freePorts(1);
    origin = `http://127.0.0.1:${port}`;
    nginx = await startNginx(
      `server {
        listen 127.0.0.1:${port};
        location ~ ^/pub/(\\w+)$    { nchan_publisher; nchan_channel_id $1; nchan_message_buffer_length 1000; nchan_message_timeout 5m; }
        location ~ ^/events/(\\w+)$ { nchan_subscriber eventsource; nchan_channel_id $1; nchan_subscriber_first_message newest; nchan_eventsource_ping_interval 1; }
        location ~ ^/short/(\\w+)$  { nchan_publisher; nchan_channel_id $1; nchan_message_buffer_length 5; nchan_message_timeout 5m; }
      }`,
      [port],
      { nchan: true },
    );
  });
  afterAll(() => nginx.stop());

  speaksWith('as publisher of EventSource streams', async (): Promise<Feed> => {
    const gate = await gated(port);
    return {
      ...gate,
      url: `http://127.0.0.1:${gate.port}/events/feed`,
      publish: (event, data) => publish(`${origin}/pub/feed`, event, data),
      open: () => subscribers(`${origin}/pub/feed`),
      neverSaysRetry: true,
    };
  });

  const clients: SseClient<{ tick: string }>[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  test('goes on with the oldest event that it still has, and does not say that others are lost', async () => {
    const got: string[] = [];
    const client = new SseClient<{ tick: string }>(`${origin}/events/short`, { retryInterval: 10 });
    clients.push(client);
    client.on('tick', ({ data }) => got.push(data));
    await vi.waitFor(async () => {
      expect(await subscribers(`${origin}/short/short`)).toBe(1);
    }, 15_000);
    await publish(`${origin}/short/short`, 'tick', '1');
    await vi.waitFor(() => {
      expect(got).toEqual(['1']);
    }, 15_000);
    client.close();
    for (let n = 2; n <= 10; n++) await publish(`${origin}/short/short`, 'tick', String(n));
    client.connect();
    await vi.waitFor(() => {
      expect(got.at(-1)).toBe('10');
    }, 15_000);
    expect(got).toEqual(['1', '6', '7', '8', '9', '10']);
  });
});
