import { clamp } from '../stream/time-limit.js';

/** Where events about the page are heard; Node has none of these, a worker has `online` only. */
const page: Partial<Pick<Window, 'addEventListener' | 'removeEventListener' | 'document'>> = globalThis;

/**
 * Calls `done` after `ms`, or as soon as there is reason to hope: the network is back, the page is shown, or it returns from the
 * back/forward cache. But not within `atLeast` ms, which is the server's own word: no hope of the page's stands against it.
 * Nothing is left behind after `done` or the returned cancel.
 */
export function wait(ms: number, done: () => void, atLeast = 0): () => void {
  // Not the monotonic clock, which stands still in some systems while they sleep.
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
