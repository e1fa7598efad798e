import type { Replay } from './type-stream.ts';
import type { SseMessage } from 'ssekit';

/** What the stream is typed on. */
export interface Paper {
  type(event: SseMessage): void;
  finish(event: SseMessage<Replay['done']>): void;
}
