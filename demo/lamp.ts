import { countdown } from './countdown.ts';
import type { Dictionary } from './dictionary.ts';
import { part } from './element.ts';
import { say } from './language.ts';
import type { SseState } from 'ssekit';

/**
 * The lamp with its word, reason and countdown. Word and reason are a live region that changes only
 * with the state. The countdown changes ten times a second, so screen readers don't announce it.
 */
export function lamp(root: HTMLElement): (state: SseState) => void {
  const light = smallLamp(root);
  const reason = part(root, 'reason');
  const count = countdown(part(root, 'countdown'));
  return (state) => {
    light(state);
    say(reason, (t) => why(t, state));
    count(state);
  };
}

/** Shape, colour and word, without announcements. */
export function smallLamp(root: HTMLElement): (state: SseState) => void {
  const word = part(root, 'word');
  return ({ status, error }) => {
    root.dataset.status = status;
    root.toggleAttribute('data-failed', status === 'closed' && error !== undefined);
    say(word, (t) => t[status]);
  };
}

function why(t: Dictionary, { status, error, transport, retryAt }: SseState): string {
  switch (status) {
    case 'connecting':
      return t.waitingForHeaders;
    case 'open':
      return t.over(transport);
    case 'reconnecting':
      if (error === undefined) return t.onTheWay;
      return retryAt === undefined && transport === 'native'
        ? t.byTheBrowser(t.error(error))
        : t.error(error);
    case 'closed':
      return error === undefined ? t.inOrder : t.error(error);
  }
}
