import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fetchSse } from 'ssekit';
import * as v from 'valibot';
import { Snapshot, Tick } from '../../demo/dashboard/events.ts';
import { createApp } from '../../demo/server/app.ts';
import { listen, type Listening } from '../../demo/server/listen.ts';
import { wireCases } from '../../demo/wire/cases.ts';

/** What the page's scenes need from the mock server. */

let server: Listening;
beforeEach(async () => {
  server = await listen(createApp());
});
afterEach(() => server.close());

describe('GET /api/metrics', () => {
  test('?burst= sends as many ticks at each interval', async () => {
    const url = `${server.url}/api/metrics?interval=60000&burst=20`;
    let ticks = 0;
    for await (const { type } of fetchSse(url)) {
      if (type === 'message') ticks++;
      // The next burst is a minute away, so all of these came with the first.
      if (ticks === 20) break;
    }
    expect(ticks).toBe(20);
  });

  test('however many ticks come, there is one deploy and one alarm at most', async () => {
    const counts = new Map<string, number>();
    for await (const { type } of fetchSse(`${server.url}/api/metrics?interval=0`)) {
      counts.set(type, (counts.get(type) ?? 0) + 1);
      if (counts.get('message') === 1000) break;
    }
    expect(counts.get('deploy')).toBe(1);
    // An alarm every two seconds, if a thousand ticks take longer than one.
    expect(counts.get('alarm')).toBeLessThan(5);
  });

  test('/snapshot is the last minute of the session, and its stream continues from there', async () => {
    const response = await fetch(`${server.url}/api/metrics/snapshot?session=a`);
    const past = v.parse(Snapshot, await response.json());
    expect(past).toHaveLength(60);
    const times = past.map(({ tick }) => tick.time);
    expect(times.at(-1)).toBeCloseTo(Date.now(), -5);
    expect(times.slice(1).every((time, i) => time - (times[i] ?? 0) === 1000)).toBe(true);
    for await (const { data } of fetchSse(`${server.url}/api/metrics?session=a`)) {
      const next = v.parse(Tick, JSON.parse(data));
      // A step of the walk is at most a tenth of its range.
      expect(Math.abs(next.online - (past.at(-1)?.tick.online ?? 0))).toBeLessThan(800);
      break;
    }
  });

  test('bad-shape is JSON that the schema of the dashboard refuses, and the next tick fits again', async () => {
    await fetch(`${server.url}/api/faults`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ session: 'a', kind: 'bad-shape' }),
    });
    const fits: boolean[] = [];
    for await (const { type, data } of fetchSse(`${server.url}/api/metrics?interval=1&session=a`)) {
      if (type === 'message') fits.push(v.safeParse(Tick, JSON.parse(data)).success);
      if (fits.length === 3) break;
    }
    expect(fits).toEqual([false, true, true]);
  });
});

describe('GET /api/wire/:name', () => {
  test.for(wireCases.map((wire) => [wire.name, wire] as const))(
    'sends the bytes of %s as they are, and ends',
    async ([name, { chunks }]) => {
      const response = await fetch(`${server.url}/api/wire/${name}?interval=0`);
      expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(
        new Uint8Array(chunks.flatMap((chunk) => [...chunk])),
      );
    },
  );

  test('knows no other names', async () => {
    expect((await fetch(`${server.url}/api/wire/nothing`)).status).toBe(404);
  });
});
