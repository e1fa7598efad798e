import { expect } from 'vitest';
import type { Attempt, Script } from '../script.ts';
import type { Case, Environment } from './bench.ts';

/** Ends at once. Firefox waits at least 500 ms, even if the server asks for less. */
const brief: Attempt = { chunks: ['retry: 1\n\n'] };
const last: Attempt = { chunks: ['data: last\n\n'], end: 'hold' };

/** The browsers' default is 3 s, or 5 s in Firefox. */
const SHORTEST_DEFAULT = 3000;

/** Milliseconds between the end of the first response and the second request. */
async function reconnectDelay(server: Script): Promise<number> {
  const [first, second] = (await server.requests(2)).requests;
  return (second?.time ?? NaN) - (first?.closedAt ?? NaN);
}

/** HTML 9.2.3, "reestablish the connection", and the reconnection time of 9.2.6. */
export function reconnectionCases(environment: Environment): Case[] {
  return [
    [
      'when the stream ends, there is an error event in CONNECTING, and then it opens again',
      async ({ serve, open }) => {
        const server = await serve([{ chunks: ['retry: 1\ndata: first\n\n'] }, last]);
        const { until, source } = open(server.url);
        expect(await until('message: last')).toEqual([
          'open 1',
          'message: first',
          'error 0',
          'open 1',
          'message: last',
        ]);
        expect(source.readyState).toBe(1);
      },
    ],
    [
      'when the connection is cut, it is the same',
      async ({ serve, open }) => {
        // Over fetch, a cut may lose bytes that arrive with it, so wait until the event has been
        // delivered.
        const server = await serve([
          { chunks: ['retry: 1\ndata: first\n\n', { text: 'data: x', wait: true }], end: 'destroy' },
          last,
        ]);
        const { until } = open(server.url);
        await until('message: first');
        await server.release();
        expect(await until('message: last')).toEqual([
          'open 1',
          'message: first',
          'error 0',
          'open 1',
          'message: last',
        ]);
      },
    ],
    [
      'it reconnects again and again, one request at a time',
      async ({ serve, open }) => {
        const server = await serve([brief, brief, brief, brief, last]);
        const rounds = Array.from({ length: 4 }, () => ['open 1', 'error 0']);
        expect(await open(server.url).until('message: last')).toEqual([
          ...rounds.flat(),
          'open 1',
          'message: last',
        ]);
        const { requests, maxOpen } = await server.log();
        expect(requests).toHaveLength(5);
        expect(maxOpen).toBe(1);
      },
    ],
    [
      'the request is the same each time',
      async ({ serve, open }) => {
        const server = await serve([brief, last]);
        await open(`${server.url}?a=b`).until('message: last');
        const [first, second] = (await server.log()).requests;
        expect(second).toMatchObject({
          method: 'GET',
          url: first?.url,
          headers: { accept: 'text/event-stream', 'cache-control': 'no-cache' },
        });
        expect(second?.headers).not.toHaveProperty('last-event-id');
      },
    ],
    [
      'a connection that is torn before the answer is repeated, with the last event ID',
      async ({ serve, open }) => {
        const server = await serve([
          { chunks: ['retry: 1\nid: 1\ndata: first\n\n'] },
          { status: 0 },
          { status: 0 },
          last,
        ]);
        const { log, until } = open(server.url);
        await until('message: last');
        // Firefox repeats the request silently, others do so on a reused socket, so not every
        // attempt has an error event.
        expect(log.filter((entry, i) => entry !== 'error 0' || log[i - 1] !== entry)).toEqual([
          'open 1',
          'message: first',
          'error 0',
          'open 1',
          'message: last',
        ]);
        // WebKitGTK may repeat the request once more below `fetch`. The repeat has the ID too.
        const [first, ...repeated] = (await server.log()).requests.map(
          ({ headers }) => headers['last-event-id'],
        );
        expect(first).toBeUndefined();
        expect(repeated.length).toBeGreaterThanOrEqual(3);
        expect(new Set(repeated)).toEqual(new Set(['1']));
      },
    ],
    refused(environment),
    [
      'retry sets the reconnection time',
      async ({ serve, create }) => {
        const server = await serve([{ chunks: ['retry: 700\n\n'] }, last]);
        create(server.url);
        const time = await reconnectDelay(server);
        // Two clocks, both in whole milliseconds.
        expect(time).toBeGreaterThan(690);
        expect(time).toBeLessThan(SHORTEST_DEFAULT);
      },
    ],
    [
      'retry counts without a blank line, without a space, and with leading zeros',
      async ({ serve, create }) => {
        const server = await serve([
          { chunks: ['retry: 1\n'] },
          { chunks: ['retry: 60000\nretry:1\n'] },
          { chunks: ['retry: 60000\nretry: 0000001\n'] },
          last,
        ]);
        create(server.url);
        await server.requests(4);
      },
    ],
    [
      'the reconnection time holds until the server sets another',
      async ({ serve, create }) => {
        const server = await serve([{ chunks: ['retry: 1\n\n'] }, {}, { chunks: ['data: x\n\n'] }, last]);
        create(server.url);
        const started = performance.now();
        await server.requests(4);
        expect(performance.now() - started).toBeLessThan(2 * SHORTEST_DEFAULT);
      },
    ],
    ...bogusRetryCases(environment),
  ];
}

/** Nothing listens there: the port is above those that systems hand out. */
const NOBODY = 'http://127.0.0.1:65535/';

function refused({ engine, isNative }: Environment): Case {
  const isFinal = engine === 'firefox' && isNative;
  return [
    isFinal
      ? 'Firefox: a connection that is refused at first fails for good'
      : 'a connection that is refused at first is tried again',
    async ({ open }) => {
      const { until, log } = open(NOBODY);
      await until(isFinal ? 'error 2' : 'error 0');
      expect(log).toHaveLength(1);
    },
  ];
}

function bogusRetryCases({ engine, isNative }: Environment): Case[] {
  const isWebKit = engine === 'webkit' && isNative;
  const isLax = isWebKit || (engine === 'chromium' && isNative);
  const bogus = ['60000x', '-1', '6e4', '60 000', '60000.0', '６００００', '0xfffff'];
  const withSign = ['+60000', ' 60000'];
  return [
    [
      isWebKit
        ? 'WebKit: retry is ignored unless it is ASCII digits, after spaces and a sign'
        : 'retry is ignored unless it is ASCII digits only',
      async ({ serve, create }) => {
        const lines = [...bogus, ...(isWebKit ? [] : withSign)].map((value) => `retry: ${value}\n`);
        const server = await serve([
          { chunks: ['retry: 1\n', ...lines, 'Retry: 60000\nretry : 60000\nretry60000\n\n'] },
          { chunks: isWebKit ? ['retry: 60000\nretry:   +1\n\n'] : brief.chunks },
          last,
        ]);
        create(server.url);
        await server.requests(3);
      },
    ],
    [
      isLax
        ? 'Chromium and WebKit: an empty retry brings back the reconnection time they began with'
        : 'an empty retry is ignored',
      async ({ serve, create }) => {
        const server = await serve([
          { chunks: [isLax ? 'retry: 60000\nretry\n' : 'retry: 1\nretry\nretry:\nretry: \n'] },
          last,
        ]);
        create(server.url);
        const time = await reconnectDelay(server);
        if (isLax) expect(time).toBeGreaterThan(SHORTEST_DEFAULT - 50);
        else expect(time).toBeLessThan(SHORTEST_DEFAULT);
      },
    ],
  ];
}
