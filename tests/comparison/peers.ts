import { EventStreamContentType, fetchEventSource } from '@microsoft/fetch-event-source';
import { EventSourcePolyfill } from 'event-source-polyfill';
import { EventSource as EventSource5 } from 'eventsource';
import { createEventSource } from 'eventsource-client';
import ReconnectingEventSource from 'reconnecting-eventsource';
import { SSE } from 'sse.js';
import { ReadyState, SseClient } from 'ssekit';

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
  /** Called when the library's failure handler runs. */
  failure(status: number | undefined): void;
}

export interface Peer {
  /** The name on npm, or `''` for the browser's own class. */
  readonly package: string;
  /** Opens a stream whose events have the type `tick` or `error`, or none. */
  open(url: string, ask: Ask, hear: Hear): Opened;
}

export interface Opened {
  close(): void;
  /** The object that a page holds or loops over. */
  readonly source: object;
  /** Whether the library has given up. */
  isOver(): boolean;
}

/** The common part of classes with the interface of `EventSource`. */
interface Source {
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void;
  onerror: unknown;
  readonly readyState: number;
  close(): void;
}

function listen(
  source: Source,
  hear: Hear,
  statusOf: (event: never) => number | undefined,
  isOver = () => source.readyState === CLOSED,
): Opened {
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
    isOver,
    close() {
      source.close();
    },
  };
}

/** The standard's number for this state. */
const CLOSED = 2;

const method = ({ body }: Ask) => (body === undefined ? {} : { method: 'POST', body });

/** For classes that support none of these options. */
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
        isOver: () => client.readyState === ReadyState.Closed,
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
          // As its documentation says, the end of the stream is final unless you throw here.
          if (ask.comesBack) throw new Error();
        },
        onerror: () => {
          hear.failure(undefined);
        },
      });
      let isOver = false;
      source.then(
        () => {
          isOver = true;
        },
        () => {
          isOver = true;
          hear.failure(undefined);
        },
      );
      return {
        source,
        isOver: () => isOver,
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
        isOver: () => client.readyState === 'closed',
        close() {
          client.close();
        },
      };
    },
  },
  'sse.js': {
    package: 'sse.js',
    open(url, { headers, body, comesBack = false }, hear) {
      const source = new SSE(url, {
        ...(headers && { headers: { ...headers } }),
        ...(body !== undefined && { payload: body }),
        ...(comesBack && { autoReconnect: true, reconnectDelay: 500 }),
      });
      return listen(
        source,
        hear,
        ({ responseCode }: { responseCode?: number }) => responseCode,
        // The library also uses this state while it waits to reconnect.
        () => !comesBack && source.readyState === CLOSED,
      );
    },
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
    open(url, ask, hear) {
      /**
       * The library reports nothing if a connection never opens, but the `EventSource` inside it
       * does.
       */
      class Heard extends EventSource {
        constructor(url: string | URL, init?: EventSourceInit) {
          super(url, init);
          this.addEventListener('error', () => {
            if (this.readyState === CLOSED) hear.failure(undefined);
          });
        }
      }
      const options = { ...asGiven(ask), eventSourceClass: Heard };
      return listen(new ReconnectingEventSource(url, options), hear, () => undefined);
    },
  },
} satisfies Record<string, Peer>;

export type PeerName = keyof typeof peers;
