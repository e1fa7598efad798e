import { clamp } from '../stream/time-limit.js';

/** Node has none of these; a worker has only `online`. */
const page: Partial<Pick<Window, 'addEventListener' | 'removeEventListener' | 'document'>> = globalThis;

/**
 * Calls `done` after `ms`, or as soon as there's reason to hope: the network is back, the page is
 * shown, or it returns from the back/forward cache. Hope counts only after `atLeast` ms, which is the
 * server's own demand (`Retry-After`, `retry:`). Leaves nothing behind after `done` or the returned
 * cancel.
 */
export function wait(ms: number, done: () => void, atLeast = 0): () => void {
  // Not the monotonic clock: on some systems it stands still during sleep.
  const earliest = Date.now() + atLeast;
  const cancel = () => {
    clearTimeout(timer);
    listen('removeEventListener');
  };
  const finish = () => {
    cancel();
    done();
  };
  const hope = () => {
    if (Date.now() >= earliest) finish();
  };
  const shown = (event: Event) => {
    if ((event as PageTransitionEvent).persisted) hope();
  };
  const visible = () => {
    if (page.document?.visibilityState === 'visible') hope();
  };
  const listen = (verb: 'addEventListener' | 'removeEventListener') => {
    page[verb]?.('online', hope);
    page[verb]?.('pageshow', shown);
    page.document?.[verb]('visibilitychange', visible);
  };
  const timer = setTimeout(finish, clamp(ms));
  listen('addEventListener');
  return cancel;
}
