import { clamp } from '../stream/time-limit.js';
import { watchPage } from './page-events.js';

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
    unwatch();
  };
  const finish = () => {
    cancel();
    done();
  };
  const hope = () => {
    if (Date.now() >= earliest) finish();
  };
  const timer = setTimeout(finish, clamp(ms));
  const unwatch = watchPage(hope, hope);
  return cancel;
}
