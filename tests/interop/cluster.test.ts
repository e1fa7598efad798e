import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { SseClient } from 'ssekit';
import { startCluster, type Cluster } from '../../demo/cluster/cluster.ts';
import { describeWith } from './programs.ts';
import { publish } from './nchan.ts';

/**
 * demo/cluster itself under load: three Nchan nodes on one Redis, a balancer in front, and a node
 * that dies.
 */

const CLIENTS = 300;
const NODES = 3;

describeWith(['nginx', 'nchan', 'redis'], 'a cluster of Nchan nodes that share Redis', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster(NODES);
  }, 60_000);
  afterAll(() => cluster.stop());

  test('an event that is published on one node is heard on every node', async () => {
    const heard = cluster.nodes.map((node) => {
      const client = new SseClient<{ news: string }>(`${node}/events/all`, { retryInterval: 10 });
      onTestFinished(() => {
        client.close();
      });
      const got: string[] = [];
      client.on('news', ({ data }) => got.push(data));
      return { client, got };
    });
    await vi.waitFor(() => {
      expect(heard.map(({ client }) => client.status)).toEqual(['open', 'open', 'open']);
    }, 20_000);
    for (const [i, node] of cluster.nodes.entries())
      await publish(`${node}/publish/all`, 'news', `from ${i}`);
    await vi.waitFor(() => {
      expect(heard.map(({ got }) => got)).toEqual(Array(3).fill(['from 0', 'from 1', 'from 2']));
    }, 20_000);
  });

  test(
    `${CLIENTS} clients lose a node under load, move, and miss nothing`,
    // Covers all the waits below: on a busy machine, 300 clients take half a minute to open.
    { timeout: 240_000 },
    async () => {
      const [first = ''] = cluster.nodes;
      const got: string[][] = [];
      let reopened = 0;
      const clients = Array.from({ length: CLIENTS }, () => {
        const mine: string[] = [];
        got.push(mine);
        const client = new SseClient<{ tick: string }>(`${cluster.origin}/events/load`, {
          retryInterval: 200,
        });
        let opens = 0;
        client.onOpen(() => {
          if (++opens > 1) reopened++;
        });
        client.on('tick', ({ data }) => mine.push(data));
        return client;
      });
      onTestFinished(() => {
        for (const client of clients) client.close();
      });
      const all = (n: number) =>
        vi.waitFor(
          () => {
            expect(got.filter((mine) => mine.at(-1) === String(n)).length).toBe(CLIENTS);
          },
          { timeout: 30_000, interval: 50 },
        );
      await vi.waitFor(
        () => {
          expect(clients.filter(({ status }) => status === 'open').length).toBe(CLIENTS);
        },
        { timeout: 30_000, interval: 50 },
      );

      let n = 0;
      const publishMore = async (count: number) => {
        for (let i = 0; i < count; i++) await publish(`${first}/publish/load`, 'tick', String(++n));
      };
      await publishMore(1);
      await all(1);

      const before = performance.now();
      const load = publishMore(70);
      await vi.waitFor(() => {
        expect(n).toBeGreaterThan(25);
      }, 20_000);
      await cluster.kill(1);
      await load;
      await publishMore(10);
      await all(n);
      const took = performance.now() - before;
      expect(reopened).toBeGreaterThanOrEqual(CLIENTS / NODES / 2);

      await cluster.revive(1);
      await publishMore(10);
      await all(n);

      const whole = Array.from({ length: n }, (_, i) => String(i + 1));
      expect(got.filter((mine) => mine.join() !== whole.join())).toEqual([]);
      console.info(
        `cluster: ${CLIENTS} clients, ${n} events, ${reopened} moved, all whole ${Math.round(took)} ms after the load began`,
      );
    },
  );
});
