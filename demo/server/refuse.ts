import type { Response } from 'express';
import type { Fault } from './fault.ts';

/** Sends the response of an armed fault instead of the stream. */
export function refuse(res: Response, { kind, retryAfter }: Fault): void {
  res.set('Cache-Control', 'no-store');
  switch (kind) {
    case 'unavailable':
      if (retryAfter !== undefined) res.set('Retry-After', retryAfter);
      res.status(503).json({ error: { message: 'a deploy is under way' } });
      break;
    case 'unauthorized':
      refuseUnauthorized(res);
      break;
    case 'not-found':
      res.status(404).json({ error: { message: 'no such stream' } });
      break;
    case 'content-type':
      // As a login page or captive portal would.
      res.type('html').send('<!doctype html><title>Sign in</title><p>Please sign in.</p>');
      break;
    case 'no-content':
      res.status(204).end();
      break;
    default:
      res.destroy();
  }
}

export function refuseUnauthorized(res: Response): void {
  // Bearer, because browsers answer Basic with a password dialog.
  res.set({ 'WWW-Authenticate': 'Bearer realm="ssekit demo"', 'Cache-Control': 'no-store' });
  res.status(401).json({ error: { message: 'send Authorization: Bearer demo' } });
}
