import { server } from 'vitest/browser';
import { describe, expect, inject, test } from 'vitest';
import type { SseClientOptions } from 'ssekit';
import { resume, resumeMany, type FaultName } from '../faults/resume.ts';

/** The properties of tests/node/resume-properties.test.ts in a browser, over each transport. `SEED=n` repeats a run of which a failure tells. */

const first = inject('seed');

/** What the browser reestablishes by itself. */
const losses: readonly FaultName[] = ['cut', 'cut', 'reset', 'end', 'refused'];
/** What makes native give up. */
const refusals: readonly FaultName[] = ['busy', 'too many'];

/** Native waits for 3 s (Firefox for 5 s) until the server has set another time, and Firefox for 500 ms at least. */
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

/** Half of the servers read the id in the query, too. */
const auto = (seed: number): Options => (seed % 4 < 2 ? { lastEventIdParam: 'after' } : {});

/**
 * Native WebKit glues the half event of a stream that was reset to the first line of the next one, so that it arrives corrupt. That is
 * stated in faults.test.ts, and kept out of here.
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
    // Six connections are all that a browser gives one origin; the test itself needs one, too.
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
