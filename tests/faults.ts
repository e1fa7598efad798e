/**
 * What can go wrong between a server and a client, and the outcome on each transport. Works in a
 * page and in Node.
 */
import { SseClient, type SseClientOptions } from 'ssekit';
import { watch } from './faults/watch.ts';
import { script, type Attempt } from './script.ts';

/**
 * What a client reported, in order: `open`, the data of a message, `type data` for other events,
 * `code again` or `code final` for an error.
 */
export type Outcome = string | Readonly<Record<Engine, string>>;

export type Engine = 'chromium' | 'firefox' | 'webkit';

export interface Fault {
  readonly name: string;
  readonly attempts: readonly Attempt[];
  /** Used over `native`, where the fault needs more attempts. */
  readonly nativeAttempts?: readonly Attempt[] | undefined;
  /** For `fetch`. With any of them, `auto` uses fetch. */
  readonly options?: Pick<SseClientOptions, 'idleTimeout' | 'openTimeout'> | undefined;
  readonly fetch: Outcome;
  readonly native: Outcome;
  readonly auto: Outcome;
  /**
   * Errors that may be missing: browsers silently repeat a request that fails on a reused
   * connection.
   */
  readonly unsure?: readonly string[] | undefined;
  /** The Last-Event-ID of each request, where it matters. Also checked over `native`. */
  readonly ids?: readonly string[] | undefined;
  /** Where an engine sends other IDs over a transport. */
  readonly otherIds?:
    Partial<Record<Engine, Partial<Record<'native' | 'fetch' | 'auto', readonly string[]>>>> | undefined;
  /** At least this many milliseconds between the first two requests over `fetch`. */
  readonly minDelay?: number | undefined;
}

/** `一é🤔` in UTF-8, each byte read as a character. */
const twiceEncoded = '\u00e4\u00b8\u0080\u00c3\u00a9\u00f0\u009f\u00a4\u0094';

const start = 'retry: 50\n\n';
const event = (n: number) => `id: ${n}\ndata: ${n}\n\n`;
const end = 'event: end\ndata\n\n';

/** A healthy response. */
const healthy = (...texts: string[]): Attempt => ({ chunks: [start, ...texts, end], end: 'hold' });

/**
 * The same after a redirect: Firefox only ends an aborted, redirected `fetch` at the server's next
 * bytes.
 */
const redirected: Attempt = {
  chunks: [start, event(1), end, { text: ':\n', wait: true }, { text: ':\n', wait: true }],
  end: 'hold',
};

function base64(bytes: Iterable<number>): string {
  return btoa(String.fromCharCode(...bytes));
}
const utf8 = (text: string) => [...new TextEncoder().encode(text)];

/** A stream that stops in the middle of `bytes`, followed by the rest. */
function torn(name: string, bytes: readonly number[], ids: readonly string[], after: string[]): Fault {
  const got = after.length === 1 ? '1 | ' : '1 | 2 | ';
  const outcome = `open | ${got}network again | open | ${after.length === 1 ? '2 | ' : ''}end`;
  return {
    name: `cut ${name}`,
    attempts: [
      {
        // A broken stream may lose unread bytes, so make sure there are none.
        chunks: [
          start + event(1),
          { base64: base64(bytes), wait: true },
          after.length === 0 ? { wait: true } : { delay: 200 },
        ],
        end: 'destroy',
      },
      healthy(...(after.length === 1 ? after : [])),
    ],
    fetch: outcome,
    native: outcome,
    auto: outcome,
    ids,
  };
}

const resumed = 'open | 1 | network again | open | 2 | end';
const glued = 'open | 1 | network again | open | 2retry: 50 | 2 | end';
const nullIgnored = 'open | 1 | 2 | network again | open | end';
const nullDrops = 'open | 1 | network again | open | end';
const same = (outcome: Outcome) => ({ fetch: outcome, native: outcome, auto: outcome });

/** Refused twice: `auto` learns the reason the second time, over `fetch`. */
function refusal(name: string, attempt: Attempt, outcome: string): Fault {
  const isFinal = outcome.endsWith('final');
  return {
    name,
    attempts: [attempt, attempt, healthy(event(1))],
    fetch: isFinal ? outcome : `${outcome} | ${outcome} | open | 1 | end`,
    native: 'failed final',
    auto: `failed again | ${outcome}${isFinal ? '' : ' | open | 1 | end'}`,
  };
}

/**
 * @param compressed - A complete stream, gzipped.
 * @param elsewhere - A URL on another origin that answers with event 1 and `end`.
 */
export function faults(compressed: string, here: string, elsewhere: string): Fault[] {
  return [
    torn('inside a character', utf8('id: 2\ndata: 你').slice(0, -1), ['', '1'], [event(2)]),
    torn('between an id and its blank line', utf8('id: 2\n'), ['', '1'], [event(2)]),
    torn('before the blank line', utf8('id: 2\ndata: 2\n'), ['', '1'], [event(2)]),
    torn('inside the name of a field', utf8('id: 2\nda'), ['', '1'], [event(2)]),
    torn('between CR and LF of a line', utf8('id: 2\r\ndata: 2\r'), ['', '1'], [event(2)]),
    torn('between CR and LF of the blank line', utf8('id: 2\r\ndata: 2\r\n\r'), ['', '2'], []),
    {
      ...torn('after an id without data', utf8('id: 1b\n\n'), ['', '1b'], [event(2)]),
      // Firefox and WebKit take an ID only together with an event. Chromium takes it but never tells
      // the page, so `auto` can't send it when it continues over fetch.
      otherIds: {
        chromium: { auto: ['', '1'] },
        firefox: { native: ['', '1'], auto: ['', '1'] },
        webkit: { native: ['', '1'], auto: ['', '1'] },
      },
    },
    {
      name: 'reset in the middle of an event',
      attempts: [
        {
          chunks: [start + event(1), { text: 'id: 2\ndata: 2', wait: true }, { delay: 500 }],
          end: 'reset',
        },
        healthy(event(2)),
      ],
      fetch: resumed,
      // WebKit keeps the half event and joins it with the first line of the next stream. On `auto`, the
      // next stream is one of fetch.
      native: { chromium: resumed, firefox: resumed, webkit: glued },
      auto: resumed,
      ids: ['', '1'],
    },
    {
      name: 'reset',
      attempts: [{ chunks: [start + event(1), { wait: true }], end: 'reset' }, healthy(event(2))],
      ...same(resumed),
      ids: ['', '1'],
    },
    {
      name: 'the end of the stream',
      attempts: [{ chunks: [start + event(1)] }, healthy(event(2))],
      ...same(resumed),
      ids: ['', '1'],
    },
    {
      name: 'reset before the answer',
      attempts: [{ status: 0, end: 'reset' }, healthy(event(1))],
      ...same('open | 1 | end'),
      unsure: ['network again'],
    },
    {
      name: 'half-open silence',
      attempts: [
        { chunks: [start + event(1), { text: event(2) + end, delay: 3000 }], end: 'hold' },
        healthy(event(2)),
      ],
      options: { idleTimeout: 1000 },
      fetch: 'open | 1 | timeout again | open | 2 | end',
      native: 'open | 1 | 2 | end',
      auto: 'open | 1 | timeout again | open | 2 | end',
    },
    {
      name: 'no answer for long, which only a timeout ends',
      attempts: [{ wait: true }, healthy(event(1))],
      nativeAttempts: [{ ...healthy(event(1)), wait: true }],
      options: { openTimeout: 1500 },
      fetch: 'timeout again | open | 1 | end',
      native: 'open | 1 | end',
      auto: 'timeout again | open | 1 | end',
    },
    {
      name: 'a drip of single bytes',
      attempts: [
        {
          chunks: utf8(`id: 1\r\ndata: 你好🤔\r\n\r\n${end}`).map((byte) => ({ base64: base64([byte]) })),
          end: 'hold',
        },
      ],
      ...same('open | 你好🤔 | end'),
    },
    refusal('200 of a wrong type', { headers: { 'content-type': 'text/html' } }, 'content-type 200 final'),
    refusal('200 without a type', { headers: { 'content-type': null } }, 'content-type 200 final'),
    refusal('204', { status: 204 }, 'no-content 204 final'),
    ...[401, 403, 404, 410].map((status) => refusal(`${status}`, { status }, `http ${status} final`)),
    ...[425, 429, 500, 502, 503, 504].map((status) =>
      refusal(`${status}`, { status }, `http ${status} again`),
    ),
    {
      name: '408',
      attempts: [{ status: 408 }, { status: 408 }, healthy(event(1))],
      // More than a browser's connections to one origin.
      nativeAttempts: [...Array<Attempt>(10).fill({ status: 408 }), healthy(event(1))],
      fetch: 'open | 1 | end',
      native: 'failed final',
      auto: 'open | 1 | end',
      unsure: ['http 408 again', 'failed again'],
    },
    ...[429, 503].map((status) => ({
      ...refusal(
        `${status} with Retry-After`,
        { status, headers: { 'retry-after': '1' } },
        `http ${status} again`,
      ),
      minDelay: 1000,
    })),
    ...[301, 302, 303, 307, 308].flatMap((status): Fault[] => [
      {
        name: `${status} on one origin`,
        attempts: [{ status, headers: { location: '?moved' } }, redirected],
        ...same('open | 1 | end'),
      },
      {
        name: `${status} to another origin`,
        attempts: [{ status, headers: { location: elsewhere } }],
        ...same('open | 1 | end'),
      },
    ]),
    {
      name: 'a redirect to itself, over and over',
      attempts: [...Array<Attempt>(30).fill({ status: 302, headers: { location: '?again' } }), redirected],
      fetch: 'network again | open | 1 | end',
      native: { chromium: 'network again | open | 1 | end', firefox: 'failed final', webkit: 'failed final' },
      auto: {
        chromium: 'network again | open | 1 | end',
        firefox: 'failed again | open | 1 | end',
        webkit: 'failed again | open | 1 | end',
      },
    },
    {
      name: 'a redirect to nowhere',
      attempts: [{ status: 302, headers: { location: `${here}/nowhere` } }],
      fetch: 'http 404 final',
      native: 'failed final',
      auto: 'failed again | http 404 final',
    },
    {
      name: 'an event that the server sends again',
      attempts: [{ chunks: [start + event(1)] }, healthy(event(1), event(2))],
      ...same('open | 1 | network again | open | 1 | 2 | end'),
    },
    {
      name: 'an id with NULL, which is none',
      attempts: [{ chunks: [start + event(1) + 'id: 2\0\ndata: 2\n\n'] }, healthy()],
      fetch: nullIgnored,
      // Firefox drops the event together with the ID.
      native: { chromium: nullIgnored, firefox: nullDrops, webkit: nullIgnored },
      auto: { chromium: nullIgnored, firefox: nullDrops, webkit: nullIgnored },
      ids: ['', '1'],
    },
    {
      name: 'an id with CR, which ends its line',
      attempts: [{ chunks: [`${start}id: 1\rX-Injected: 1\ndata: 1\n\n`] }, healthy()],
      ...same('open | 1 | network again | open | end'),
      ids: ['', '1'],
    },
    {
      name: 'an id that is not ASCII',
      attempts: [{ chunks: [`${start}id: 一é🤔\ndata: 1\n\n`] }, healthy()],
      ...same('open | 1 | network again | open | end'),
      ids: ['', '一é🤔'],
      // WebKit's fetch reads the header's bytes as characters and encodes them again.
      otherIds: { webkit: { fetch: ['', twiceEncoded], auto: ['', twiceEncoded] } },
    },
    {
      name: 'events named after what every object has',
      attempts: [healthy(...objectNames.map((name) => `event: ${name}\ndata: x\n\n`), event(1))],
      ...same(`open | ${objectNames.map((name) => `${name} x`).join(' | ')} | 1 | end`),
    },
    {
      name: 'events named after the lifecycle',
      attempts: [healthy(...lifecycleNames.map((name) => `event: ${name}\ndata: x\n\n`), event(1))],
      ...same(`open | ${lifecycleNames.map((name) => `${name} x`).join(' | ')} | 1 | end`),
    },
    {
      name: 'gzip',
      attempts: [{ headers: { 'content-encoding': 'gzip' }, chunks: [{ base64: compressed }], end: 'hold' }],
      ...same('open | 1 | 2 | end'),
    },
    {
      name: 'garbage',
      attempts: [
        {
          chunks: [
            start,
            { base64: base64(Array.from({ length: 256 }, (_, i) => 255 - i)) },
            `\n\n${event(1)}${end}`,
          ],
          end: 'hold',
        },
      ],
      ...same('open | 1 | end'),
    },
  ];
}

const objectNames = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
const lifecycleNames = ['open', 'error', 'close', 'statechange'];

/** The stream to gzip for `faults()`. */
export const toCompress = start + event(1) + event(2) + end;

/** The response at `elsewhere`. */
export const elsewhereAttempts: readonly Attempt[] = [redirected];

/** The outcome without the errors that may be missing. */
export function withoutUnsure({ unsure = [] }: Fault, outcome: string): string {
  return unsure.reduce((rest, error) => rest.replaceAll(`${error} | `, ''), outcome);
}

export async function perform(origin: string, attempts: readonly Attempt[], options: SseClientOptions) {
  const s = await script(origin, attempts);
  const client = new SseClient(s.url, options);
  // The only response comes at the end.
  if (attempts.length === 1 && attempts[0]?.wait) void s.requests(1).then(() => s.release());
  const { problems, quiet } = watch(client);
  const log: string[] = [];
  const releases: Promise<void>[] = [];
  client.onOpen(() => log.push('open'));
  client.onMessage(({ data }) => {
    log.push(data);
    // Opens the gate after a message once that message has arrived.
    releases.push(s.release());
  });
  for (const type of [...objectNames, ...lifecycleNames]) {
    client.on(type, ({ data }) => log.push(`${type} ${data}`));
  }
  client.onError(({ code, status, willRetry }) => {
    log.push([code, ...(status === undefined ? [] : [status]), willRetry ? 'again' : 'final'].join(' '));
  });
  await new Promise<void>((resolve) => {
    client.on('end', () => {
      log.push('end');
      resolve();
    });
    client.subscribe(({ status, error }) => {
      if (status === 'closed' && error) resolve();
    });
  });
  client.close();
  quiet();
  releases.push(s.release());
  await Promise.all(releases);
  const { requests, maxOpen } = await s.closed();
  return {
    outcome: log.join(' | '),
    problems,
    maxOpen,
    ids: requests.map(({ lastEventIdHex = '' }) =>
      new TextDecoder().decode(
        Uint8Array.from(lastEventIdHex.match(/../g) ?? [], (hex) => parseInt(hex, 16)),
      ),
    ),
    times: requests.map(({ time }) => time),
  };
}
