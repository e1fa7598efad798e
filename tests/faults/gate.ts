/** A port in front of another that can be shut: to those outside it is a server that is down. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class Gate {
  /** Its own, from the first `open()` on. */
  port = 0;
  /** How many connections came through. */
  passed = 0;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(target: number) {
    this.#target = target;
  }

  async open(): Promise<number> {
    if (this.#server) return this.port;
    const server = (this.#server = createServer((socket) => {
      this.passed++;
      const behind = connect(this.#target, '127.0.0.1');
      for (const end of [socket, behind]) {
        this.#sockets.add(end);
        end.on('close', () => {
          this.#sockets.delete(end);
          socket.destroy();
          behind.destroy();
        });
        // It is closed next.
        end.on('error', () => undefined);
      }
      socket.pipe(behind).pipe(socket);
    }));
    server.unref();
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    return this.port;
  }

  /** Resets what is open, and refuses what comes. */
  async shut(): Promise<number> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return this.port;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
    return this.port;
  }
}
