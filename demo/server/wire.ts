import { setTimeout as wait } from 'node:timers/promises';
import { wireCases } from '../wire/cases.ts';
import type { StreamHandler } from './gate.ts';
import { queryMs } from './query.ts';
import { sendStreamHeaders } from './stream-headers.ts';

/**
 * `GET /api/wire/:name`: sends the chunks of a case byte for byte, with a delay so that they arrive
 * separately. Then the stream ends.
 */
export const wire: StreamHandler = async (req, res, next) => {
  const found = wireCases.find(({ name }) => name === req.params.name);
  if (!found) {
    next();
    return;
  }
  const gone = new AbortController();
  res.once('close', () => {
    gone.abort();
  });
  sendStreamHeaders(res);
  try {
    for (const chunk of found.chunks) {
      await wait(queryMs(req, 'interval', 60), undefined, { signal: gone.signal });
      res.write(chunk);
    }
    res.end();
  } catch {
    // The client left.
  }
};
