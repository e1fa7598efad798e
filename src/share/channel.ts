import { SseError, type SseErrorDetails } from '../errors.js';
import { READY_STATE } from '../connection/state.js';
import type { OpenInfo } from '../connection/transport.js';
import type { SseState } from '../connection/state.js';
import { LONGEST, MOST_TYPES, type ListenedNotice } from './listened.js';

/**
 * What the tabs of one shared connection tell each other; docs/design.md says when. Sent as a
 * structured clone: a field that is `undefined` here may be missing. No notice has a request header
 * or a query string.
 */
export type Notice = Claim | Snapshot | EventNotice | Question | Push;

/** A notice as it is sent. */
export type Sent = Notice & {
  /** The highest that the sender knows. A leader's own, if it is the leader. */
  readonly generation: number;
};

/** Of the notices. It's part of the names of lock and channel, so that versions never meet. */
export const VERSION = 1;

/** A tab got the lock. From here on, notices of leaders of lower generations are ignored. */
export interface Claim {
  readonly kind: 'claim';
  /** Whether it knows where to resume. */
  readonly knows: boolean;
}

/** From the leader: its state. Sent after each change, and as the answer to a question. */
export interface Snapshot extends ListenedNotice {
  readonly kind: 'snapshot';
  /** The number of the last event. */
  readonly sequence: number;
  /** The number of the oldest event that the leader could send again. */
  readonly oldest: number;
  readonly lastEventId: string;
  /** The answer to a tab that asked with an ID: the number of the last event with that ID. */
  readonly found?: { readonly lastEventId: string; readonly sequence?: number | undefined } | undefined;
  /** Without query and fragment. */
  readonly url: string;
  readonly state: StateNotice;
  /** Whether the error in the state is new. */
  readonly failed: boolean;
  /** The response, while the stream is open. */
  readonly opened?: OpenNotice | undefined;
}

/** From the leader: an event. The numbers have no gaps, over all generations. */
export interface EventNotice {
  readonly kind: 'event';
  readonly sequence: number;
  readonly type: string;
  readonly data: string;
  readonly lastEventId: string;
  readonly origin: string;
}

/** To the leader: send your state, and the events after this number; I listen to these types. */
export interface Question extends ListenedNotice {
  readonly kind: 'question';
  readonly sequence?: number | undefined;
  /** Instead of the number, from a tab that doesn't know one. */
  readonly lastEventId?: string | undefined;
}

/** To the leader: try now. Without `force`, only if you are waiting. */
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

const A_DAY = 86_400_000;

/** Events have numbers below it. */
export const END_OF_NUMBERS = 2 ** 52;

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

const text: Check = (value) => typeof value === 'string' && value.length <= LONGEST;
/** The follower checks the data of an event against `maxEventSize`, and a request leaves out an ID that is too long. */
const anyText: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const number: Check = (value) => typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
const sequence: Check = (value) =>
  Number.isInteger(value) && number(value) && (value as number) < END_OF_NUMBERS;
/** A generation is a time. One that lies a day ahead could never be exceeded: nobody would lead again. */
export const isPossible: Check = (generation) =>
  number(generation) && (generation as number) < Date.now() + A_DAY;
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

/** By kind. A map, because an object would have a kind called `constructor`. */
const SHAPES: ReadonlyMap<unknown, Shape> = new Map<unknown, Shape>([
  ['claim', { knows: flag }],
  ['event', { sequence, type: anyText, data: anyText, lastEventId: anyText, origin: text }],
  ['question', { sequence: optional(sequence), lastEventId: optional(anyText), ...listening }],
  ['push', { force: flag }],
  [
    'snapshot',
    {
      sequence,
      oldest: sequence,
      found: optional((value) => hasShape(value, { lastEventId: anyText, sequence: optional(sequence) })),
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

/** A message from the channel, if it is a notice: any script on this origin can post anything. */
export function readNotice(value: unknown): Sent | undefined {
  if (!hasShape(value, { generation: isPossible })) return undefined;
  const shape = SHAPES.get((value as Sent).kind);
  return shape && hasShape(value, shape) ? (value as Sent) : undefined;
}

export function packState({ status, failures, retryAt, transport, error }: SseState): StateNotice {
  return { status, failures, retryAt, transport, error: error && packError(error) };
}

/** `cause` may be anything, so it stays in its tab. Each tab makes its own `decode` errors. */
function packError(error: SseError): ErrorNotice {
  const { code, message, status, headers, body, retryAfter, failures, willRetry } = error;
  return { code, message, status, headers: headers && [...headers], body, retryAfter, failures, willRetry };
}

/** Field by field: the notice may have more of them. */
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
