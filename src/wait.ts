import { clamp } from './duration.js';

/** Where events about the page are heard; Node has none of these, a worker has `online` only. */
const page: Partial<Pick<Window, 'addEventListener' | 'removeEventListener' | 'document'>> = globalThis;

/**
 * Calls `done` after `ms`, or as soon as there is reason to hope: the network is back, the page is shown, or it returns from the
 * back/forward cache. Nothing is left behind after `done` or the returned cancel.
 */
export function wait(ms: number, done: () => void): () => void {
  const cancel = () => {
    clearTimeout(timer);
    page.removeEventListener?.('online', finish);
    page.removeEventListener?.('pageshow', shown);
    page.document?.removeEventListener('visibilitychange', visible);
  };
  const finish = () => {
    cancel();
    done();
  };
  const shown = (event: PageTransitionEvent) => {
    if (event.persisted) finish();
  };
  const visible = () => {
    if (page.document?.visibilityState === 'visible') finish();
  };
  const timer = setTimeout(finish, clamp(ms));
  page.addEventListener?.('online', finish);
  page.addEventListener?.('pageshow', shown);
  page.document?.addEventListener('visibilitychange', visible);
  return cancel;
}
