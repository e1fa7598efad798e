import type { GlobalMessageEvent } from '../globals.js';

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
  onopen: ((event: Event) => unknown) | null = null;
  onmessage: ((event: GlobalMessageEvent) => unknown) | null = null;
  onerror: ((event: Event) => unknown) | null = null;
  #lastEventId = '';

  constructor(url: string | URL, { withCredentials = false }: { withCredentials?: boolean } = {}) {
    super();
    const { document, location } = globalThis as Partial<typeof globalThis>;
    this.url = new URL(url, document?.baseURI ?? location?.href ?? 'http://localhost').href;
    this.withCredentials = withCredentials;
    // Ordinary listeners: if one throws, that's reported, and doesn't reach the test.
    super.addEventListener('open', (event) => this.onopen?.(event));
    super.addEventListener('message', (event) => this.onmessage?.(event as GlobalMessageEvent));
    super.addEventListener('error', (event) => this.onerror?.(event));
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
    return new Promise((resolve) => MockEventSource.#waiting.push(resolve));
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

  #isClosed(): boolean {
    return this.readyState === 2;
  }
}
