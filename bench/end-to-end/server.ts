/**
 * The server. It's a separate process, so that it doesn't share the measured thread. Start it with
 * `node --import tsx server.ts`, and send the page's script as the first message.
 *
 * `/burst?stream=ticks&count=1000` sends as fast as the client reads. `/steady` also takes
 * `&rate=2000`, the events per second, and each event has the time it was sent. Streams stay open
 * at the end, because clients would reconnect otherwise.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { repeat, tick, token } from '../streams.ts';

const blocks: Readonly<Record<string, (i: number) => string>> = { tokens: token, ticks: tick };

/** Events per prepared buffer. */
const BATCH = 1000;

const buffers = Object.fromEntries(
  Object.entries(blocks).map(([name, block]) => [name, Buffer.from(repeat(BATCH, block))]),
);

let script = '';

function burst(response: ServerResponse, stream: string, count: number): void {
  let sent = 0;
  const goOn = () => {
    for (let takes = true; takes && sent < count; sent += BATCH) takes = response.write(buffers[stream]);
  };
  response.on('drain', goOn);
  goOn();
}

/** The same text, with the time inserted at its start, such as `{"at":1735689600000.123`. */
const stamped = (stream: string, i: number) =>
  (blocks[stream]?.(i) ?? '').replace(
    'data: {',
    () => `data: {"at":${(performance.timeOrigin + performance.now()).toFixed(3)},`,
  );

function steady(response: ServerResponse, stream: string, count: number, rate: number): void {
  const start = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.min(count, ((performance.now() - start) * rate) / 1000);
    for (; sent < due; sent++) response.write(stamped(stream, sent));
    if (sent >= count) clearInterval(timer);
  }, 1);
  response.on('close', () => {
    clearInterval(timer);
  });
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  // With these two headers, the page's clock has a resolution of microseconds.
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('cross-origin-embedder-policy', 'require-corp');
  if (pathname !== '/burst' && pathname !== '/steady') {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><title>bench</title><script>${script}</script>`);
    return;
  }
  const stream = searchParams.get('stream') ?? '';
  const count = Number(searchParams.get('count'));
  request.socket.setNoDelay(true);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.flushHeaders();
  if (pathname === '/burst') burst(response, stream, count);
  else steady(response, stream, count, Number(searchParams.get('rate')));
});

process.on('message', (text: string) => {
  script = text.replaceAll('</script', '<\\/script');
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
});
process.on('disconnect', () => process.exit());
