/**
 * Scripted streams: a test says what the server does at each attempt. Works in a page and in Node.
 */
import type { NumberedEvents } from './faults/numbered.ts';

/**
 * Sent as one write. Without `text` and `base64` it sends nothing, so `{ wait: true }` is just a
 * gate.
 */
export interface Chunk {
  readonly text?: string | undefined;
  readonly base64?: string | undefined;
  /**
   * How many times the bytes are sent, in one write. `'endless'`: in one write after the other
   * until the client leaves.
   */
  readonly repeat?: number | 'endless' | undefined;
  /** Milliseconds before it is sent. */
  readonly delay?: number | undefined;
  /** Held back until a `release()`. */
  readonly wait?: boolean | undefined;
}

/** What the server does with one request. */
export interface Attempt {
  /** Default 200. `0` destroys the socket instead of answering. */
  readonly status?: number | undefined;
  /**
   * Added to `content-type: text/event-stream` and `cache-control: no-store`. `null` removes one of
   * these.
   */
  readonly headers?: Readonly<Record<string, string | readonly string[] | null>> | undefined;
  /** `false`: no CORS headers, not even on the preflight. */
  readonly cors?: boolean | undefined;
  /** Holds the response headers back until a `release()`. */
  readonly wait?: boolean | undefined;
  /**
   * Sent before the chunks: numbered events, starting after Last-Event-ID or the query parameter
   * `after`.
   */
  readonly events?: NumberedEvents | undefined;
  readonly chunks?: readonly (string | Chunk)[] | undefined;
  /**
   * After the last chunk: a proper end (default), a broken connection, one reset by RST (also with
   * status 0), or silence until the client leaves.
   */
  readonly end?: 'end' | 'destroy' | 'reset' | 'hold' | undefined;
}

export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Name, value, name, value … as received. Values are Latin-1: one character per byte. */
  readonly rawHeaders: readonly string[];
  /** The bytes of Last-Event-ID in hexadecimal. */
  readonly lastEventIdHex: string | undefined;
  readonly body: string;
  /** The server's time, in milliseconds since the epoch. */
  readonly time: number;
  /** When the response was complete or its socket gone. `undefined` while it's open. */
  readonly closedAt: number | undefined;
}

export interface ScriptLog {
  readonly requests: readonly RecordedRequest[];
  /** CORS preflights don't use up attempts. */
  readonly preflights: readonly RecordedRequest[];
  readonly open: number;
  readonly maxOpen: number;
  /** Responses that are waiting for a `release()`. */
  readonly held: number;
}

export interface Script {
  readonly url: string;
  /** The log so far. */
  log(): Promise<ScriptLog>;
  /** The log once `count` requests have arrived. */
  requests(count: number): Promise<ScriptLog>;
  /**
   * Releases the next held chunk or head. One that's released before the server reaches it isn't
   * held at all.
   */
  release(count?: number): Promise<void>;
  /** The log once no response is open. */
  closed(): Promise<ScriptLog>;
}

/** Request n gets attempt n. The last attempt is repeated. An origin of `''` is the page's own. */
export async function script(origin: string, attempts: readonly Attempt[]): Promise<Script> {
  const base = origin === '' ? globalThis.location.origin : origin;
  const { id } = (await call(`${base}/test/scripts`, JSON.stringify(attempts))) as { id: string };
  const url = `${base}/test/s/${id}`;
  return {
    url,
    log: async () => (await call(`${url}/log`)) as ScriptLog,
    requests: async (count) => (await call(`${url}/requests?count=${count}`)) as ScriptLog,
    release: async (count = 1) => {
      await call(`${url}/release?count=${count}`, '');
    },
    closed: async () => (await call(`${url}/closed`)) as ScriptLog,
  };
}

/** Sends its body as text/plain, which needs no preflight. */
async function call(url: string, body?: string): Promise<unknown> {
  const response = await fetch(url, body === undefined ? {} : { method: 'POST', body });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
