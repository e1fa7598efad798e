import { expect } from 'vitest';
import type { Attempt } from '../script.ts';
import type { Bench, Case, Environment } from './bench.ts';

const stream: Attempt = { chunks: ['data: 1\n\n'], end: 'hold' };

/** What is sent, and with which credentials: HTML 9.2.2, Fetch 2.2.5 and 3.2. */
export function requestCases(environment: Environment): Case[] {
  return [
    [
      'the request is a GET that accepts an event stream and no cached answer',
      async ({ serve, open }) => {
        const server = await serve([stream]);
        await open(`${server.url}?q=1#fragment`).until('message: 1');
        const { requests, preflights } = await server.log();
        expect(preflights).toEqual([]);
        expect(requests).toHaveLength(1);
        expect(requests[0]).toMatchObject({
          method: 'GET',
          url: `${new URL(server.url).pathname}?q=1`,
          body: '',
        });
        const { headers } = requests[0] ?? {};
        expect(headers?.accept).toBe('text/event-stream');
        expect(headers?.['cache-control']).toBe('no-cache');
        expect(headers).not.toHaveProperty('last-event-id');
        expect(headers).not.toHaveProperty('content-type');
      },
    ],
    [
      'an answer is not taken from the cache',
      async ({ serve, open }) => {
        const headers = { 'cache-control': 'max-age=1000' };
        const server = await serve([
          { headers, chunks: ['retry: 1\ndata: 1\n\n'] },
          { headers, chunks: ['data: 2\n\n'], end: 'hold' },
        ]);
        await open(server.url).until('message: 2');
      },
    ],
    [
      'the request goes out though nobody listens',
      async ({ serve, create }) => {
        const server = await serve([stream]);
        create(server.url);
        await server.requests(1);
      },
    ],
    [
      'two sources of one URL are two requests',
      async ({ serve, open }) => {
        const server = await serve([stream]);
        await Promise.all([open(server.url).until('message: 1'), open(server.url).until('message: 1')]);
        expect((await server.log()).open).toBe(2);
      },
    ],
    ...(environment.scope === 'node' ? nodeCases : browserCases(environment)),
  ];
}

/**
 * Sets a cookie for one case, which gets its name. All ports of the host share it, and so do all
 * cases that run at the same time.
 */
async function setCookie({ serve, after }: Bench): Promise<string> {
  const name = `contract-${crypto.randomUUID()}`;
  const server = await serve([
    { status: 204, headers: { 'set-cookie': `${name}=1; Path=/` } },
    { status: 204, headers: { 'set-cookie': `${name}=; Path=/; Max-Age=0` } },
  ]);
  await fetch(server.url);
  after(() => void fetch(server.url));
  return name;
}

function browserCases({ isNative, origin }: Environment): Case[] {
  return [
    [
      'cookies go to the own origin, with and without credentials',
      async (bench) => {
        const cookie = await setCookie(bench);
        for (const withCredentials of [false, true]) {
          const server = await bench.serve([stream]);
          await bench.open(server.url, { withCredentials }).until('message: 1');
          expect((await server.log()).requests[0]?.headers.cookie).toContain(cookie);
        }
      },
    ],
    [
      'across origins, cookies go with credentials only',
      async (bench) => {
        const cookie = await setCookie(bench);
        for (const withCredentials of [false, true]) {
          const server = await bench.serve([stream], bench.environment.crossOriginSameSite);
          const recording = bench.open(server.url, { withCredentials });
          expect(recording.source.withCredentials).toBe(withCredentials);
          await recording.until('message: 1');
          const { headers } = (await server.log()).requests[0] ?? {};
          if (withCredentials) expect(headers?.cookie).toContain(cookie);
          else expect(headers).not.toHaveProperty('cookie');
        }
      },
    ],
    [
      'a request across origins names its origin and has no preflight; its events have the origin of the server',
      async ({ serve, open, environment }) => {
        const server = await serve([stream], environment.crossOrigin);
        const recording = open(server.url);
        await recording.until('message: 1');
        const { requests, preflights } = await server.log();
        expect(requests[0]?.headers.origin).toBe(origin);
        expect(preflights).toEqual([]);
        expect(recording.messages[0]?.origin).toBe(environment.crossOrigin);
      },
    ],
    [
      'without credentials, access for every origin is enough',
      async ({ serve, open, environment }) => {
        const server = await serve(
          [{ ...stream, cors: false, headers: { 'access-control-allow-origin': '*' } }],
          environment.crossOrigin,
        );
        await open(server.url).until('message: 1');
      },
    ],
    ...refusals(origin).map(([what, withCredentials, headers]): Case => [
      isNative
        ? `${what}: native fails for good`
        : `${what}: over fetch this looks like a network error, and is retried`,
      async ({ serve, open, reconnectionsElsewhere, environment }) => {
        const server = await serve(
          [{ chunks: ['retry: 1\n\n'] }, { ...stream, cors: false, headers }, stream],
          environment.crossOrigin,
        );
        const recording = open(server.url, { withCredentials });
        if (isNative) {
          expect(await recording.until('error 2')).toEqual(['open 1', 'error 0', 'error 2']);
          await reconnectionsElsewhere();
          expect(recording.log).toHaveLength(3);
          expect((await server.log()).requests).toHaveLength(2);
        } else {
          expect(await recording.until('message: 1')).toEqual([
            'open 1',
            'error 0',
            'error 0',
            'open 1',
            'message: 1',
          ]);
        }
      },
    ]),
  ];
}

/**
 * Responses that CORS hides from the page: what's wrong, whether with credentials, and the headers.
 */
function refusals(origin: string): (readonly [string, boolean, Readonly<Record<string, string>>])[] {
  return [
    ['an answer without CORS headers', false, {}],
    ['access for another origin', false, { 'access-control-allow-origin': 'http://other.test' }],
    ['access for every origin, with credentials', true, { 'access-control-allow-origin': '*' }],
    ['no access with credentials', true, { 'access-control-allow-origin': origin }],
  ];
}

const nodeCases: Case[] = [
  [
    'Node has no origin and no CORS: an answer without its headers is a stream like others',
    async ({ serve, open, environment }) => {
      const server = await serve([{ ...stream, cors: false }], environment.crossOrigin);
      const recording = open(server.url, { withCredentials: true });
      await recording.until('message: 1');
      expect((await server.log()).requests[0]?.headers).not.toHaveProperty('origin');
      expect(recording.messages[0]?.origin).toBe(environment.crossOrigin);
    },
  ],
  [
    'Node has no cookies, with credentials neither',
    async (bench) => {
      await setCookie(bench);
      const server = await bench.serve([stream]);
      await bench.open(server.url, { withCredentials: true }).until('message: 1');
      expect((await server.log()).requests[0]?.headers).not.toHaveProperty('cookie');
    },
  ],
];
