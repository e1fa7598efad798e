import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { Gate } from '../faults/gate.ts';
import type { History } from './history.ts';

/** One stream of a real server, and what a test can do to it. */
export interface Feed {
  readonly url: string;
  readonly publish: (event: string, data: string) => Promise<void> | void;
  /** How many streams are open, as the server counts them. */
  readonly open: () => Promise<number> | number;
  /** Resets every connection, in the middle of whatever it carries, and lets clients in again. */
  readonly cut: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Whether it sends a text as JSON. */
  readonly asJson?: boolean | undefined;
  /** Whether it leaves the reconnection time to the client. */
  readonly neverSaysRetry?: boolean | undefined;
  /** Where the global one cannot do it. */
  readonly fetch?: typeof fetch | undefined;
}

/** A gate in front of a port, so that connections can be cut without the server's help. */
export async function gated(port: number): Promise<{ port: number } & Pick<Feed, 'cut' | 'stop'>> {
  const gate = new Gate(port);
  return {
    port: await gate.open(),
    async cut() {
      await gate.shut();
      await gate.open();
    },
    async stop() {
      await gate.shut();
    },
  };
}

/** The feed of a server in this process, which is not listening yet; its stream is at `/events`. */
export async function nodeFeed(server: Server, history: History, scheme = 'http'): Promise<Feed> {
  if (!server.listening) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  const gate = await gated((server.address() as AddressInfo).port);
  return {
    url: `${scheme}://127.0.0.1:${gate.port}/events`,
    publish: (event, data) => {
      history.publish(event, data);
    },
    open: () => history.open,
    cut: gate.cut,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      await gate.stop();
      await closed;
    },
  };
}
