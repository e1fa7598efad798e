import { server } from 'vitest/browser';
import { describe, expect, inject, test } from 'vitest';
import type { SseClientOptions } from 'ssekit';
import { resume, resumeMany, type FaultName } from '../faults/resume.ts';

/**
 * The properties of tests/node/resume-properties.test.ts in a browser, over each transport.
 * `SEED=n` repeats the run that a failure names.
 */

const first = inject('seed');

/** Failures after which the browser reconnects by itself. */
const losses: readonly FaultName[] = ['cut', 'cut', 'reset', 'end', 'refused'];
/** Failures after which native gives up. */
const refusals: readonly FaultName[] = ['busy', 'too many'];

/**
 * Native waits 3 s (Firefox 5 s) until the server sets another time, and Firefox always waits at
 * least 500 ms.
 */
const runs = { native: server.browser === 'firefox' ? 8 : 16, auto: 12, fetch: 30 };

const exactly = { jitter: false, factor: 1 } as const;

type Options = SseClientOptions & { readonly transport?: 'native' | 'fetch' };

const native: Options = {
  transport: 'native',
  lastEventIdParam: 'after',
  retryInterval: 1,
  retry: exactly,
};

const overFetch: Options = {
  transport: 'fetch',
  retryInterval: 1,
  retry: exactly,
  idleTimeout: 500,
  openTimeout: 500,
};

/** Half of the servers also read the ID from the query. */
const auto = (seed: number): Options => (seed % 4 < 2 ? { lastEventIdParam: 'after' } : {});

/**
 * After a reset, native WebKit joins the half event with the first line of the next stream, so it
 * arrives corrupt. faults.test.ts covers that, so it's excluded here.
 */
const whole = server.browser === 'webkit';

interface Case {
  readonly client: (seed: number) => Options;
  readonly kinds: readonly FaultName[];
  readonly restless?: boolean;
}

describe('a stream of numbered events under random faults arrives whole, once and in order', () => {
  test.for<[string, Case]>([
    ['native, which reestablishes what is lost', { client: () => ({ transport: 'native' }), kinds: losses }],
    ['native, with retry and lastEventIdParam', { client: () => native, kinds: [...losses, ...refusals] }],
    ['native, restless', { client: () => native, kinds: losses, restless: true }],
    ['fetch', { client: () => overFetch, kinds: [...losses, ...refusals, 'silence', 'hang'] }],
    ['fetch, restless', { client: () => overFetch, kinds: losses, restless: true }],
    ['auto', { client: auto, kinds: [...losses, 'busy'] }],
    ['auto, restless', { client: auto, kinds: losses, restless: true }],
  ])('over %s', { timeout: 90_000 }, async ([name, given]) => {
    const count = first === undefined ? runs[given.client(0).transport ?? 'auto'] : 1;
    // A browser opens six connections per origin, and the test itself needs one.
    const run = (seed: number) => {
      const isFetch = given.client(seed).transport === 'fetch';
      return resume(inject('sameOrigin'), { seed, most: 3, total: 40, whole: whole && !isFetch, ...given });
    };
    const { events, problems, figures } = await resumeMany(count, 4, run, first);
    console.info(`${server.browser}, ${name}: ${figures}`);
    expect(problems).toEqual([]);
    expect(events).toBe(count * 40);
  });
});
