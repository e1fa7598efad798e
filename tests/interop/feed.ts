import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import type { OpenInfo, SseClientOptions } from 'ssekit';
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
  /** Makes it lose the events that it keeps; where it is missing, the server cannot say that it has. */
  readonly forget?: (() => void) | undefined;
  /** Whether its answer says that it went on after the id; where it is missing, by the rule of the Mercure protocol. */
  readonly resumed?: SseClientOptions['resumed'];
  /** Whether it sends a text as JSON. */
  readonly asJson?: boolean | undefined;
  /** Whether it leaves the reconnection time to the client. */
  readonly neverSaysRetry?: boolean | undefined;
  /** Where the global one cannot do it. */
  readonly fetch?: typeof fetch | undefined;
}

/** What a feed of this history can lose, and how its server says it: see `sign()`. */
export const forgetful = (history: History): Pick<Feed, 'forget' | 'resumed'> => ({
  forget: () => {
    history.forget();
  },
  resumed: ({ headers }: OpenInfo) => headers?.get('X-History') !== 'lost',
});

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
    ...forgetful(history),
    cut: gate.cut,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      await gate.stop();
      await closed;
    },
  };
}
