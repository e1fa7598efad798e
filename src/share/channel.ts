import { SseError, withoutQuery, type SseErrorDetails } from '../errors.js';
import { READY_STATE } from '../connection/state.js';
import type { OpenInfo } from '../connection/transport.js';
import type { SseState } from '../connection/state.js';
import { LONGEST, MOST_TYPES, type ListenedNotice } from './listened.js';

/**
 * The notices that the tabs of one shared connection send each other; docs/design.md says when.
 * Sent as a structured clone: a field that is `undefined` here may be missing. No notice has a
 * request header or a query string.
 */
export type Notice = Claim | Snapshot | EventNotice | Question | Push;

/** A notice with its generation. */
export type Sent = Notice & {
  /** The highest that the sender knows. A leader sends its own. */
  readonly generation: number;
};

/**
 * The version of the notices. It's part of the names of lock and channel, so that versions never
 * meet.
 */
export const VERSION = 1;

/** A tab got the lock. From here on, notices of leaders of lower generations are ignored. */
export interface Claim {
  readonly kind: 'claim';
  /** Whether the tab knows where to resume. */
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
  /** While it waits: a push without `force` counts from this time on, in ms since the epoch. */
  readonly notBefore?: number | undefined;
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

/**
 * To the leader: asks for its state and the events after this number, and names the types that this
 * tab listens to.
 */
export interface Question extends ListenedNotice {
  readonly kind: 'question';
  readonly sequence?: number | undefined;
  /** Instead of the number, from a tab that doesn't know one. */
  readonly lastEventId?: string | undefined;
}

/**
 * To the leader: asks it to try now. Without `force`, only if it's waiting and the server allows
 * it.
 */
export interface Push {
  readonly kind: 'push';
  readonly force: boolean;
}

export type StateNotice = Omit<SseState, 'readyState' | 'error'> & {
  readonly error?: ErrorNotice | undefined;
};

export type OpenNotice = Omit<OpenInfo, 'headers' | 'transport'> & { readonly headers?: HeaderList };

type ErrorNotice = Pick<SseError, 'code' | 'message'> &
  Pick<
    SseErrorDetails,
    'help' | 'status' | 'body' | 'event' | 'raw' | 'retryAfter' | 'failures' | 'willRetry'
  > & {
    readonly headers?: HeaderList;
  };

type HeaderList = readonly (readonly [string, string])[] | undefined;

const A_DAY = 86_400_000;

/** Every number in a notice must be below this. */
export const END_OF_NUMBERS = 2 ** 52;

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

const text: Check = (value) => typeof value === 'string' && value.length <= LONGEST;
/**
 * The follower checks an event against `maxEventSize`, and no request sends an ID that's too long.
 */
const anyText: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const number: Check = (value) => typeof value === 'number' && value >= 0 && value < END_OF_NUMBERS;
/** Whether it can be the number of an event. */
export const isSequence: Check = (value) => Number.isInteger(value) && number(value);
/** A generation is a time. If one were more than a day ahead, no tab could exceed it and lead. */
export const isPossible: Check = (value) => number(value) && (value as number) < Date.now() + A_DAY;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length <= MOST_TYPES && value.every(check);
const shaped =
  (shape: Shape): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(shape).every(([name, check]) => check((value as Readonly<Record<string, unknown>>)[name]));
/** `Object.hasOwn`, because every object has a `constructor`. */
const keyOf =
  (table: object): Check =>
  (value) =>
    typeof value === 'string' && Object.hasOwn(table, value);

const headers = optional((value) => {
  try {
    return listOf(listOf(text))(value) && !!new Headers(value as HeadersInit);
  } catch {
    return false;
  }
});
const count = optional(number);
const sequence = optional(isSequence);

const ERROR = {
  code: text,
  message: text,
  help: optional(text),
  status: count,
  headers,
  body: optional(text),
  event: optional(text),
  raw: optional(text),
  retryAfter: count,
  failures: count,
  willRetry: optional(flag),
};
const STATE = {
  status: keyOf(READY_STATE),
  failures: number,
  retryAt: count,
  transport: optional(text),
  error: optional(shaped(ERROR)),
};
const OPENED = { url: text, status: count, headers, lastEventId: anyText };
const LISTENED = { types: listOf(text), all: flag };

const KINDS: Readonly<Record<Notice['kind'], Check>> = {
  claim: shaped({ knows: flag }),
  event: shaped({ sequence: isSequence, type: anyText, data: anyText, lastEventId: anyText, origin: text }),
  question: shaped({ sequence, lastEventId: optional(anyText), ...LISTENED }),
  push: shaped({ force: flag }),
  snapshot: shaped({
    sequence: isSequence,
    oldest: isSequence,
    found: optional(shaped({ lastEventId: anyText, sequence })),
    lastEventId: anyText,
    url: text,
    state: shaped(STATE),
    notBefore: count,
    failed: flag,
    opened: optional(shaped(OPENED)),
    ...LISTENED,
  }),
};

const isSent = shaped({ generation: isPossible, kind: keyOf(KINDS) });

/** A message from the channel, if it's a notice: any script on this origin can post anything. */
export function readNotice(value: unknown): Sent | undefined {
  return isSent(value) && KINDS[(value as Sent).kind](value) ? (value as Sent) : undefined;
}

/** The fields of this shape and no others: a notice may have more. */
function pick<T extends object, S extends object>(from: T, shape: S): Pick<T, keyof T & keyof S> {
  const names = Object.keys(shape) as (keyof T & keyof S)[];
  return Object.fromEntries(names.map((name) => [name, from[name]])) as Pick<T, keyof T & keyof S>;
}

export function packState(state: SseState): StateNotice {
  const { error } = state;
  return { ...pick(state, STATE), error: error && packError(error) };
}

/**
 * Without `cause`, which may be anything. A `decode` error never travels: each tab makes its own.
 */
function packError(error: SseError): ErrorNotice {
  return { ...pick(error, ERROR), headers: packHeaders(error.headers) };
}

export function readState(notice: StateNotice): SseState {
  const { status, error } = notice;
  return { ...pick(notice, STATE), readyState: READY_STATE[status], error: error && readError(error) };
}

function readError(notice: ErrorNotice): SseError {
  const { code, message, headers } = notice;
  return new SseError(code, message, { ...pick(notice, ERROR), headers: readHeaders(headers) });
}

export function packOpen(info: OpenInfo): OpenNotice {
  return { ...pick(info, OPENED), url: withoutQuery(info.url), headers: packHeaders(info.headers) };
}

export function readOpen(notice: OpenNotice, transport: string): OpenInfo {
  return { ...pick(notice, OPENED), transport, headers: readHeaders(notice.headers) };
}

function packHeaders(headers: Headers | undefined): HeaderList {
  return headers && [...headers];
}

function readHeaders(headers: HeaderList): Headers | undefined {
  return headers && new Headers(headers as [string, string][]);
}
