import { SseError } from '../errors.js';
import type { SseMessage } from '../message.js';
import { guard } from '../report.js';

/**
 * What ends a stream: the data of an event, or a function that recognises the event. White space
 * around the data doesn't count: some servers send `[DONE]` with a trailing space.
 *
 * @example
 * ```ts
 * const until: Until = ({ type }) => type === 'done';
 * const client = new SseClient('/api/sse', { until });
 * ```
 */
export type Until = string | ((message: SseMessage) => boolean);

/** The error if a stream ended without a failure but isn't complete; `undefined` if it may be. */
export function cutShort(until: Until | undefined): SseError | undefined {
  return until === undefined
    ? until
    : new SseError('network', 'The server ended the stream before the event that `until` waits for.', {
        help: 'network-until',
      });
}

/**
 * Whether this message ends the stream. If a function throws, that's reported, and nothing ends.
 */
export function isLast(until: Until | undefined, message: SseMessage): boolean {
  if (until === undefined) return false;
  if (typeof until === 'function') return guard(() => until(message)) === true;
  return until.trim() === message.data.trim();
}
