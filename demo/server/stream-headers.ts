import type { StreamResponse } from './gate.ts';

/** The headers an event stream needs to get through real proxies unharmed. */
export function sendStreamHeaders(res: StreamResponse): void {
  res.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    // no-transform: compressing middleware and CDNs would hold events back to fill a block.
    'Cache-Control': 'no-cache, no-transform',
    // Otherwise nginx buffers the response.
    'X-Accel-Buffering': 'no',
  });
  // HTTP/2 has no such header.
  if (res.req.httpVersionMajor === 1) res.set('Connection', 'keep-alive');
  // Tells the client now that it's connected, not with the first event.
  res.flushHeaders();
}
