/** A port in front of another one that can be shut. Shut, it looks like a server that's down. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class Gate {
  /** The gate's own port, set by the first `open()`. */
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
        // It's closed next.
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

  /** Resets open connections and refuses new ones. */
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
