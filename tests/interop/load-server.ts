/** The other side of load.test.ts, in a process of its own: a numbered event with its time, so often. Run as: node --import tsx load-server.ts <ms> */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { History, wire } from './history.ts';

export interface Report {
  readonly port: number;
  readonly open: number;
  readonly published: number;
}

const history = new History(1000);
const responses = new Set<ServerResponse>();
let published = 0;

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

let clock: ReturnType<typeof setInterval> | undefined;

process.on('message', (order) => {
  if (order === 'go') {
    clock = setInterval(
      () => {
        history.publish('tick', String(Date.now()));
        published++;
      },
      Number(process.argv[2] ?? 1000),
    );
  } else if (order === 'halt') clearInterval(clock);
  else if (order === 'cut') for (const { socket } of responses) socket?.resetAndDestroy();
  const { port } = server.address() as AddressInfo;
  process.send?.({ port, open: history.open, published } satisfies Report);
});
process.on('disconnect', () => process.exit());

server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => process.send?.('ready'));
