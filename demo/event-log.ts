import { button } from './button.ts';
import { clock } from './clock.ts';
import { create, element } from './element.ts';
import { followEnd } from './follow.ts';
import type { SseClient, SseMessage } from 'ssekit';

export interface LogRow {
  readonly kind: 'event' | 'state' | 'error' | 'open';
  /** The event type; for everything else the name of the stream. */
  readonly type: string;
  readonly id?: string;
  readonly data: string;
}

/** What a log needs of a client, whatever its events are. */
type Watched = Pick<SseClient, 'onOpen' | 'onError' | 'onStateChange' | 'getSnapshot'>;

export interface EventLog {
  add(row: LogRow): void;
  event(message: SseMessage<unknown>): void;
  /** Logs what happens to a client besides its events. */
  watch(name: string, client: Watched): void;
}

const longest = 500;

/** The last 500 things that happened, the newest at the bottom. */
export function eventLog(): EventLog {
  const list = element('log', HTMLOListElement);
  const followNewest = followEnd(element('log-scroller', HTMLElement));
  /** Rows of this frame. A hidden page has no frames, so they are bounded too. */
  let waiting: HTMLLIElement[] = [];
  let frame: number | undefined;

  button('clear-log', () => {
    waiting = [];
    list.replaceChildren();
  });

  function flush(): void {
    frame = undefined;
    list.append(...waiting);
    waiting = [];
    while (list.childElementCount > longest) list.firstElementChild?.remove();
    followNewest();
  }

  function add(row: LogRow): void {
    waiting.push(listItem(row));
    if (waiting.length > longest) waiting.shift();
    frame ??= requestAnimationFrame(flush);
  }

  return {
    add,
    event({ type, lastEventId, raw }) {
      add({ kind: 'event', type, id: lastEventId, data: raw });
    },
    watch(name, client) {
      add({ kind: 'state', type: name, data: client.getSnapshot().status });
      client.onStateChange((now, before) => {
        if (now.status === before.status) return;
        add({ kind: 'state', type: name, data: `${before.status} → ${now.status}` });
      });
      client.onOpen(({ url, transport, status }) => {
        const answer = status === undefined ? '' : `, ${status}`;
        add({ kind: 'open', type: name, data: `${new URL(url).pathname} over ${transport}${answer}` });
      });
      client.onError(({ code, message, willRetry }) => {
        const then = code === 'decode' ? 'The stream goes on.' : willRetry ? 'Tried again.' : 'Final.';
        add({ kind: 'error', type: name, data: `${code}: ${message} ${then}` });
      });
    },
  };
}

function listItem({ kind, type, id, data }: LogRow): HTMLLIElement {
  const item = create(
    'li',
    '',
    create('span', 'at', clock(new Date())),
    create('span', 'kind', kind),
    create('span', 'type', type),
    create('span', 'id', id ?? ''),
    create('span', 'data', visible(data)),
  );
  item.dataset.kind = kind;
  return item;
}

/** White space alone would be a row without data. */
export function visible(data: string): string {
  return data
    .replaceAll('\n', '⏎')
    .replaceAll('\t', '⇥')
    .replace(/^ +$/, (spaces) => '␣'.repeat(spaces.length));
}
