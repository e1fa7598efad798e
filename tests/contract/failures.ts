import { expect } from 'vitest';
import type { Attempt } from '../script.ts';
import type { Case, Environment } from './bench.ts';

const chunks = ['retry: 1\ndata: x\n\n'];

const statuses = [201, 202, 203, 206, 300, 400, 401, 403, 404, 410, 418, 429, 500, 502, 503, 504];
const otherTypes = ['', 'text/plain', 'text/html', 'text/event-stream-x', 'x/event-stream', 'event-stream'];

/** Responses after which it never reconnects: HTML 9.2.3, "fail the connection". */
const failures: (readonly [what: string, answer: Attempt])[] = [
  ...statuses.map((status) => [`status ${status}`, { status, chunks }] as const),
  ['status 204', { status: 204 }],
  ['status 304', { status: 304 }],
  ['status 503 with Retry-After', { status: 503, headers: { 'retry-after': '0' }, chunks }],
  ['a body of a failure that never ends', { status: 500, chunks, end: 'hold' }],
  ['no content type', { headers: { 'content-type': null }, chunks }],
  ...otherTypes.map((type) => [`content type "${type}"`, typed(type)] as const),
];

const types = [
  'text/event-stream;',
  'text/event-stream; charset=utf-8',
  'text/event-stream;charset=UTF-8;x=y',
  'Text/EVENT-stream',
  ' text/event-stream ; x',
];

function typed(type: string): Attempt {
  return { headers: { 'content-type': type }, chunks };
}

const failure = ([what, answer]: readonly [string, Attempt]): Case => [
  `${what}: one error event, and CLOSED for good`,
  async ({ serve, open }) => {
    const server = await serve([answer]);
    const { until, source } = open(server.url);
    expect(await until('error 2')).toEqual(['error 2']);
    const { requests } = await server.closed();
    expect(requests).toHaveLength(1);
    expect(source.readyState).toBe(2);
  },
];

const stream = (what: string, type: string): Case => [
  what,
  async ({ serve, open }) => {
    const server = await serve([{ ...typed(type), chunks: ['data: …\n\n'], end: 'hold' }]);
    expect(await open(server.url).until('message: …')).toEqual(['open 1', 'message: …']);
  },
];

export function failureCases({ engine, isNative }: Environment): Case[] {
  const bogus = 'text/event-stream bogus';
  const charset = 'text/event-stream;charset=windows-1252';
  return [
    ...failures.map(failure),
    [
      'on a reconnect such answers are the end, too: no further request',
      async ({ serve, open, reconnectionsElsewhere }) => {
        const answers: Attempt[] = [{ status: 204 }, { status: 404 }, { status: 503 }, typed('text/plain')];
        const all = await Promise.all(
          answers.map(async (answer) => {
            const server = await serve([{ chunks: ['retry: 1\n\n'] }, answer, { chunks }]);
            const recording = open(server.url);
            await recording.until('error 2');
            return { server, recording };
          }),
        );
        await reconnectionsElsewhere();
        for (const { server, recording } of all) {
          expect(recording.log).toEqual(['open 1', 'error 0', 'error 2']);
          expect((await server.log()).requests).toHaveLength(2);
        }
      },
    ],
    ...types.map((type) => stream(`content type "${type}" is an event stream`, type)),
    isNative
      ? stream(`native: content type "${bogus}" is an event stream`, bogus)
      : failure([`over fetch, content type "${bogus}"`, typed(bogus)]),
    isNative && engine === 'chromium'
      ? failure(['Chromium, charset other than UTF-8', typed(charset)])
      : stream('a charset other than UTF-8 is ignored', charset),
  ];
}
