/** The part of eventsourcemock 2 that the tests use. It ships no types. */
declare module 'eventsourcemock' {
  /**
   * Keeps listeners in an emitter. Lifecycle `open` and `error` only reach the `on…` properties.
   */
  export default class EventSource {
    readonly url: string;
    readonly withCredentials: boolean;
    readonly readyState: number;
    constructor(url: string, init?: EventSourceInit);
    addEventListener(type: string, listener: (event: Event) => void): void;
    removeEventListener(type: string, listener: (event: Event) => void): void;
    close(): void;
    /** Calls the listeners of `type` with the given value. */
    emit(type: string, event?: unknown): void;
    emitOpen(): void;
    emitError(error: Error): void;
    emitMessage(event: unknown): void;
  }

  /** The latest instance for each URL. */
  export const sources: Record<string, EventSource | undefined>;
}
