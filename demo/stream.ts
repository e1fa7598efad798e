import type { SseClient, SseError, SseState } from 'ssekit';

/** A scene's stream, as the lamp, fault buttons and error panel see it. */
export interface Stream {
  readonly scene: 'typewriter' | 'dashboard' | 'tabs' | 'soak' | 'yours';
  /** The server's name for this stream, so that faults hit only this one. */
  readonly session: string;
  /** Opens the stream if it's closed. */
  connect(): void;
}

/** Receives the states and errors of streams. */
export interface StreamObserver {
  state(stream: Stream, now: SseState): void;
  error(stream: Stream, error: SseError, now: SseState): void;
}

/** Reports a client of this stream to the observer. Call the result to stop. */
export function observe(
  stream: Stream,
  client: Pick<SseClient, 'subscribe' | 'onError' | 'getSnapshot'>,
  observer: StreamObserver,
): () => void {
  const unsubscribes = [
    client.subscribe((state) => {
      observer.state(stream, state);
    }),
    client.onError((error) => {
      observer.error(stream, error, client.getSnapshot());
    }),
  ];
  return () => {
    for (const unsubscribe of unsubscribes) unsubscribe();
  };
}
