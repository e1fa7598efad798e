import { SseError } from './errors.js';
import { utf8ByteString } from './open-stream.js';
import { attempt } from './report.js';
import type { OpenInfo } from './transport.js';

/**
 * Says from a response whether the server went on after `info.lastEventId`; `undefined` leaves it to the default rule.
 *
 * @example
 * ```ts
 * const resumed: Resumed = ({ headers }) => headers?.get('X-History') !== 'lost';
 * const client = new SseClient('/api/prices', { resumed });
 * ```
 */
export type Resumed = (info: OpenInfo) => boolean | undefined;

/**
 * What to tell when a stream that was to resume has not; `undefined` where it has, or where nothing says otherwise.
 *
 * The default rule is that of the Mercure protocol, the only one that has a sign for it: the response header `Last-Event-ID` (in newer
 * drafts `Mercure-Last-Event-ID`) names the event from which the history goes on: another one than was asked for when that one is not known.
 */
export function gap(info: OpenInfo, resumed: Resumed | undefined): SseError | undefined {
  const { lastEventId, status, headers } = info;
  if (!lastEventId) return undefined;
  const sent = utf8ByteString(lastEventId);
  const answer = headers?.get('mercure-last-event-id') ?? headers?.get('last-event-id') ?? sent;
  if (attempt(() => resumed?.(info)) ?? answer === sent) return undefined;
  return new SseError('gap', 'The server could not resume after the last event ID: events are missing.', {
    status,
    headers,
    willRetry: true,
  });
}
