/** Reads streams in a separate process that measures its memory. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { script, type Attempt } from '../script.ts';
import type { Reading, Weight } from './reading.ts';

export class Weighed {
  readonly #origin: string;
  readonly #child: ChildProcess;

  /** @param origin - The test server's origin. */
  constructor(origin: string) {
    this.#origin = origin;
    const file = fileURLToPath(new URL('reading.ts', import.meta.url));
    this.#child = fork(file, { execArgv: ['--expose-gc', '--import', 'tsx'] });
  }

  /**
   * Lets the process read a stream of this attempt, one at a time. Also returns what the server
   * recorded.
   */
  async read(attempt: Attempt, reading: Omit<Reading, 'url'> = {}) {
    const s = await script(this.#origin, [attempt]);
    const answered = new AbortController();
    const { signal } = answered;
    this.#child.send({ ...reading, url: s.url } satisfies Reading);
    const [weight] = (await Promise.race([
      once(this.#child, 'message', { signal }),
      once(this.#child, 'exit', { signal }).then(([code]) => {
        throw new Error(`the reader exited with ${String(code)}`);
      }),
    ])) as [Weight];
    answered.abort();
    const { requests } = await s.closed();
    return { ...weight, requests };
  }

  async close(): Promise<void> {
    this.#child.disconnect();
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }
}
