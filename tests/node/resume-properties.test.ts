import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { SseClientOptions } from 'ssekit';
import { resume, resumeMany, type FaultName } from '../faults/resume.ts';
import { createTestServer, type TestServer } from '../server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** How many random streams a test reads: few in the project `node`, many in `soak`. */
    streams: number;
  }
}

/**
 * `SseClient` over `fetch` in Node, under random faults. `SEED=n` repeats the run that a failure
 * names.
 */

let server: TestServer;

beforeAll(async () => {
  server = await createTestServer();
});
afterAll(() => server.close());

const seed = process.env.SEED === undefined ? undefined : Number(process.env.SEED);

const kinds: readonly FaultName[] = [
  'cut',
  'cut',
  'reset',
  'end',
  'silence',
  'hang',
  'refused',
  'refused by reset',
  'busy',
  'too many',
];

/** As fast as the minimum delay allows. The client detects silence soon. */
const options: SseClientOptions = {
  transport: 'fetch',
  retryInterval: 1,
  retry: { jitter: false, factor: 1 },
  idleTimeout: 500,
  openTimeout: 500,
};

/** Calls `onSecond` if an earlier request hasn't been aborted when the next one starts. */
function counted(onSecond: () => void): typeof fetch {
  const signals: AbortSignal[] = [];
  return (input, init) => {
    if (signals.some(({ aborted }) => !aborted)) onSecond();
    if (init?.signal) signals.splice(0, Infinity, init.signal);
    return fetch(input, init);
  };
}

describe('a stream of numbered events under random faults', () => {
  const streams = inject('streams');

  test.for([
    ['left alone', false, streams],
    ['closed, connected and reconnected at random', true, streams / 2],
  ] as const)('arrives whole, once and in order: %s', { timeout: 120_000 }, async ([, restless, runs]) => {
    let second = 0;
    const { events, problems, figures } = await resumeMany(
      seed === undefined ? runs : 1,
      20,
      (seed) => {
        const client = () => ({ ...options, fetch: counted(() => second++) });
        return resume(server.origin, { seed, kinds, client, restless });
      },
      seed,
    );
    console.info(`fetch, ${restless ? 'restless' : 'left alone'}: ${figures}`);
    expect(problems).toEqual([]);
    expect(second).toBe(0);
    expect(events).toBe((seed === undefined ? runs : 1) * 60);
  });
});
