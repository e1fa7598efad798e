import type { Request } from 'express';
import { queryText } from './query.ts';

/**
 * The client's position. The query is for clients that can't send the header. The header is newer.
 */
export function lastEventId(req: Pick<Request, 'headers' | 'query'>): string | undefined {
  const header = req.headers['last-event-id'];
  return typeof header === 'string' ? header : queryText(req, 'lastEventId');
}

/** An ID that was never sent counts as none: duplicates are visible, missing events aren't. */
export function positionAfter(id: string | undefined, last: number): number {
  const position = id !== undefined && /^\d{1,15}$/.test(id) ? Number(id) : 0;
  return position <= last ? position : 0;
}
