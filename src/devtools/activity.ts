/** What happened in one second. */
export interface Second {
  readonly at: number;
  events: number;
  bytes: number;
  errors: number;
  requests: number;
  /** The status at the end of this second. */
  status: string;
}

/** How many seconds are kept. */
export const SECONDS = 300;

/** What happened in the last five minutes, second by second. Seconds without news aren't there. */
export class Activity {
  readonly #seconds: Second[] = [];
  #status = 'closed';

  get seconds(): readonly Second[] {
    return this.#seconds;
  }

  count(what: 'events' | 'bytes' | 'errors' | 'requests', at: number, by = 1): void {
    this.#second(at)[what] += by;
  }

  status(status: string, at: number): void {
    this.#status = status;
    this.#second(at).status = status;
  }

  #second(now: number): Second {
    const at = Math.floor(now / 1000);
    const latest = this.#seconds.at(-1);
    // A clock that was set back stays in the latest second.
    if (latest && latest.at >= at) return latest;
    const second: Second = { at, events: 0, bytes: 0, errors: 0, requests: 0, status: this.#status };
    this.#seconds.push(second);
    if (this.#seconds.length > SECONDS) this.#seconds.shift();
    return second;
  }
}
