/**
 * The server of load.test.ts, in a separate process. Sends numbered, timed events on request and
 * with this delay. Run as: node --import tsx load-server.ts <ms>
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { History, wire } from './history.ts';

export interface Report {
  readonly port: number;
  readonly open: number;
}

const interval = Number(process.argv[2] ?? 0);
const history = new History(1000);
const responses = new Set<ServerResponse>();

const server = createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.flushHeaders();
  responses.add(response);
  const leave = history.follow(request.headers['last-event-id']?.toString(), (event) => {
    response.write(wire(event));
  });
  response.on('close', () => {
    leave();
    responses.delete(response);
  });
});

const report = () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ port, open: history.open } satisfies Report);
};

process.on('message', (order) => {
  if (order === 'publish') {
    setTimeout(() => {
      history.publish('tick', String(Date.now()));
      report();
    }, interval);
    return;
  }
  if (order === 'cut') for (const { socket } of responses) socket?.resetAndDestroy();
  report();
});
process.on('disconnect', () => process.exit());

server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => process.send?.('ready'));
