import type { Request } from 'express';
import { queryText } from './query.ts';

/** `?retry=` goes out as it is, however large: to clamp it is the client's part. */
export function retryField(req: Pick<Request, 'query'>): string {
  const retry = queryText(req, 'retry') ?? '';
  return /^\d+$/.test(retry) ? retry : '1000';
}
