import type { GlobalMessageEvent } from '../globals.js';
import { whileWaiting } from './while-waiting.js';

/** If it's missing, the import still works. */
const Target = ((globalThis as Partial<typeof globalThis>).EventTarget ?? Object) as new () => EventTarget;

/**
 * A stand-in for `EventSource` in tests without a browser: a real `EventTarget` with the standard's
 * state machine, driven by hand. {@link MockEventSource.instances} keeps every instance.
 *
 * @example
 * ```ts
 * const client = new SseClient('/prices', { transport: 'native', EventSource: MockEventSource });
 * await MockEventSource.next();
 * MockEventSource.last.open();
 * MockEventSource.last.emit('tick', '42', { id: '1' });
 * ```
 */
export class MockEventSource extends Target {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  /** Every instance since the last {@link MockEventSource.reset}, in order. */
  static readonly instances: MockEventSource[] = [];
  static readonly #waiting: ((source: MockEventSource) => void)[] = [];

  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSED = 2;
  readonly url: string;
  readonly withCredentials: boolean;
  readyState: 0 | 1 | 2 = 0;
  declare onopen: ((event: Event) => unknown) | null;
  declare onmessage: ((event: GlobalMessageEvent) => unknown) | null;
  declare onerror: ((event: Event) => unknown) | null;
  #lastEventId = '';

  constructor(url: string | URL, init: { withCredentials?: boolean } | null = {}) {
    super();
    const { document, location } = globalThis as Partial<typeof globalThis>;
    this.url = new URL(url, document?.baseURI ?? location?.href ?? 'http://localhost').href;
    this.withCredentials = init?.withCredentials ?? false;
    for (const type of ['open', 'message', 'error']) this.#defineHandler(type);
    MockEventSource.instances.push(this);
    for (const resolve of MockEventSource.#waiting.splice(0)) resolve(this);
  }

  /** The latest instance. Throws if there's none yet. */
  static get last(): MockEventSource {
    const last = MockEventSource.instances.at(-1);
    if (!last)
      throw new Error('No MockEventSource has been constructed yet; await MockEventSource.next() first.');
    return last;
  }

  /** Resolves with the next instance that's constructed. */
  static next(): Promise<MockEventSource> {
    const stopWaiting = whileWaiting(
      'next() waits for a MockEventSource. Give the client `EventSource: MockEventSource`. For one that was made before, read MockEventSource.last.',
    );
    return new Promise((resolve) =>
      MockEventSource.#waiting.push((source) => {
        stopWaiting();
        resolve(source);
      }),
    );
  }

  /** Forgets all instances. Call it before each test. */
  static reset(): void {
    MockEventSource.instances.length = 0;
  }

  /** The server answers with a stream. */
  open(): void {
    if (this.#isClosed()) return;
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }

  /**
   * The server sends an event. Opens the stream first if necessary. Without `id`, the last event ID
   * doesn't change.
   */
  emit(type: string, data: string, { id }: { id?: string | undefined } = {}): void {
    if (this.readyState === 0) this.open();
    // An `open` listener may have closed it.
    if (this.#isClosed()) return;
    this.#lastEventId = id ?? this.#lastEventId;
    const { origin } = new URL(this.url);
    this.dispatchEvent(new MessageEvent(type, { data, lastEventId: this.#lastEventId, origin }));
  }

  /**
   * The connection is lost, and the source reestablishes it by itself. Call
   * {@link MockEventSource.open} for that.
   */
  drop(): void {
    if (this.#isClosed()) return;
    this.readyState = 0;
    this.dispatchEvent(new Event('error'));
  }

  /** The connection failed for good, as after a 503 or a wrong content type. */
  fail(): void {
    if (this.#isClosed()) return;
    this.readyState = 2;
    this.dispatchEvent(new Event('error'));
  }

  close(): void {
    this.readyState = 2;
  }

  /**
   * HTML 8.1.8.1, "event handlers": a handler takes its place in the list of listeners when it's
   * first set. If it throws, that's reported, and doesn't reach the test.
   */
  #defineHandler(type: string): void {
    let handler: unknown = null;
    const listener = (event: Event) => {
      if (typeof handler === 'function') handler.call(this, event);
    };
    Object.defineProperty(this, `on${type}`, {
      enumerable: true,
      configurable: true,
      get: () => handler,
      set: (value: unknown) => {
        if (Object(value) !== value) this.removeEventListener(type, listener);
        // Does nothing if it has a place already.
        else this.addEventListener(type, listener);
        handler = Object(value) === value ? value : null;
      },
    });
  }

  #isClosed(): boolean {
    return this.readyState === 2;
  }
}
