import type { SseClient, SseError, SseState } from 'ssekit';

/** The stream of a scene, as far as the lamp, the fault buttons and the error panel care. */
export interface Stream {
  readonly scene: 'typewriter' | 'dashboard' | 'tabs' | 'soak';
  /** Under this name the server knows it, so that faults hit it and nobody else. */
  readonly session: string;
  /** Opens it if it is closed. */
  connect(): void;
}

/** Who is told what happens to streams. */
export interface Witness {
  state(stream: Stream, now: SseState): void;
  error(stream: Stream, error: SseError, now: SseState): void;
}

/** Tells a witness of a client of this stream, until the result is called. */
export function testify(
  stream: Stream,
  client: Pick<SseClient, 'subscribe' | 'onError' | 'getSnapshot'>,
  witness: Witness,
): () => void {
  const unsubscribes = [
    client.subscribe((state) => {
      witness.state(stream, state);
    }),
    client.onError((error) => {
      witness.error(stream, error, client.getSnapshot());
    }),
  ];
  return () => {
    for (const unsubscribe of unsubscribes) unsubscribe();
  };
}
