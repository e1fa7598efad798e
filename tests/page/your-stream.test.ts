import { createServer, type IncomingHttpHeaders } from 'node:http';
import { describe, onTestFinished } from 'vitest';
import { lampShows, openBrowser, test, type Visit } from './demo-page.ts';

openBrowser();

/** A server of another origin that answers one event and stays open. Returns what it was asked. */
async function otherServer() {
  const asked: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', 'x-secret, content-type, last-event-id');
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      asked.push({ method, url, headers, body });
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .write('event: hello\ndata: {"n":1}\n\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return { origin: `http://127.0.0.1:${port}`, asked };
}

const field = ({ page }: Visit, id: string) => page.locator(id);
const source = ({ page }: Visit) => page.locator('#source').textContent();

describe.concurrent('your stream', () => {
  test('connects to the example with one click, and opens the devtools', async ({ expect, visit }) => {
    const it = await visit({ scene: 'yours' });
    await field(it, '#yours-connect').click();
    await lampShows(it, 'open');
    await it.page.locator('nav button', { hasText: '/api/metrics' }).waitFor();
    await field(it, '#yours-count')
      .filter({ hasText: /Events: [1-9]/ })
      .waitFor();
    await it.page.keyboard.press('Escape');
    await field(it, '#yours-close').click();
    await lampShows(it, 'closed');
    await field(it, '#yours-devtools').click();
    await it.page.locator('.panel').waitFor();
    expect(it.complaints).toEqual([]);
  });

  test('sends method, headers and body to any server; the code and the address have no value of a header', async ({
    expect,
    visit,
  }) => {
    const { origin, asked } = await otherServer();
    const it = await visit({ scene: 'yours' });
    const address = it.page.url();
    await field(it, '#yours-method').selectOption('POST');
    await field(it, '#yours-url').fill(`${origin}/stream?a=1`);
    await field(it, '#yours-headers').fill('X-Secret: s3cr3t');
    await field(it, '#yours-body').fill('{"ask":"Why?"}');
    await field(it, '#yours-decode').selectOption('json');
    await field(it, '#yours-connect').click();
    await field(it, '#yours-latest').filter({ hasText: 'event: hello   data: {"n":1}' }).waitFor();
    expect(asked).toMatchObject([
      { method: 'POST', url: '/stream?a=1', headers: { 'x-secret': 's3cr3t' }, body: '{"ask":"Why?"}' },
    ]);
    const code = (await source(it)) ?? '';
    expect(code).toContain(`'${origin}/stream?a=1'`);
    expect(code).toContain("'X-Secret': xSecret");
    expect(code).toContain("json: { ask: 'Why?' }");
    expect(code).not.toContain('s3cr3t');
    expect(it.page.url()).toBe(address);
    expect(await it.page.locator('.panel').evaluate((panel) => panel.textContent)).not.toContain('s3cr3t');
    expect(await it.page.evaluate(() => JSON.stringify(localStorage))).not.toContain('s3cr3t');
    expect(it.complaints).toEqual([]);
  });

  test('says beside the field what is wrong with it, and asks nobody', async ({ expect, visit }) => {
    const it = await visit({ scene: 'yours' });
    const requests: string[] = [];
    it.page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    await field(it, '#yours-url').fill('ftp://example.com');
    await field(it, '#yours-headers').fill('no name: a');
    await field(it, '#yours-body').fill('{');
    await field(it, '#yours-connect').click();
    await field(it, '#yours-url-problem').filter({ hasText: 'http: or https:' }).waitFor();
    expect(await field(it, '#yours-headers-problem').textContent()).toContain('“no name”');
    expect(await field(it, '#yours-body-problem').textContent()).toContain('GET request has no body');
    expect(await it.page.evaluate(() => document.activeElement?.id)).toBe('yours-url');
    expect(await field(it, '#yours-url').getAttribute('aria-invalid')).toBe('true');
    expect(requests.filter((path) => path === '/api/metrics')).toEqual([]);
    await field(it, '#yours-url').fill('/api/numbers');
    await field(it, '#yours-headers').fill('');
    await field(it, '#yours-body').fill('');
    expect(await field(it, '#yours-url-problem').isVisible()).toBe(false);
    await field(it, '#yours-connect').click();
    await lampShows(it, 'open');
  });

  test('plays the example without a server, too', async ({ visit }) => {
    const it = await visit({ scene: 'yours', mock: '1' });
    await field(it, '#yours-connect').click();
    await field(it, '#yours-count')
      .filter({ hasText: /Events: [1-9]/ })
      .waitFor();
  });
});
