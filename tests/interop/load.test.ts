import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { SseClient } from 'ssekit';
import type { Report } from './load-server.ts';

/**
 * Two thousand clients in one process, for a few seconds or for five minutes: `npm run test:load`.
 * They lose every connection during the test.
 */

const CLIENTS = 2000;
const isLong = process.env.LONG === '1';
const EVENTS = isLong ? 300 : 6;
/** How often they lose every connection. */
const CUTS = isLong ? 4 : 1;
/** Milliseconds between events. In the short version, only the time that the clients need. */
const INTERVAL = isLong ? 1000 : 0;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let server: ChildProcess;

beforeAll(async () => {
  const file = fileURLToPath(new URL('load-server.ts', import.meta.url));
  server = fork(file, [String(INTERVAL)], { execArgv: ['--import', 'tsx'] });
  await once(server, 'message');
});
afterAll(async () => {
  const ended = once(server, 'exit');
  server.disconnect();
  await ended;
});

async function order(what: 'publish' | 'cut' | 'report'): Promise<Report> {
  const answer = once(server, 'message');
  server.send(what);
  const [report] = (await answer) as [Report];
  return report;
}

function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

const patience = { timeout: 60_000, interval: 50 };

test(
  `${CLIENTS} clients get every event once and in order, through the loss of all connections`,
  { timeout: 600_000 },
  async () => {
    const { port } = await order('report');
    const url = `http://127.0.0.1:${port}/events`;
    const latencies: number[] = [];
    const problems: string[] = [];
    const last = new Uint32Array(CLIENTS);
    let losses = 0;

    const empty = heap();
    const clients = Array.from({ length: CLIENTS }, (_, i) => {
      const client = new SseClient<{ tick: string }>(url, { transport: 'fetch' });
      client.on('tick', ({ lastEventId, data }) => {
        const n = Number(lastEventId);
        if (n !== (last[i] ?? 0) + 1) problems.push(`client ${i}: ${n} after ${last[i] ?? 0}`);
        last[i] = n;
        latencies.push(Date.now() - Number(data));
      });
      client.onError(({ code, willRetry }) => {
        losses++;
        if (code !== 'network' || !willRetry) problems.push(`client ${i}: ${code}`);
      });
      return client;
    });
    onTestFinished(() => {
      for (const client of clients) client.close();
    });
    const allOpen = () =>
      vi.waitFor(() => {
        expect(clients.filter(({ status }) => status === 'open').length).toBe(CLIENTS);
      }, patience);
    let published = 0;
    /** Publishes the next event and measures the time until all clients have it. */
    const publish = async () => {
      published++;
      await order('publish');
    };
    const all = () =>
      vi.waitFor(() => {
        expect(last.filter((mine) => mine < published).length).toBe(0);
      }, patience);

    const begun = performance.now();
    await allOpen();
    const opening = performance.now() - begun;
    await publish();
    await all();
    const steady = heap();
    latencies.length = 0;
    let undisturbed: number[] = [];
    const every = Math.floor(EVENTS / (CUTS + 1));
    for (let cut = 0; cut <= CUTS; cut++) {
      for (let i = 0; i < every; i++) {
        await publish();
        await all();
      }
      if (cut === 0) undisturbed = latencies.splice(0);
      if (cut === CUTS) break;
      await order('cut');
      await publish(); // while no client is connected
      await all();
      expect(losses).toBe(CLIENTS * (cut + 1));
      await allOpen();
    }
    latencies.length = 0;
    const end = heap();

    expect(problems).toEqual([]);
    expect(new Set(last)).toEqual(new Set([published]));
    const ranked = undisturbed.sort((a, b) => a - b);
    const at = (part: number) => ranked[Math.floor(part * (ranked.length - 1))] ?? NaN;
    const kib = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;
    console.info(
      `load: ${CLIENTS} clients open after ${Math.round(opening)} ms, ${published} events each, ${losses} losses; ` +
        `latency p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms; ` +
        `heap per client ${kib((steady - empty) / CLIENTS)}, at the end ${kib((end - empty) / CLIENTS)}`,
    );
    // A client's memory doesn't grow with events or reconnections.
    expect((end - steady) / CLIENTS).toBeLessThan(8 * 1024);

    for (const client of clients) client.close();
    await vi.waitFor(async () => {
      expect((await order('report')).open).toBe(0);
    }, patience);
  },
);
