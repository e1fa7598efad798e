import { SseError } from '../errors.js';
import type { SseMessage } from '../message.js';
import { guard } from '../report.js';

/**
 * The data of the event that ends a stream, or a function that recognises it.
 *
 * @example
 * ```ts
 * const until: Until = ({ type }) => type === 'done';
 * const client = new SseClient('/api/sse', { until });
 * ```
 */
export type Until = string | ((message: SseMessage) => boolean);

/** Why a stream that ended without a failure isn't complete; `undefined` if it may be. */
export function cutShort(until: Until | undefined): SseError | undefined {
  return until === undefined
    ? until
    : new SseError('network', 'The server ended the stream before the event that `until` waits for.');
}

/** Whether this message ends the stream. A function that throws is reported and ends nothing. */
export function isLast(until: Until | undefined, message: SseMessage): boolean {
  return typeof until === 'function' ? guard(() => until(message)) === true : until === message.data;
}
