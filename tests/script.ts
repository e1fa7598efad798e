/** Scripted streams: a test says what the server does at each attempt. Works in a page and in Node. */
import type { NumberedEvents } from './faults/numbered.ts';

/** Sent as one write. Without `text` and `base64` it sends nothing, which makes `{ wait: true }` a plain gate. */
export interface Chunk {
  readonly text?: string | undefined;
  readonly base64?: string | undefined;
  /** How many times the bytes are sent, in one write; or write after write for as long as the client stays. */
  readonly repeat?: number | 'endless' | undefined;
  /** Milliseconds before it is sent. */
  readonly delay?: number | undefined;
  /** Held back until a `release()`. */
  readonly wait?: boolean | undefined;
}

/** What the server does with one request. */
export interface Attempt {
  /** 200 by default. `0`: the socket is destroyed instead of an answer. */
  readonly status?: number | undefined;
  /** Over `content-type: text/event-stream` and `cache-control: no-store`; `null` takes one of these away. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | null>> | undefined;
  /** `false`: no CORS headers, on the preflight neither. */
  readonly cors?: boolean | undefined;
  /** The head of the answer is held back until a `release()`. */
  readonly wait?: boolean | undefined;
  /** Before the chunks: events numbered on from the one after Last-Event-ID, or after the query parameter `after`. */
  readonly events?: NumberedEvents | undefined;
  readonly chunks?: readonly (string | Chunk)[] | undefined;
  /**
   * After the last chunk: a proper end (default), a torn connection, one reset by RST (also with status 0), or silence until the client
   * leaves.
   */
  readonly end?: 'end' | 'destroy' | 'reset' | 'hold' | undefined;
}

export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Name, value, name, value … as they came. A value is Latin-1: one character for one byte. */
  readonly rawHeaders: readonly string[];
  /** The bytes of Last-Event-ID in hexadecimal. */
  readonly lastEventIdHex: string | undefined;
  readonly body: string;
  /** Epoch milliseconds of the server. */
  readonly time: number;
  /** When the answer was complete or its socket gone; `undefined` while it is open. */
  readonly closedAt: number | undefined;
}

export interface ScriptLog {
  readonly requests: readonly RecordedRequest[];
  /** CORS preflights use up no attempt. */
  readonly preflights: readonly RecordedRequest[];
  readonly open: number;
  readonly maxOpen: number;
  /** Answers that wait for a `release()` right now. */
  readonly held: number;
}

export interface Script {
  readonly url: string;
  /** What happened so far. */
  log(): Promise<ScriptLog>;
  /** The log, as soon as `count` requests have come in. */
  requests(count: number): Promise<ScriptLog>;
  /** Lets the next held chunk or head go. One that is released before it is reached is not held at all. */
  release(count?: number): Promise<void>;
  /** The log, as soon as no answer is open. */
  closed(): Promise<ScriptLog>;
}

/** Request n gets attempt n; the last one is repeated. `''` as origin is the page's own. */
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

/** Its body goes as text/plain, so that no preflight is needed. */
async function call(url: string, body?: string): Promise<unknown> {
  const response = await fetch(url, body === undefined ? {} : { method: 'POST', body });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
