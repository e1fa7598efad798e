import { eventBlock } from './event-block.ts';
import { streamEvents, type Step } from './event-stream.ts';
import type { StreamHandler } from './gate.ts';
import { lastEventId, positionAfter } from './last-event-id.ts';
import { queryMs, queryText } from './query.ts';
import { retryField } from './retry-field.ts';

/**
 * `GET /api/sse`: a text file, one code point per event. `?lang=en` selects the English one. An
 * event's ID is the number of code points sent so far.
 */
export function replay(text: string, english: string): StreamHandler {
  const [codePoints, inEnglish] = [Array.from(text), Array.from(english)];
  return (req, res) => {
    const id = lastEventId(req);
    if (id === 'end') {
      // Only a 204 stops a native EventSource from reconnecting.
      res.status(204).end();
      return;
    }
    const chosen = queryText(req, 'lang') === 'en' ? inEnglish : codePoints;
    streamEvents(res, typing(chosen, positionAfter(id, chosen.length)), {
      interval: queryMs(req, 'interval', 300),
      heartbeat: queryMs(req, 'heartbeat', 15_000),
      retry: retryField(req),
    });
  };
}

/** A text from a position on, and the event that ends it. */
export function* typing(codePoints: readonly string[], from: number): Generator<Step> {
  let position = from;
  for (const data of codePoints.slice(from)) {
    position++;
    yield { block: eventBlock({ event: 'lol', id: String(position), data }) };
  }
  yield { block: eventBlock({ event: 'done', id: 'end', data: JSON.stringify({ count: position }) }) };
}
