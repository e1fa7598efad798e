import { SseError } from '../errors.js';
import { guard, report } from '../report.js';
import { utf8ByteString } from '../stream/open-stream.js';
import { isSendableId } from './request.js';
import type { OpenInfo } from './transport.js';

/**
 * What of `Storage` is used: `sessionStorage`, `localStorage`, or anything of this shape.
 *
 * @example
 * ```ts
 * const kept = new Map<string, string>();
 * const storage: IdStorage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, id) => void kept.set(key, id) };
 * const client = new SseClient('/api/prices', { storage });
 * ```
 */
export type IdStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** Where an id is kept over a reload. */
export interface StoredIn {
  /** A function where the mere access may throw, as that to `sessionStorage` does when the user has blocked it. */
  readonly storage: IdStorage | (() => IdStorage);
  readonly key: string;
}

/** An id is written this many ms after it came, at the latest: a fast stream must not cost a synchronous write for each event. */
const WRITE_DELAY = 100;

const page: Partial<Pick<Window, 'addEventListener' | 'removeEventListener'>> = globalThis;

/** The last event ID of one stream, over its connections and, with a storage, over reloads. */
export class LastEventId {
  /** The id as it stands; `''` for none. */
  value: string;
  readonly #stored: StoredIn | undefined;
  readonly #fail: (error: SseError) => void;
  readonly #undelivered: (() => string | undefined) | undefined;
  #isRestored = false;
  /** The storage failed, which was told. It is told again only after it has worked: a full one fails ten times a second. */
  #isFailing = false;
  #reported = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param fail - Told when the storage is full, forbidden or forged; the stream goes on without it.
   * @param undelivered - The id to store instead, while events after it are not handed on: a page that is reloaded has not had them.
   */
  constructor(
    initial: string,
    stored: StoredIn | undefined,
    fail: (error: SseError) => void,
    undelivered?: () => string | undefined,
  ) {
    this.value = initial;
    this.#stored = stored;
    this.#fail = fail;
    this.#undelivered = undelivered;
  }

  /** Takes the id of an event. It is stored soon, and at the latest when the page goes away. */
  set(id: string): void {
    // To compare two texts costs more than to keep one, and only a storage needs to know whether the ID is new.
    if (this.#stored && this.#timer === undefined && id !== this.value) this.#flushLater();
    this.value = id;
  }

  #flushLater(): void {
    this.#timer = setTimeout(this.flush, WRITE_DELAY);
    page.addEventListener?.('pagehide', this.flush);
  }

  /** The id for a request: what the page before stored, if it is the first; an id that cannot be sent is left out, and reported once. */
  toSend(): string {
    this.restore();
    if (isSendableId(this.value)) return this.value;
    if (this.#reported !== this.value) {
      this.#reported = this.value;
      report(
        new SseError(
          'failed',
          'The last event ID is over 4 KiB or has control characters; resuming without it.',
        ),
      );
    }
    return '';
  }

  /** Stores now what is still to be stored. No timer and no listener is left, unless events are still to be handed on. */
  readonly flush = (): void => {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    page.removeEventListener?.('pagehide', this.flush);
    const undelivered = this.#undelivered?.();
    const id = undelivered ?? this.value;
    this.#access('stored', (storage, key) => {
      // What could not be sent would only fill the storage, and be refused when it is read back.
      storage.setItem(key, isSendableId(id) ? id : '');
    });
    if (undelivered !== undefined) this.#flushLater();
  };

  /** Reads back what the page before has stored, once. */
  restore(): void {
    if (this.#isRestored) return;
    this.#isRestored = true;
    this.#access('read back', (storage, key) => {
      const id: unknown = storage.getItem(key) ?? '';
      if (typeof id !== 'string' || !isSendableId(id))
        throw new TypeError('What is stored is no last event ID.');
      this.value = id || this.value;
    });
  }

  #access(deed: string, run: (storage: IdStorage, key: string) => void): void {
    if (!this.#stored) return;
    const { storage, key } = this.#stored;
    try {
      run(typeof storage === 'function' ? storage() : storage, key);
      this.#isFailing = false;
    } catch (cause) {
      if (this.#isFailing) return;
      this.#isFailing = true;
      this.#fail(
        new SseError('storage', `The last event ID could not be ${deed}.`, { cause, willRetry: true }),
      );
    }
  }
}

/** The key of a stream that was given none. The query is in it as a hash only: it may hold a token. */
export function storageKey(url: string): string {
  const { origin, pathname, search } = new URL(url);
  let hash = 0;
  for (const char of search) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) | 0;
  return `ssekit:${origin}${pathname}${search && `?${(hash >>> 0).toString(36)}`}`;
}

/**
 * Says from a response whether the server went on after `info.lastEventId`; `undefined` leaves it to the default rule.
 *
 * @example
 * ```ts
 * const resumed: Resumed = ({ headers }) => headers?.get('X-History') !== 'lost';
 * const client = new SseClient('/api/prices', { resumed });
 * ```
 */
export type Resumed = (info: OpenInfo) => boolean | undefined;

/**
 * What to tell when a stream that was to resume has not; `undefined` where it has, or where nothing says otherwise.
 *
 * The default rule comes from the Mercure protocol, the only one that has a sign for this: the response
 * header `Last-Event-ID` (`Mercure-Last-Event-ID` in newer drafts) names the event after which the
 * history continues. If the server doesn't know the requested ID, it names another one.
 */
export function gap(info: OpenInfo, resumed: Resumed | undefined): SseError | undefined {
  const { lastEventId, status, headers } = info;
  if (!lastEventId) return undefined;
  const sent = utf8ByteString(lastEventId);
  const answer = headers?.get('mercure-last-event-id') ?? headers?.get('last-event-id') ?? sent;
  if (guard(() => resumed?.(info)) ?? answer === sent) return undefined;
  return new SseError('gap', 'The server could not resume after the last event ID: events are missing.', {
    status,
    headers,
    willRetry: true,
  });
}
