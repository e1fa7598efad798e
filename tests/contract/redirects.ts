import { expect } from 'vitest';
import type { Attempt, Script } from '../script.ts';
import type { Bench, Case, Environment, Recording } from './bench.ts';

/** Sends one comment for each release. */
const stream: Attempt = {
  chunks: ['data: 1\n\n', ...Array.from({ length: 1000 }, () => ({ text: ':\n', wait: true }))],
};

const redirectTo = (location: string, status: number): Attempt => ({
  status,
  headers: { location, 'content-type': null },
});

/**
 * Closes a redirected source. After a redirect, Firefox doesn't end an aborted fetch before the
 * server's next writes: one in a page, three in a worker. Its own EventSource does.
 */
async function close(recording: Recording, target: Script, { environment }: Bench): Promise<void> {
  recording.source.close();
  if (environment.engine === 'firefox' && !environment.isNative) {
    while ((await target.log()).open > 0) await target.release();
  }
  await target.closed();
}

/**
 * Fetch 4.4, "HTTP-redirect fetch". Browsers differ most in what a reconnect does with a redirect.
 */
export function redirectCases({ engine, isNative }: Environment): Case[] {
  return [
    ...[301, 302, 303, 307, 308].map((status): Case => [
      `a redirect with ${status} is followed, and url stays as it was`,
      async (bench) => {
        const target = await bench.serve([stream]);
        const { url } = await bench.serve([redirectTo(target.url, status)]);
        const recording = bench.open(url);
        expect(await recording.until('message: 1')).toEqual(['open 1', 'message: 1']);
        expect(recording.source.url).toBe(url);
        expect((await target.log()).requests[0]).toMatchObject({
          method: 'GET',
          headers: { accept: 'text/event-stream' },
        });
        await close(recording, target, bench);
      },
    ]),
    [
      'after a redirect to another origin, events have that origin',
      async (bench) => {
        const target = await bench.serve([stream], bench.environment.crossOrigin);
        const { url } = await bench.serve([redirectTo(target.url, 302)]);
        const recording = bench.open(url);
        await recording.until('message: 1');
        expect(recording.messages[0]?.origin).toBe(bench.environment.crossOrigin);
        await close(recording, target, bench);
      },
    ],
    [
      engine === 'firefox' && !isNative
        ? 'Firefox, over fetch: after a redirect, close() ends the connection when the server sends again'
        : 'after a redirect, close() ends the connection',
      async (bench) => {
        const target = await bench.serve([stream]);
        const { url } = await bench.serve([redirectTo(target.url, 307)]);
        const recording = bench.open(url);
        await recording.until('message: 1');
        await close(recording, target, bench);
        expect(recording.log).toEqual(['open 1', 'message: 1']);
      },
    ],
    reconnection('a permanent redirect', [301, 308], isNative && engine !== 'webkit'),
    reconnection('a temporary redirect', [302, 303, 307], isNative && engine === 'chromium'),
    [
      isNative && (engine === 'firefox' || engine === 'webkit')
        ? 'Firefox and WebKit: a redirect in circles fails for good'
        : 'a redirect in circles is a network error, and tried again',
      async ({ serve, open }) => {
        const { url } = await serve([redirectTo('?', 302)]);
        const { until, log } = open(url);
        await until(isNative && engine !== 'chromium' ? 'error 2' : 'error 0');
        expect(log).toHaveLength(1);
      },
    ],
  ];
}

function reconnection(what: string, statuses: readonly number[], isRemembered: boolean): Case {
  return [
    isRemembered
      ? `${statuses.includes(302) ? 'Chromium' : 'Chromium and Firefox'}: after ${what}, a reconnect goes straight to where it led`
      : `after ${what}, a reconnect asks the first server again`,
    async (bench) => {
      for (const status of statuses) {
        const target = await bench.serve([{ chunks: ['retry: 1\nid: 1\ndata: 0\n\n'] }, stream]);
        const first = await bench.serve([redirectTo(target.url, status)]);
        const recording = bench.open(first.url);
        await recording.until('message: 1');
        const ids = async (server: Script) =>
          (await server.log()).requests.map(({ headers }) => headers['last-event-id']);
        expect(await ids(first)).toEqual(isRemembered ? [undefined] : [undefined, '1']);
        expect(await ids(target)).toEqual([undefined, '1']);
        await close(recording, target, bench);
      }
    },
  ];
}
