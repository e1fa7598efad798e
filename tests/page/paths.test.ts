import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDevServer, type DevServer } from '../../demo/dev-server.ts';
import { origin } from './demo-page.ts';

/** What the demo's servers answer to a browser that opens a path. */

let server: DevServer;
beforeAll(async () => {
  server = await startDevServer();
}, 120_000);
afterAll(() => server.close());

const status = async (url: string) => (await fetch(url, { headers: { Accept: 'text/html' } })).status;

test.for(['/nothing', '/demo/nothing/', '/api/nothing'])('an unknown path is a 404: %s', async (path) => {
  expect([await status(origin + path), await status(server.origin + path)]).toEqual([404, 404]);
});

test('the page and the pages of React and Vue are there', async () => {
  expect(await status(`${origin}/`)).toBe(200);
  for (const path of ['/', '/demo/react/', '/demo/vue/']) {
    expect([path, await status(server.origin + path)]).toEqual([path, 200]);
  }
});
