import { SseError } from '../errors.js';
import type { SseMessage } from '../message.js';
import { guard } from '../report.js';

/**
 * Recognises events that report a failure, for servers that answer 200 and then send
 * `event: error`.
 *
 * @example
 * ```ts
 * const failOn: FailOn = ({ type }) => type === 'error';
 * const client = new SseClient('/api/prices', { failOn });
 * ```
 */
export type FailOn = (message: SseMessage) => boolean;

/**
 * The failure that this message reports. If the function throws, that's reported, and nothing
 * fails.
 */
export function failureIn(failOn: FailOn | undefined, message: SseMessage): SseError | undefined {
  if (!failOn || !guard(() => failOn(message))) return undefined;
  const { type, raw } = message;
  return new SseError('server', 'The server reported a failure in an event.', { event: type, raw });
}
