import { write } from './element.ts';
import { texts } from './language.ts';
import type { SseState } from 'ssekit';

/** Shows the time until the next attempt. A timer runs only while there's something to count. */
export function countdown(output: Element): (state: SseState) => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  return ({ status, failures, retryAt }) => {
    clearInterval(timer);
    const show = () => {
      write(output, status === 'reconnecting' ? untilNext(retryAt, failures) : '');
    };
    show();
    if (status === 'reconnecting' && retryAt !== undefined) timer = setInterval(show, 100);
  };
}

function untilNext(retryAt: number | undefined, failures: number): string {
  if (retryAt === undefined) return texts().tryingNow(failures);
  const seconds = Math.max(0, retryAt - Date.now()) / 1000;
  return texts().nextIn(seconds.toFixed(1), failures);
}
