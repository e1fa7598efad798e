import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import type { OpenInfo, SseClientOptions } from 'ssekit';
import { Gate } from '../faults/gate.ts';
import type { History } from './history.ts';

/** A stream of a real server, and what a test can do to it. */
export interface Feed {
  readonly url: string;
  readonly publish: (event: string, data: string) => Promise<void> | void;
  /** How many streams are open, according to the server. */
  readonly open: () => Promise<number> | number;
  /** Resets every connection, whatever it's sending, and lets clients in again. */
  readonly cut: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Makes the server lose its stored events. Missing if the server can't report that. */
  readonly forget?: (() => void) | undefined;
  /**
   * Whether a response says that it resumed after the ID. If missing, the Mercure protocol's rule
   * applies.
   */
  readonly resumed?: SseClientOptions['resumed'];
  /** Whether it sends a text as JSON. */
  readonly asJson?: boolean | undefined;
  /** Whether it leaves the reconnection time to the client. */
  readonly neverSaysRetry?: boolean | undefined;
  /** Replaces the global fetch where that can't connect. */
  readonly fetch?: typeof fetch | undefined;
}

/** How a feed with this history loses events and reports it: see `sign()`. */
export const forgetful = (history: History): Pick<Feed, 'forget' | 'resumed'> => ({
  forget: () => {
    history.forget();
  },
  resumed: ({ headers }: OpenInfo) => headers?.get('X-History') !== 'lost',
});

/** Puts a gate in front of a port, so connections can be cut without the server's help. */
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

/** The feed of a server in this process that isn't listening yet. Its stream is at `/events`. */
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
