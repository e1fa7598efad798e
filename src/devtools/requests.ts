import type { SseState } from '../connection/state.js';
import { maskUrl } from './mask.js';
import type { Stream } from './stream.js';
import type { RequestWatcher } from './watch-fetch.js';

/** The attempts of one stream, and why and when each was made. */
export class Requests {
  readonly watcher: RequestWatcher;
  /** The bodies of responses pass through {@link Requests.watcher}. */
  seesBytes = false;
  readonly #stream: Stream;
  /** Since when, and until when, it waits for an attempt. */
  #wait: { readonly ms: number } | undefined;
  #reason: string | undefined;
  /** The attempt under way has its row. */
  #isShown = true;

  constructor(stream: Stream) {
    this.#stream = stream;
    this.watcher = {
      request: (url, method, headers) => {
        // `reconnect()` during an attempt makes another one without a change of the state.
        if (this.#isShown) this.#next();
        this.#show(`${method} ${maskUrl(url).path}`, { headers: headers.join(', ') });
      },
      response: (status, headers, ms) => {
        stream.add({
          kind: 'request',
          type: String(status),
          data: `after ${Math.round(ms)} ms`,
          facts: { headers: headers.join(', ') },
        });
      },
      bytes: (chunk) => {
        this.seesBytes = true;
        if (chunk) stream.received(chunk.byteLength);
      },
    };
  }

  /** The state says when the next attempt follows. */
  waitsUntil(retryAt: number | undefined, now: number): void {
    this.#wait = retryAt === undefined ? undefined : { ms: Math.max(0, retryAt - now) };
  }

  /** An attempt starts. Its row follows once the transport is known. */
  attempt({ error }: SseState): void {
    this.#next();
    this.#reason = error?.code;
  }

  /** The attempt goes over a transport that shows no request. */
  started(transport: string): void {
    if (!this.#isShown) this.#show(`${maskUrl(this.#stream.url).path} over ${transport}`);
  }

  #next(): void {
    this.#stream.attempts++;
    this.#isShown = false;
    this.#reason = undefined;
  }

  #show(what: string, facts: Readonly<Record<string, string>> = {}): void {
    const { attempts, lastEventId } = this.#stream;
    const delay = this.#wait ? `, after ${this.#wait.ms} ms` : '';
    const reason = this.#reason ? ` because of ${this.#reason}` : '';
    const id = lastEventId ? `, resumes after ID ${lastEventId}` : '';
    this.#isShown = true;
    this.#wait = undefined;
    this.#stream.add({
      kind: 'request',
      type: 'request',
      data: `${what}, attempt ${attempts}${delay}${reason}${id}`,
      facts,
    });
  }
}
