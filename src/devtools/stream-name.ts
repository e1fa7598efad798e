import { maskUrl } from './mask.js';
import type { Stream } from './stream.js';
import type { Words } from './words.js';

/** What a stream is called: its path, or its kind before the URL is known. */
export function nameOf(stream: Stream): string {
  return maskUrl(stream.url).path || stream.kind;
}

/** Its status in words, with the seconds to the next attempt. */
export function statusOf({ state: { status, retryAt } }: Stream, words: Words): string {
  if (retryAt === undefined) return words.statuses[status];
  const seconds = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
  return `${words.statuses[status]} · ${words.retryIn(seconds)}`;
}

/** Of several streams, the status that needs the most attention; a failed one counts as that. */
export function worstOf(
  streams: readonly Stream[],
): 'failed' | 'reconnecting' | 'connecting' | 'open' | 'closed' {
  const looks = new Set(streams.map(lookOf));
  return (
    (['failed', 'reconnecting', 'connecting', 'open'] as const).find((look) => looks.has(look)) ?? 'closed'
  );
}

/** How the lamp of a stream looks: closed by an error isn't closed in order. */
export function lookOf({ state: { status, error } }: Stream): ReturnType<typeof worstOf> {
  return status === 'closed' && error && error.code !== 'no-content' ? 'failed' : status;
}
