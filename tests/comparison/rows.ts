import { script, type Attempt, type RecordedRequest } from '../script.ts';
import type { Ask, Opened, Peer } from './peers.ts';

/** The rows of the comparison that a server can observe. */

/** A result: `yes`, `no`, or a word that says how. */
export type Verdict = string;

export interface Row {
  readonly attempts: readonly Attempt[];
  readonly ask?: Ask;
  /** When this holds, or once the library has given up, the result is judged. */
  readonly until: (told: Told) => boolean;
  readonly judge: (seen: Seen) => Verdict;
}

/** What the page saw. */
interface Told {
  /** The event type and data of each. */
  readonly events: readonly string[];
  /** The HTTP status that each failure reported. */
  readonly failures: readonly (number | undefined)[];
}

/** What the page and the server saw. */
interface Seen extends Told {
  readonly requests: readonly RecordedRequest[];
}

/** The server breaks its silence after this many ms: four times what the library may tolerate. */
const SILENCE = 4000;

/** In ms. The slowest row of all takes 6 s on an idle machine. */
const PATIENCE = 25_000;

/** Milliseconds between the first request and the second. */
const gap = ({ requests: [first, second] }: Seen) => (second?.time ?? NaN) - (first?.time ?? NaN);

const yes = (value: boolean) => (value ? 'yes' : 'no');
const heard = ({ events }: Told) => events.length > 0;
const heardTwice = ({ events }: Told) => events.length > 1;

const refused = { 'content-type': 'text/plain' };
const tick: Attempt = { chunks: ['event: tick\ndata: 1\n\n'], end: 'hold' };
/**
 * Resets once the page has the event, because a reset could overtake it. WebKit treats a plain end
 * of the socket as the end of the response.
 */
const cutAfter = (event: string): Attempt => ({ chunks: [event, { wait: true }], end: 'reset' });

export const rows = {
  header: {
    attempts: [tick],
    ask: { headers: { 'X-Own': '1' } },
    until: heard,
    judge: ({ requests }) => yes(requests[0]?.headers['x-own'] === '1'),
  },
  post: {
    attempts: [tick],
    ask: { body: 'question' },
    until: heard,
    judge: ({ requests }) => yes(requests[0]?.method === 'POST' && requests[0].body === 'question'),
  },
  unavailable: {
    attempts: [{ status: 503, headers: refused }, tick],
    ask: { comesBack: true },
    until: heard,
    judge: (seen) => yes(heard(seen)),
  },
  retryAfter: {
    attempts: [{ status: 503, headers: { ...refused, 'retry-after': '4' } }, tick],
    ask: { comesBack: true, overFetch: true },
    until: heard,
    judge: (seen) => yes(gap(seen) >= 3950),
  },
  unauthorized: {
    attempts: [{ status: 401, headers: refused }],
    ask: { comesBack: true },
    until: ({ failures }) => failures.length > 2,
    // Two, because ssekit sends one more over fetch to learn what the browser hides.
    judge: ({ requests }) => yes(requests.length <= 2),
  },
  status: {
    attempts: [{ status: 403, headers: refused }],
    ask: { wantsStatus: true },
    until: ({ failures }) => failures.includes(403) || failures.length > 1,
    judge: ({ failures }) => yes(failures.includes(403)),
  },
  resume: {
    attempts: [cutAfter('retry: 100\nid: 7\nevent: tick\ndata: 1\n\n'), tick],
    ask: { comesBack: true },
    until: heardTwice,
    judge({ requests: [, second] }) {
      if (second?.headers['last-event-id'] === '7') return 'header';
      return second && /[?&]lastEventId=7(&|$)/.test(second.url) ? 'query' : 'no';
    },
  },
  named: {
    attempts: [{ chunks: ['event: error\ndata: late\n\n', 'event: tick\ndata: 1\n\n'], end: 'hold' }],
    until: ({ events }) => events.includes('tick 1'),
    judge: ({ events, failures }) => yes(events.includes('error late') && failures.length === 0),
  },
  once: {
    attempts: [cutAfter('event: tick\ndata: 1\n\n'), tick],
    ask: { body: 'question' },
    until: heardTwice,
    judge({ requests }) {
      if (requests[0]?.method !== 'POST') return 'none';
      return yes(requests.length === 1);
    },
  },
  silence: {
    attempts: [
      {
        chunks: [
          'retry: 100\nevent: tick\ndata: 1\n\n',
          { text: 'event: tick\ndata: 2\n\n', delay: SILENCE },
        ],
        end: 'hold',
      },
      tick,
    ],
    ask: { silence: SILENCE / 4, comesBack: true },
    // From the second connection, or from the first if it's still open.
    until: heardTwice,
    judge: ({ requests }) => yes(requests.length > 1),
  },
} satisfies Record<string, Row>;

export type RowName = keyof typeof rows;

/** Whether the library streams at all in this environment. */
export const runs: Row = { attempts: [tick], until: heard, judge: (seen) => yes(heard(seen)) };

/** Runs one row against one library. */
export async function observe(
  origin: string,
  { attempts, ask = {}, until, judge }: Row,
  peer: Peer,
): Promise<Verdict> {
  const s = await script(origin, attempts);
  const events: string[] = [];
  const failures: (number | undefined)[] = [];
  let opened: Opened | undefined;
  let patience: ReturnType<typeof setTimeout> | undefined;
  await new Promise<void>((resolve, reject) => {
    // Closes the connection, because an open one would block the rows that follow.
    patience = setTimeout(() => {
      opened?.close();
      void s.log().then(({ requests, held }) => {
        const seen = JSON.stringify({ events, failures, held, requests });
        reject(new Error(`${peer.package || 'EventSource'} has seen too little: ${seen}`));
      }, reject);
    }, PATIENCE);
    const look = () => {
      if (until({ events, failures }) || opened?.isOver()) resolve();
    };
    opened = peer.open(s.url, ask, {
      event(type, data) {
        events.push(`${type} ${data}`);
        if (events.length === 1) void s.release();
        look();
      },
      failure(status) {
        failures.push(status);
        // Some libraries report the failure first and give up afterwards.
        setTimeout(look);
      },
    });
  });
  clearTimeout(patience);
  const told = { events: [...events], failures: [...failures] };
  opened?.close();
  const { requests } = await s.closed();
  return judge({ requests, ...told });
}
