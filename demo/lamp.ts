import { countdown } from './countdown.ts';
import { part, write } from './element.ts';
import type { SseState } from 'ssekit';

const words = {
  connecting: 'Connecting',
  open: 'Open',
  reconnecting: 'Reconnecting',
  closed: 'Closed',
} as const;

/**
 * The lamp with word, reason and countdown. Word and reason are a live region and change only with the state; the
 * countdown changes ten times a second and is for the eyes only.
 */
export function lamp(root: HTMLElement): (state: SseState) => void {
  const light = smallLamp(root);
  const reason = part(root, 'reason');
  const count = countdown(part(root, 'countdown'));
  return (state) => {
    light(state);
    write(reason, why(state));
    count(state);
  };
}

/** Shape, colour and word, for where nobody must be told aloud. */
export function smallLamp(root: HTMLElement): (state: SseState) => void {
  const word = part(root, 'word');
  return ({ status, error }) => {
    root.dataset.status = status;
    root.toggleAttribute('data-failed', status === 'closed' && error !== undefined);
    write(word, words[status]);
  };
}

function why({ status, error, transport, retryAt }: SseState): string {
  switch (status) {
    case 'connecting':
      return 'waiting for the response headers';
    case 'open':
      return `over ${transport === 'native' ? 'native EventSource' : (transport ?? 'an unknown transport')}`;
    case 'reconnecting':
      if (error === undefined) return 'on the way back';
      return retryAt === undefined && transport === 'native'
        ? `by the browser itself. ${tell(error)}`
        : tell(error);
    case 'closed':
      return error === undefined ? 'in order: nothing is sent, nothing is tried' : tell(error);
  }
}

function tell({ code, message }: NonNullable<SseState['error']>): string {
  return `${code}: ${message}`;
}
