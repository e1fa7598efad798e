import { EventStreamContentType, fetchEventSource } from '@microsoft/fetch-event-source';
import { EventSourcePolyfill } from 'event-source-polyfill';
import { EventSource as EventSource5 } from 'eventsource';
import { createEventSource } from 'eventsource-client';
import ReconnectingEventSource from 'reconnecting-eventsource';
import { SSE } from 'sse.js';
import { SseClient } from 'ssekit';

/** The libraries of the comparison, each used as its own documentation says. */

/**
 * What a row of the comparison needs. Each peer gets it under its own option name, or under the
 * usual one if it has none.
 */
export interface Ask {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The body of a POST. */
  readonly body?: string | undefined;
  /** The page needs the HTTP status of a refusal. */
  readonly wantsStatus?: boolean | undefined;
  /** Reconnect when the connection is lost, for libraries that need an option for it. */
  readonly comesBack?: boolean | undefined;
  /** After this many milliseconds without a byte the connection counts as lost. */
  readonly silence?: number | undefined;
  /** Use the library's own request instead of native, if there's a choice. */
  readonly overFetch?: boolean | undefined;
}

export interface Hear {
  event(type: string, data: string): void;
  /** The failure handler was called. */
  failure(status: number | undefined): void;
}

export interface Peer {
  /** The name on npm, or `''` for what browsers have. */
  readonly package: string;
  /** Opens a stream whose events are named `tick` and `error`, or have no name. */
  open(url: string, ask: Ask, hear: Hear): Opened;
}

export interface Opened {
  close(): void;
  /** The object that a page holds or loops over. */
  readonly source: object;
}

/** The common part of classes with the interface of `EventSource`. */
interface Source {
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void;
  onerror: unknown;
  close(): void;
}

function listen(source: Source, hear: Hear, statusOf: (event: never) => number | undefined): Opened {
  for (const type of ['message', 'tick', 'error']) {
    source.addEventListener(type, ({ data, lastEventId }) => {
      // A library's own error has no last event ID. In some libraries it has data.
      if (typeof (lastEventId as string | undefined) === 'string') hear.event(type, data);
    });
  }
  source.onerror = (event: unknown) => {
    hear.failure(statusOf(event as never));
  };
  return {
    source,
    close() {
      source.close();
    },
  };
}

const method = ({ body }: Ask) => (body === undefined ? {} : { method: 'POST', body });

/** For classes that support none of it. */
const asGiven = (ask: Ask): object => ({ ...ask, ...method(ask) });

export const peers = {
  ssekit: {
    package: 'ssekit',
    open(url, { headers, body, silence, overFetch }, hear) {
      const client = new SseClient<{ message: string; tick: string; error: string }>(url, {
        ...(headers && { headers }),
        ...(body !== undefined && { body }),
        ...(silence !== undefined && { idleTimeout: silence }),
        ...(overFetch && { transport: 'fetch' }),
      });
      for (const type of ['message', 'tick', 'error'] as const) {
        client.on(type, ({ data }) => {
          hear.event(type, data);
        });
      }
      client.onError(({ status }) => {
        hear.failure(status);
      });
      return {
        source: client.events('tick'),
        close() {
          client.close();
        },
      };
    },
  },
  EventSource: {
    package: '',
    open: (url, ask, hear) => listen(new EventSource(url, asGiven(ask)), hear, () => undefined),
  },
  'fetch-event-source': {
    package: '@microsoft/fetch-event-source',
    open(url, { headers = {}, wantsStatus, ...ask }, hear) {
      const controller = new AbortController();
      const opened = wantsStatus && {
        onopen(response: Response) {
          if (response.ok && response.headers.get('content-type')?.startsWith(EventStreamContentType)) {
            return Promise.resolve();
          }
          hear.failure(response.status);
          throw new Error();
        },
      };
      const source = fetchEventSource(url, {
        headers: { ...headers },
        ...method(ask),
        ...opened,
        signal: controller.signal,
        onmessage: ({ event, data }) => {
          hear.event(event, data);
        },
        onclose() {
          // As its documentation says: the stream's end is final unless this throws.
          if (ask.comesBack) throw new Error();
        },
        onerror: () => {
          hear.failure(undefined);
        },
      });
      source.catch(() => {
        hear.failure(undefined);
      });
      return {
        source,
        close() {
          controller.abort();
        },
      };
    },
  },
  eventsource: {
    package: 'eventsource',
    open: (url, { headers, ...ask }, hear) =>
      listen(
        new EventSource5(url, {
          fetch: (input, init) =>
            fetch(input, { ...init, headers: { ...init.headers, ...headers }, ...method(ask) }),
        }),
        hear,
        ({ code }: { code?: number }) => code,
      ),
  },
  'eventsource-client': {
    package: 'eventsource-client',
    open(url, { headers, ...ask }, hear) {
      const client = createEventSource({
        url,
        ...(headers && { headers: { ...headers } }),
        ...method(ask),
        onMessage: ({ event = 'message', data }) => {
          hear.event(event, data);
        },
        onScheduleReconnect: () => {
          hear.failure(undefined);
        },
      });
      return {
        source: client,
        close() {
          client.close();
        },
      };
    },
  },
  'sse.js': {
    package: 'sse.js',
    open: (url, { headers, body, comesBack }, hear) =>
      listen(
        new SSE(url, {
          ...(headers && { headers: { ...headers } }),
          ...(body !== undefined && { payload: body }),
          ...(comesBack && { autoReconnect: true, reconnectDelay: 500 }),
        }),
        hear,
        ({ responseCode }: { responseCode?: number }) => responseCode,
      ),
  },
  'event-source-polyfill': {
    package: 'event-source-polyfill',
    open: (url, { headers, silence, ...ask }, hear) =>
      listen(
        new EventSourcePolyfill(url, {
          ...(headers && { headers: { ...headers } }),
          ...(silence !== undefined && { heartbeatTimeout: silence }),
          ...method(ask),
        }),
        hear,
        ({ status }: { status?: number }) => status,
      ),
  },
  'reconnecting-eventsource': {
    package: 'reconnecting-eventsource',
    open: (url, ask, hear) => listen(new ReconnectingEventSource(url, asGiven(ask)), hear, () => undefined),
  },
} satisfies Record<string, Peer>;

export type PeerName = keyof typeof peers;
