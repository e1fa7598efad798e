import { CHECKED } from '../checked.js';
import { SseError } from '../errors.js';
import { guard } from '../report.js';
import { utf8ByteString } from '../stream/open-stream.js';
import { isSendableId } from './request.js';
import type { OpenInfo } from './transport.js';

/**
 * The part of `Storage` that ssekit uses: `sessionStorage`, `localStorage`, or any object of this
 * shape.
 *
 * @example
 * ```ts
 * const kept = new Map<string, string>();
 * const storage: IdStorage = {
 *   getItem: (key) => kept.get(key) ?? null,
 *   setItem: (key, id) => void kept.set(key, id),
 * };
 * const client = new SseClient('/api/prices', { storage });
 * ```
 */
export interface IdStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** Where the ID is kept across reloads. */
export interface StoredIn {
  /**
   * A function if the access itself may throw, as `sessionStorage` does when the user blocks it.
   */
  readonly storage: IdStorage | (() => IdStorage);
  readonly key: string;
}

/** A place in a stream. */
export interface Position {
  readonly id: string;
  /**
   * In a shared connection, the number of the last event up to here. Several events may have the
   * same ID, and an ID may belong to no event.
   */
  readonly number?: number | undefined;
}

/** The latest position knows the one before it: so an event costs one object and one write. */
interface Link extends Position {
  before: Link | undefined;
}

const link = (id: string, number?: number, before?: Link): Link => ({ id, number, before });

/**
 * In ms. An ID is written this long after it arrives: a synchronous write for each event would cost
 * more than the event.
 */
const WRITE_DELAY = 100;

const page: Partial<Pick<Window, 'addEventListener' | 'removeEventListener'>> = globalThis;

/**
 * The position of one client in its stream, across connections and, with a storage, across reloads.
 *
 * There are two positions. `value` is the ID of the latest event that arrived: a reconnect resumes
 * there. `settled` is where a reload, or `close()`, resumes. It stays behind while events are held:
 * an asynchronous schema is still checking them, and they must not be skipped.
 */
export class LastEventId {
  #arrived: Link;
  /** While events are held, the position before the first of them. */
  #before: Link;
  #holds = 0;
  readonly #stored: StoredIn | undefined;
  readonly #fail: (error: SseError) => void;
  #isRestored = false;
  /**
   * Whether the last access failed. Only the first failure is reported: a full storage fails ten
   * times a second.
   */
  #isFailing = false;
  #reported = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param fail - Called when the storage is full, blocked or holds something else, or when an ID
   * can't be sent. The stream continues without it.
   */
  constructor(initial: string, stored: StoredIn | undefined, fail: (error: SseError) => void) {
    this.#arrived = this.#before = link(initial);
    this.#stored = stored;
    this.#fail = fail;
  }

  /** The ID of the latest event that arrived; `''` for none. */
  get value(): string {
    return this.#arrived.id;
  }

  /** Where to resume so that no held event is lost. */
  get settled(): Position {
    const { id, number } = this.#holds ? this.#before : this.#arrived;
    return { id, number };
  }

  /** Takes the ID of an event that arrived. It's stored soon, or earlier if the page goes away. */
  set(id: string, number?: number): void {
    const last = this.#arrived;
    last.before = undefined;
    if (id === last.id && number === last.number) return;
    this.#arrived = link(id, number, last);
    // Without an ID, the number is useless after a reload.
    if (id || last.id) this.#flushLater();
  }

  /**
   * Keeps `settled` before the event that has just arrived. Release held events in the order they
   * arrived.
   *
   * @returns A function that releases it: the event was delivered, or reported as an error.
   */
  hold(): () => void {
    const position = this.#arrived;
    // Without a link, the event had the position of the one before it.
    if (this.#holds++ === 0) this.#before = position.before ?? position;
    return () => {
      this.#holds--;
      this.#before = position;
      this.#flushLater();
    };
  }

  /** Forgets the held events: the next request makes the server send them again. */
  rewind(): void {
    if (this.#holds) this.#arrived = this.#before;
    this.#holds = 0;
  }

  /** The ID for a request. An ID that can't be sent is left out, and reported once. */
  toSend(): string {
    this.restore();
    if (isSendableId(this.value)) return this.value;
    if (this.#reported !== this.value) {
      this.#reported = this.value;
      this.#fail(
        new SseError(
          'gap',
          `The last event ID can't be sent${CHECKED ? ", because it's over 4 KiB or has control characters: events may be missing" : ''}.`,
          { willRetry: true, help: 'gap-id' },
        ),
      );
    }
    return '';
  }

  #flushLater(): void {
    if (!this.#stored || this.#timer !== undefined) return;
    this.#timer = setTimeout(this.flush, WRITE_DELAY);
    page.addEventListener?.('pagehide', this.flush);
  }

  /** Stores at once what still has to be stored. Leaves no timer and no listener behind. */
  readonly flush = (): void => {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    page.removeEventListener?.('pagehide', this.flush);
    const { id } = this.settled;
    this.#access('stored', (storage, key) => {
      // An ID that can't be sent would only fill the storage, and be refused when it's read back.
      storage.setItem(key, isSendableId(id) ? id : '');
    });
  };

  /** Reads what the previous page stored. Only the first call does that, and returns `true`. */
  restore(): boolean {
    if (this.#isRestored) return false;
    this.#isRestored = true;
    this.#access('read back', (storage, key) => {
      const id: unknown = storage.getItem(key) ?? undefined;
      if (id === undefined) return;
      if (typeof id !== 'string' || !isSendableId(id))
        throw new TypeError('What is stored is no last event ID.');
      // An empty ID counts, too: the server cleared the ID.
      this.#arrived = link(id);
    });
    return true;
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

/**
 * The default key of a stream. Query and body are in it only as a hash, because they may hold a
 * token. A body that's a function is left out, because its text differs from build to build.
 */
export function storageKey(url: string, body?: unknown): string {
  const [, place = '', query = ''] = /^([^?#]*)([^#]*)/.exec(url) ?? [];
  const text = typeof body === 'function' ? query : `${query}${(body ?? '') as string}`;
  return `ssekit:${place}${text && `?${hash(text)}`}`;
}

/**
 * Two hashes in the way of FNV-1a, because with 32 bits, two of 77,000 texts would probably share
 * one. Without BigInt, which older webviews lack.
 */
function hash(text: string): string {
  let first = 0;
  let second = 0;
  for (let i = 0; i < text.length; i++) {
    first = Math.imul(first ^ text.charCodeAt(i), 0x1000193);
    second = Math.imul(second ^ (first >>> 7), 0x5bd1e995);
  }
  return ((first >>> 0) * 2 ** 20 + (second >>> 12)).toString(36);
}

/**
 * Decides from a response whether the server resumed after `info.lastEventId`. `undefined` applies
 * the default rule.
 *
 * @example
 * ```ts
 * const resumed: Resumed = ({ headers }) => headers?.get('X-History') !== 'lost';
 * const client = new SseClient('/api/prices', { resumed });
 * ```
 */
export type Resumed = (info: OpenInfo) => boolean | undefined;

/**
 * The error if a stream should have resumed and didn't. `undefined` if it did, or if nothing says
 * otherwise.
 *
 * The default rule comes from the Mercure protocol, the only one with a sign for this. The response
 * header `Last-Event-ID` (`Mercure-Last-Event-ID` in newer drafts) names the event after which the
 * history continues. If the server doesn't know the request's ID, the header names another one.
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
