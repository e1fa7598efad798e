import { CHECKED } from '../checked.js';
import type { SseState } from '../connection/state.js';
import { QUIETLY, type ListenOptions, type Unsubscribe } from '../listeners.js';
import { clamp } from '../stream/time-limit.js';
import { validateHook } from '../validate.js';

/** What a countdown needs of a client, whatever its events are. */
interface Counted {
  readonly getSnapshot: () => SseState;
  onStateChange(listener: () => void, options: ListenOptions): Unsubscribe;
}

/** The seconds until a client tries again: the contract of `useSyncExternalStore`. */
export interface Countdown {
  readonly getSnapshot: () => number | undefined;
  readonly subscribe: (onChange: () => void) => Unsubscribe;
}

/** Runs a timer only while the client waits, and only to the moment when the number changes. */
export function countdown(client: Counted | null | undefined): Countdown {
  if (CHECKED) validateHook(client);
  let shown: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const count = (onChange?: () => void) => {
    const { retryAt } = client?.getSnapshot() ?? {};
    const left = retryAt && Math.max(0, retryAt - Date.now());
    const before = shown;
    shown = left && Math.ceil(left / 1000);
    clearTimeout(timer);
    if (!onChange) return;
    if (left && shown) timer = setTimeout(count, clamp(left - (shown - 1) * 1000), onChange);
    if (shown !== before) onChange();
  };
  count();
  return {
    getSnapshot: () => shown,
    subscribe(onChange) {
      const unsubscribe = client?.onStateChange(() => {
        count(onChange);
      }, QUIETLY);
      count(onChange);
      return () => {
        unsubscribe?.();
        clearTimeout(timer);
      };
    },
  };
}
