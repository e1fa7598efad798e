import { SseError, type SseErrorCode, type SseErrorDetails } from './errors.js';
import { READY_STATE } from './state.js';
import type { OpenInfo, SseState } from './transport.js';

/**
 * What the tabs of one shared connection say to each other; docs/design.md tells when. What changes its meaning changes the name of the
 * channel. No request header and no query string ever leaves a tab.
 */
export type Notice = Claim | Snapshot | EventNotice | Question;

/** A notice on its way. */
export type Sent = Notice & {
  /** The highest that the sender has heard of: that of the leader, if it is one. */
  readonly generation: number;
};

/** A tab got the lock: what leaders of lower generations say from here on does not count. */
export interface Claim {
  readonly kind: 'claim';
  /** Whether it has heard of a leader before, and so knows where the stream stands. */
  readonly knows: boolean;
}

/** From the leader: how things stand. After each change, and as the answer to a question. */
export interface Snapshot {
  readonly kind: 'snapshot';
  /** The number of the last event. */
  readonly sequence: number;
  /** The number of the oldest event that the leader could send again. */
  readonly oldest: number;
  readonly lastEventId: string;
  readonly url: string;
  readonly state: SseState;
  /** What was known when the stream opened, while it is open. */
  readonly opened?: OpenInfo | undefined;
  /** The event types that somebody listens to, in any tab. {@link ALL} is one of them. */
  readonly types: readonly string[];
}

/** From the leader: an event, numbered without gaps over all generations. One without a type, which no event has, only sets the last event ID. */
export interface EventNotice {
  readonly kind: 'event';
  readonly sequence: number;
  readonly type: string;
  readonly data: string;
  readonly lastEventId: string;
  readonly origin: string;
}

/** To the leader: are you there; I have the events up to this number, send the others; I listen to these types. */
export interface Question {
  readonly kind: 'question';
  readonly sequence?: number | undefined;
  readonly types: readonly string[];
  /** Try now: `false` if you are waiting, `true` whatever you do. */
  readonly force?: boolean | undefined;
}

/** Stands for events of all types: no event has it. */
export const ALL = '';

/** Types listened to, and what a URL, a name or a body may have of characters: nothing of the kind is longer in earnest. */
export const MOST_TYPES = 1000;
const LONGEST = 16_384;
const A_DAY = 86_400_000;

/** Returns what it has read of a value, and throws where that is not what it should be. */
type Read<T> = (value: unknown) => T;

const only =
  <T>(isRight: (value: T) => unknown): Read<T> =>
  (value) => {
    if (isRight(value as T)) return value as T;
    throw new TypeError();
  };
/** The data of an event is checked against `maxEventSize`, by who knows it; an id goes no further than a request could carry it. */
const anyText = only<string>((value) => typeof value === 'string');
const text = only<string>((value) => typeof value === 'string' && value.length <= LONGEST);
const flag = only<boolean>((value) => typeof value === 'boolean');
const number = only<number>((value) => Number.isFinite(value) && value >= 0);
const optional =
  <T>(read: Read<T>): Read<T | undefined> =>
  (value) =>
    value === undefined ? value : read(value);
const listOf = <T>(read: Read<T>): Read<T[]> => {
  const list = only<unknown[]>((value) => Array.isArray(value) && value.length <= MOST_TYPES);
  return (value) => list(value).map(read);
};
/** By its fields: more may have come with it. */
const object =
  <T>(fields: { readonly [K in keyof T]-?: Read<T[K]> }): Read<T> =>
  (value) => {
    const read = {} as T;
    for (const name in fields) read[name] = fields[name]((value as T)[name]);
    return read;
  };

const count = optional(number);
const pairs = listOf(listOf(text));
const headers = optional((value) => new Headers(pairs(value) as [string, string][]));

const error = object({
  code: text as Read<SseErrorCode>,
  message: text,
  status: count,
  headers,
  body: optional(text),
  retryAfter: count,
  attempt: count,
  willRetry: optional(flag),
});
const state = object({
  status: only<SseState['status']>((value) => Object.keys(READY_STATE).includes(value)),
  attempt: number,
  retryAt: count,
  transport: optional(text),
  error: optional((value) => {
    const { code, message, ...details } = error(value);
    return new SseError(code, message, details);
  }),
});
const sent = {
  kind: text,
  /** A time, see `claim` in tab-group.ts. One far ahead could never be topped, and nobody would lead again. */
  generation: only<number>((value) => number(value) < Date.now() + A_DAY),
};

/** By kind, in a map: an object would know a kind called `constructor`. */
const NOTICES: ReadonlyMap<unknown, Read<unknown>> = new Map<unknown, Read<unknown>>([
  ['claim', object({ ...sent, knows: flag })],
  ['question', object({ ...sent, sequence: count, types: listOf(text), force: optional(flag) })],
  [
    'event',
    object({ ...sent, sequence: number, type: anyText, data: anyText, lastEventId: anyText, origin: text }),
  ],
  [
    'snapshot',
    object({
      ...sent,
      sequence: number,
      oldest: number,
      lastEventId: anyText,
      url: text,
      state: (value) => {
        const now = state(value);
        return { ...now, readyState: READY_STATE[now.status] };
      },
      opened: optional(object({ url: text, transport: text, status: count, headers, lastEventId: anyText })),
      types: listOf(text),
    }),
  ],
]);

/** A message from the channel, if it is one of ours: anybody of this origin can send anything, and so can a later version of ssekit. */
export function readNotice(value: unknown): Sent | undefined {
  try {
    return NOTICES.get((value as Sent).kind)?.(value) as Sent | undefined;
  } catch {
    return undefined;
  }
}

/** A notice as structured clones can carry it. */
export function packNotice(notice: Notice, generation: number): object {
  const packed = { ...notice, generation };
  if (notice.kind !== 'snapshot') return packed;
  const { url, state, opened } = notice;
  const error: (SseErrorDetails & Pick<SseError, 'message'>) | undefined = state.error;
  return {
    ...packed,
    url: withoutQuery(url),
    // What may be anything, `cause` and `issues`, stays in its tab.
    state: {
      ...state,
      error: error && { ...error, ...packHeaders(error), message: error.message, issues: undefined },
    },
    opened: opened && { ...opened, ...packHeaders(opened), url: withoutQuery(opened.url) },
  };
}

function packHeaders({ headers }: Pick<SseErrorDetails, 'headers'>): object {
  return { headers: headers && [...headers] };
}

/** A query may hold a token. */
function withoutQuery(url: string): string {
  return url.replace(/[?#].*/s, '');
}
