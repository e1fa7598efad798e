import type { Request } from 'express';
import { queryText } from './query.ts';

/** Where the client left off. The query is for clients that cannot send the header; the header is the fresher one. */
export function lastEventId(req: Pick<Request, 'headers' | 'query'>): string | undefined {
  const header = req.headers['last-event-id'];
  return typeof header === 'string' ? header : queryText(req, 'lastEventId');
}

/** An id that was never given out counts as none: what comes twice can be seen, what is missing cannot. */
export function positionAfter(id: string | undefined, last: number): number {
  const position = id !== undefined && /^\d{1,15}$/.test(id) ? Number(id) : 0;
  return position <= last ? position : 0;
}
