import { clock } from './clock.ts';
import { create, element } from './element.ts';
import type { SseClient, SseError } from 'ssekit';

type Watched = Pick<SseClient, 'onError' | 'getSnapshot'>;

export interface ErrorPanel {
  watch(client: Watched): void;
}

/** Everything the last error of the connection knows. */
export function errorPanel(): ErrorPanel {
  const list = element('last-error', HTMLDListElement);
  const none = element('no-error', HTMLElement);
  return {
    watch(client) {
      client.onError((error) => {
        none.hidden = true;
        list.hidden = false;
        list.replaceChildren(
          ...facts(error, client.getSnapshot().retryAt).map(([name, value]) => row(name, value)),
        );
      });
    },
  };
}

function facts(error: SseError, retryAt: number | undefined): [string, string][] {
  const { code, status, message, attempt, willRetry, retryAfter } = error;
  return [
    ['code', code],
    ['status', status === undefined ? 'not known' : String(status)],
    ['attempt', String(attempt ?? 'not known')],
    ['willRetry', String(willRetry ?? false)],
    ['retryAfter', retryAfter === undefined ? 'not sent' : `${retryAfter} ms`],
    ['next attempt', nextAttempt(error, retryAt)],
    ['message', message],
  ];
}

function nextAttempt({ willRetry }: SseError, retryAt: number | undefined): string {
  if (willRetry !== true) return 'none';
  return retryAt === undefined ? 'when the browser decides' : clock(new Date(retryAt));
}

function row(name: string, value: string): HTMLElement {
  const item = create('div', '', create('dt', '', name), create('dd', '', value));
  item.dataset.fact = name;
  return item;
}
