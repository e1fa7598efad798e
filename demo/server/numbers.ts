import { eventBlock } from './event-block.ts';
import { streamEvents, type Step } from './event-stream.ts';
import type { StreamHandler } from './gate.ts';
import { lastEventId, positionAfter } from './last-event-id.ts';
import { queryMs } from './query.ts';
import { retryField } from './retry-field.ts';

/**
 * `GET /api/numbers`: 1, 2, 3 and so on, forever. The ID is the number, so lost and doubled events
 * can be counted.
 */
export const numbers: StreamHandler = (req, res) => {
  streamEvents(res, counting(positionAfter(lastEventId(req), Number.MAX_SAFE_INTEGER)), {
    interval: queryMs(req, 'interval', 20),
    heartbeat: queryMs(req, 'heartbeat', 15_000),
    retry: retryField(req),
  });
};

export function* counting(from: number): Generator<Step> {
  for (let number = from + 1; ; number++) {
    yield { block: eventBlock({ event: 'number', id: String(number), data: String(number) }) };
  }
}
