import type { Request } from 'express';
import { queryText } from './query.ts';

/** `?retry=` is sent unchanged, however large. The client has to clamp it. */
export function retryField(req: Pick<Request, 'query'>): string {
  const retry = queryText(req, 'retry') ?? '';
  return /^\d+$/.test(retry) ? retry : '1000';
}
