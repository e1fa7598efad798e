import { SseError, type SseErrorDetails } from '../errors.js';
import { READY_STATE } from '../connection/state.js';
import type { OpenInfo } from '../connection/transport.js';
import type { SseState } from '../connection/state.js';

/**
 * What the tabs of one shared connection say to each other, in version 1; docs/design.md tells when. Structured clones carry it: what is
 * `undefined` here may be absent. No request header and no query string is ever in it.
 */
export type Notice = Claim | Snapshot | EventNotice | Question | Push;

/** A notice on its way. */
export type Sent = Notice & {
  readonly version: typeof VERSION;
  /** The highest that the sender has heard of: that of the leader, if it is one. */
  readonly generation: number;
};

export const VERSION = 1;

/** A tab got the lock: what leaders of lower generations say from here on does not count. */
export interface Claim {
  readonly kind: 'claim';
  /** Whether it has heard of a leader before, and so knows where the stream stands. */
  readonly knows: boolean;
}

/** The event types that somebody listens to, or all of them. */
export interface Wanted {
  readonly types: readonly string[];
  readonly all: boolean;
}

/** From the leader: how things stand. After each change, and as the answer to a question. */
export interface Snapshot extends Wanted {
  readonly kind: 'snapshot';
  /** The number of the last event. */
  readonly sequence: number;
  /** The number of the oldest event that the leader could send again. */
  readonly oldest: number;
  readonly lastEventId: string;
  /** Without query and fragment. */
  readonly url: string;
  readonly state: StateNotice;
  /** Whether the error has happened now, and is to be told. */
  readonly failed: boolean;
  /** What was known when the stream opened. */
  readonly opened?: OpenNotice | undefined;
}

/** From the leader: an event, numbered without gaps over all generations. */
export interface EventNotice {
  readonly kind: 'event';
  readonly sequence: number;
  readonly type: string;
  readonly data: string;
  readonly lastEventId: string;
  readonly origin: string;
}

/** To the leader: are you there; I have the events up to this number, send the others; I listen to these types. */
export interface Question extends Wanted {
  readonly kind: 'question';
  readonly sequence?: number | undefined;
}

/** To the leader: try now. Unless by force, only if you are waiting. */
export interface Push {
  readonly kind: 'push';
  readonly force: boolean;
}

export type StateNotice = Omit<SseState, 'readyState' | 'error'> & {
  readonly error?: ErrorNotice | undefined;
};

export type OpenNotice = Omit<OpenInfo, 'headers' | 'transport'> & { readonly headers?: HeaderList };

type ErrorNotice = Pick<SseError, 'code' | 'message'> &
  Pick<SseErrorDetails, 'status' | 'body' | 'retryAfter' | 'failures' | 'willRetry'> & {
    readonly headers?: HeaderList;
  };

type HeaderList = readonly (readonly [string, string])[] | undefined;

/** Types listened to, and what a URL, a name or a body may have of characters: nothing of the kind is longer in earnest. */
export const MOST_TYPES = 1000;
const LONGEST = 16_384;
const A_DAY = 86_400_000;

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

const text: Check = (value) => typeof value === 'string' && value.length <= LONGEST;
/** The data of an event is checked against `maxEventSize`, by who knows it; an id goes no further than a request could carry it. */
const anyText: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const number: Check = (value) => typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
/** A time, see `claim` in tab-group.ts. One far ahead could never be topped, and nobody would lead again. */
const generation: Check = (value) => number(value) && (value as number) < Date.now() + A_DAY;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length <= MOST_TYPES && value.every(check);
const hasShape = (value: unknown, shape: Shape): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(shape).every(([name, check]) => check((value as Readonly<Record<string, unknown>>)[name]));

const headers = optional((value) => {
  try {
    return listOf(listOf(text))(value) && !!new Headers(value as HeadersInit);
  } catch {
    return false;
  }
});
const count = optional(number);

const ERROR: Shape = {
  code: text,
  message: text,
  status: count,
  headers,
  body: optional(text),
  retryAfter: count,
  failures: count,
  willRetry: optional(flag),
};
const STATE: Shape = {
  status: (value) => typeof value === 'string' && Object.hasOwn(READY_STATE, value),
  failures: number,
  retryAt: count,
  transport: optional(text),
  error: optional((value) => hasShape(value, ERROR)),
};
const listening = { types: listOf(text), all: flag };

/** By kind, in a map: an object would know a kind called `constructor`. */
const SHAPES: ReadonlyMap<unknown, Shape> = new Map<unknown, Shape>([
  ['claim', { knows: flag }],
  ['event', { sequence: number, type: anyText, data: anyText, lastEventId: anyText, origin: text }],
  ['question', { sequence: count, ...listening }],
  ['push', { force: flag }],
  [
    'snapshot',
    {
      sequence: number,
      oldest: number,
      lastEventId: anyText,
      url: text,
      state: (value) => hasShape(value, STATE),
      failed: flag,
      opened: optional((value) =>
        hasShape(value, { url: text, status: count, headers, lastEventId: anyText }),
      ),
      ...listening,
    },
  ],
]);

/** A message from the channel, if it is one of ours: anybody of this origin can send anything, and so can a later version of ssekit. */
export function readNotice(value: unknown): Sent | undefined {
  if (!hasShape(value, { version: (version) => version === VERSION, generation })) return undefined;
  const shape = SHAPES.get((value as Sent).kind);
  return shape && hasShape(value, shape) ? (value as Sent) : undefined;
}

export function packState({ status, failures, retryAt, transport, error }: SseState): StateNotice {
  return { status, failures, retryAt, transport, error: error && packError(error) };
}

/** `cause`, which may be anything, stays in its tab; so do the fields of `decode` errors, which each tab finds out for itself. */
function packError(error: SseError): ErrorNotice {
  const { code, message, status, headers, body, retryAfter, failures, willRetry } = error;
  return { code, message, status, headers: headers && [...headers], body, retryAfter, failures, willRetry };
}

/** By its fields: more may have come with it. */
export function readState({ status, failures, retryAt, transport, error }: StateNotice): SseState {
  return {
    status,
    readyState: READY_STATE[status],
    failures,
    retryAt,
    transport,
    error: error && readError(error),
  };
}

function readError({
  code,
  message,
  status,
  headers,
  body,
  retryAfter,
  failures,
  willRetry,
}: ErrorNotice): SseError {
  const details = { status, headers: readHeaders(headers), body, retryAfter, failures, willRetry };
  return new SseError(code, message, details);
}

export function packOpen({ url, status, headers, lastEventId }: OpenInfo): OpenNotice {
  return { url: withoutQuery(url), status, headers: headers && [...headers], lastEventId };
}

export function readOpen({ url, status, headers, lastEventId }: OpenNotice, transport: string): OpenInfo {
  return { url, transport, status, headers: readHeaders(headers), lastEventId };
}

/** A query may hold a token. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*/s, '');
}

function readHeaders(headers: HeaderList): Headers | undefined {
  return headers && new Headers(headers as [string, string][]);
}
