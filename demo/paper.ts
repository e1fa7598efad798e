import type { SseMessage } from 'ssekit';

/** What the stream is typed on. */
export interface Paper {
  type(event: SseMessage): void;
  finish(event: SseMessage): void;
}
