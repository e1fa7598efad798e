import { expect } from 'vitest';
import type { Case, Environment } from './bench.ts';

const useless = [
  'mailto:somebody@example.test',
  'about:blank',
  'ftp://example.test/',
  'javascript:void(0)',
  'unknown:x',
];

/** Other schemes a URL may have: Fetch 4.2, "scheme fetch". */
export function urlCases({ engine, isNative }: Environment): Case[] {
  const failsForGood =
    (create: () => string): Case[1] =>
    async ({ open }) => {
      const url = create();
      const { until, source } = open(url);
      expect(source.readyState).toBe(0);
      expect(source.url).toBe(url);
      expect(await until('error 2')).toEqual(['error 2']);
    };
  const streams =
    (create: () => string): Case[1] =>
    async ({ open }) => {
      expect(await open(create()).until('error 0')).toEqual(['open 1', 'message: 1', 'error 0']);
    };
  const data = () => 'data:text/event-stream,data:1%0A%0A';
  const blob = () => URL.createObjectURL(new Blob(['data: 1\n\n'], { type: 'text/event-stream' }));

  return [
    ...useless.map((url): Case => [
      `${url} can never work: one error event, and CLOSED for good`,
      failsForGood(() => url),
    ]),
    isNative && engine !== 'chromium'
      ? ['Firefox and WebKit: a data: URL fails for good', failsForGood(data)]
      : ['a data: URL is a stream', streams(data)],
    ['a data: URL of another type fails for good', failsForGood(() => 'data:text/plain,data:1%0A%0A')],
    isNative && engine === 'firefox'
      ? ['Firefox: a blob: URL fails for good', failsForGood(blob)]
      : ['a blob: URL is a stream', streams(blob)],
    isNative && engine !== 'chromium'
      ? [
          'Firefox and WebKit: a URL with user and password is asked for',
          async ({ serve, open }) => {
            const server = await serve([{ chunks: ['data: 1\n\n'], end: 'hold' }]);
            const url = server.url.replace('//', '//user:secret@');
            const { until, source } = open(url);
            await until('message: 1');
            expect(source.url).toBe(url);
          },
        ]
      : [
          `${isNative ? 'Chromium' : 'over fetch'}: a URL with user and password fails for good, without a request`,
          async ({ serve, open }) => {
            const server = await serve([{ chunks: ['data: 1\n\n'], end: 'hold' }]);
            const { until } = open(server.url.replace('//', '//user:secret@'));
            expect(await until('error 2')).toEqual(['error 2']);
            expect((await server.log()).requests).toEqual([]);
          },
        ],
  ];
}
