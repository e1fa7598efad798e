import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fetchSse } from 'ssekit';
import * as v from 'valibot';
import { Tick } from '../../demo/dashboard/events.ts';
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
