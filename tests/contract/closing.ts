import { expect } from 'vitest';
import type { Attempt } from '../script.ts';
import type { Case, Environment } from './bench.ts';

const brief: Attempt = { chunks: ['retry: 1\n\n'] };
const three = { chunks: ['data: 1\n\ndata: 2\n\ndata: 3\n\n'], end: 'hold' } as const satisfies Attempt;

/** HTML 9.2.2, close(): no further event is dispatched, and the fetch ends. */
export function closingCases({ engine, scope, isNative }: Environment): Case[] {
  // In its workers, Firefox may lose the abort of a fetch in the task of the response, with plain
  // `fetch` too. The connection then ends with the server's next bytes.
  const losesAborts = engine === 'firefox' && scope === 'worker' && !isNative;
  return [
    [
      'close() makes it CLOSED at once, and returns nothing',
      ({ create }) => {
        const source = create();
        const close: unknown = Reflect.get(source, 'close');
        expect((close as () => unknown).call(source)).toBe(undefined);
        expect(source.readyState).toBe(2);
      },
    ],
    [
      'close() may be called twice',
      ({ create }) => {
        const source = create();
        source.close();
        source.close();
        expect(source.readyState).toBe(2);
      },
    ],
    [
      'url and withCredentials outlive close()',
      ({ create, nowhere }) => {
        const source = create(nowhere, { withCredentials: true });
        source.close();
        expect(source.url).toBe(nowhere);
        expect(source.withCredentials).toBe(true);
      },
    ],
    [
      'closed in the tick of its birth, a source dispatches nothing',
      async ({ serve, open, receive }) => {
        const server = await serve([three]);
        const { log, source } = open(server.url);
        source.close();
        expect(await receive(['data: 1\n\n'])).toEqual(['message: 1']);
        expect((await server.closed()).requests.length).toBeLessThanOrEqual(1);
        expect(log).toEqual([]);
      },
    ],
    [
      'closed before the answer, the request is aborted',
      async ({ serve, open, receive }) => {
        const server = await serve([{ wait: true }]);
        const { log, source } = open(server.url);
        await server.requests(1);
        source.close();
        await server.closed();
        expect(await receive(['data: 1\n\n'])).toEqual(['message: 1']);
        expect(log).toEqual([]);
      },
    ],
    [
      'closed while open, the connection ends and nothing is dispatched',
      async ({ serve, open, receive }) => {
        const server = await serve([three]);
        const { log, until, source } = open(server.url);
        await until('message: 3');
        source.close();
        const { requests } = await server.closed();
        expect(requests).toHaveLength(1);
        expect(await receive(['data: 1\n\n'])).toEqual(['message: 1']);
        expect(log).toEqual(['open 1', 'message: 1', 'message: 2', 'message: 3']);
        expect(source.readyState).toBe(2);
      },
    ],
    [
      losesAborts
        ? 'closed by an open listener, no message comes; the connection ends with the next bytes'
        : 'closed by an open listener, no message comes',
      async ({ serve, open, receive }) => {
        const more = { text: ':\n\n', repeat: 'endless', wait: true } as const;
        const server = await serve([losesAborts ? { ...three, chunks: [...three.chunks, more] } : three]);
        const { log, until, source } = open(server.url);
        source.onopen = () => {
          source.close();
        };
        await until('open 1');
        if (losesAborts) await server.release();
        await server.closed();
        expect(await receive(['data: 1\n\n'])).toEqual(['message: 1']);
        expect(log).toEqual(['open 1']);
      },
    ],
    [
      'closed by a listener, the other messages of the chunk do not come',
      async ({ serve, open, receive }) => {
        const server = await serve([three]);
        const { log, until, source } = open(server.url);
        source.addEventListener('message', () => {
          source.close();
        });
        await until('message: 1');
        await server.closed();
        expect(source.readyState).toBe(2);
        expect(await receive(['data: 1\n\n'])).toEqual(['message: 1']);
        expect(log).toEqual(['open 1', 'message: 1']);
      },
    ],
    [
      'listeners after the one that closes still hear that message',
      async ({ serve, create }) => {
        const server = await serve([three]);
        const source = create(server.url);
        const states = await new Promise((resolve) => {
          source.onmessage = () => {
            source.close();
          };
          source.addEventListener('message', ({ data }) => {
            resolve([data, source.readyState]);
          });
        });
        expect(states).toEqual(['1', 2]);
      },
    ],
    [
      'closed by an error listener, it does not reconnect',
      async ({ serve, open, reconnectionsElsewhere }) => {
        const server = await serve([brief]);
        const { log, until, source } = open(server.url);
        source.onerror = () => {
          source.close();
        };
        await until('error 0');
        await reconnectionsElsewhere();
        expect(source.readyState).toBe(2);
        expect(log).toEqual(['open 1', 'error 0']);
        expect((await server.log()).requests).toHaveLength(1);
      },
    ],
    [
      'closed while it waits to reconnect, it does not',
      async ({ serve, open, reconnectionsElsewhere }) => {
        const server = await serve([{ chunks: ['retry: 600\n\n'] }]);
        const { log, until, source } = open(server.url);
        await until('error 0');
        await server.closed();
        source.close();
        expect(source.readyState).toBe(2);
        await reconnectionsElsewhere();
        expect(log).toEqual(['open 1', 'error 0']);
        expect((await server.log()).requests).toHaveLength(1);
      },
    ],
    [
      'closed while it reconnects, it never opens',
      async ({ serve, open, receive }) => {
        const server = await serve([brief, { ...three, wait: true }]);
        const { log, source } = open(server.url);
        await server.requests(2);
        source.close();
        await server.closed();
        expect(await receive(['data: 1\n\n'])).toEqual(['message: 1']);
        expect(log).toEqual(['open 1', 'error 0']);
      },
    ],
    [
      'close() after a failure for good changes nothing',
      async ({ serve, open }) => {
        const server = await serve([{ status: 404 }]);
        const { log, until, source } = open(server.url);
        await until('error 2');
        source.close();
        expect(source.readyState).toBe(2);
        expect(log).toEqual(['error 2']);
      },
    ],
    [
      'a source that is closed leaves others of the same URL alone',
      async ({ serve, open }) => {
        const server = await serve([
          { chunks: ['data: 1\n\n', { text: 'data: 2\n\n', wait: true }], end: 'hold' },
        ]);
        const [one, other] = [open(server.url), open(server.url)];
        await Promise.all([one.until('message: 1'), other.until('message: 1')]);
        one.source.close();
        await server.release(2);
        await other.until('message: 2');
        expect(one.log).toEqual(['open 1', 'message: 1']);
      },
    ],
  ];
}
