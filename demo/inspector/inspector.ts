import { button } from '../button.ts';
import { clock } from '../clock.ts';
import { create, element, part, write } from '../element.ts';
import { onFrame } from '../frames.ts';
import { onLanguage, say, texts } from '../language.ts';
import { visible } from '../visible.ts';
import { Rows, type Filter, type Row } from './rows.ts';
import { columns, virtualList } from './virtual-list.ts';
import type { SseClient, SseMessage } from 'ssekit';

/** The part of a client that the inspector needs, whatever its events are. */
type Watched = Pick<SseClient, 'onOpen' | 'onError' | 'onStateChange' | 'getSnapshot'>;

/** Adds rows for one stream. */
export interface Tap {
  /** @param delta - The text that the event adds, if any. */
  event(message: SseMessage<unknown>, delta?: string): void;
  /** Also shows openings, states and errors of a client. */
  watch(client: Watched): void;
}

export interface Inspector {
  tap(scene: string, stream?: string): Tap;
  /** Shows the rows of this scene. */
  show(scene: string): void;
  readonly togglePause: () => void;
  readonly focusFilter: () => void;
}

/**
 * Milliseconds between two updates with new rows. Nobody can read faster. Scrolling updates every
 * frame.
 */
const paintInterval = 50;

const kinds = ['all', 'event', 'state', 'error'] as const;
const kindTexts = { all: 'kindAll', event: 'kindEvent', state: 'kindState', error: 'kindError' } as const;

/** Shows the current scene's events, states and errors in the order they came. */
export function inspector(): Inspector {
  const rows = new Rows();
  const count = element('log-count', HTMLElement);
  const kind = element('log-kind', HTMLSelectElement);
  const search = element('log-filter', HTMLInputElement);
  const merge = element('log-merge', HTMLInputElement);
  const pause = element('log-pause', HTMLButtonElement);
  let scene = '';
  let paused = false;

  const list = virtualList(element('log-scroller', HTMLElement), element('log', HTMLElement), {
    length: () => rows.shown.length,
    item: (index) => {
      const row = rows.shown[index];
      if (row) return row;
      throw new RangeError(`there is no row ${index}`);
    },
    key: ({ number }) => number,
    row: rowElement,
    selected: detail(),
  });

  function changed(): void {
    list.drop(rows.gone);
    rows.gone = 0;
    list.paint();
    const inFigures = (number: number) => number.toLocaleString('en');
    write(
      count,
      paused
        ? texts().rowsWaiting(inFigures(rows.waiting))
        : texts().rowCount(inFigures(rows.shown.length), inFigures(rows.total)),
    );
  }
  let painted = 0;
  const paintSoon = onFrame(() => {
    const now = performance.now();
    if (now - painted < paintInterval) {
      paintSoon();
      return;
    }
    painted = now;
    changed();
  });

  function refilter(): void {
    const chosen: Filter['kind'] = kinds.find((known) => known === kind.value) ?? 'all';
    rows.filter({ scene, kind: chosen, text: search.value.toLowerCase(), merge: merge.checked });
    list.reset();
    paintSoon();
  }
  for (const name of kinds) {
    const option = new Option('', name);
    say(option, (t) => t[kindTexts[name]]);
    kind.add(option);
  }
  for (const control of [kind, search, merge]) control.addEventListener('input', refilter);

  function togglePause(): void {
    paused = !paused;
    rows.pause(paused);
    say(pause, (t) => (paused ? t.resume : t.pause));
    paintSoon();
  }
  say(pause, (t) => t.pause);
  pause.addEventListener('click', togglePause);
  button('log-clear', () => {
    rows.clear();
    list.reset();
    paintSoon();
  });
  button('log-export', () => {
    download('ssekit-events.jsonl', rows.shown.map((row) => JSON.stringify(exported(row)) + '\n').join(''));
  });
  onLanguage(() => {
    search.placeholder = texts().filterHint;
    paintSoon();
  });

  return {
    tap(scene, stream = scene) {
      const add = (kind: Row['kind'], data: string, event?: SseMessage<unknown>, delta?: string) => {
        const { type, lastEventId: id, raw } = event ?? { type: stream, lastEventId: '', raw: data };
        rows.add({ scene, stream, kind, type, id, data, raw, delta });
        paintSoon();
      };
      return {
        event(message, delta) {
          add('event', message.raw, message, delta);
        },
        watch(client) {
          add('state', client.getSnapshot().status);
          client.onStateChange((now, before) => {
            if (now.status !== before.status) add('state', `${before.status} → ${now.status}`);
          });
          client.onOpen(({ url, transport, status }) => {
            const answer = status === undefined ? '' : `, ${status}`;
            add('open', `${new URL(url).pathname} over ${transport}${answer}`);
          });
          client.onError(({ code, message, willRetry }) => {
            const outcome =
              code === 'decode' ? 'The stream continues.' : willRetry ? 'Will retry.' : 'Final.';
            add('error', `${code}: ${message} ${outcome}`);
          });
        },
      };
    },
    show(name) {
      scene = name;
      refilter();
    },
    togglePause,
    focusFilter() {
      search.focus();
    },
  };
}

function rowElement() {
  const { node, cells } = columns('at', 'since', 'id', 'type', 'data');
  const [at, since, id, type, data] = cells;
  return {
    node,
    show(row: Row) {
      node.dataset.kind = row.kind;
      if (at) write(at, clock(new Date(row.at)));
      if (since) write(since, row.since === undefined ? '' : `+${row.since}`);
      if (id) write(id, row.id);
      if (type) write(type, row.merged === undefined ? row.type : `${row.type} ×${row.merged}`);
      if (data) write(data, visible(row.data.length > 300 ? row.data.slice(0, 300) : row.data));
    },
  };
}

/** Shows the chosen row in full. */
function detail(): (row: Row | undefined) => void {
  const root = element('log-detail', HTMLElement);
  return (row) => {
    root.hidden = row === undefined;
    if (!row) return;
    write(part(root, 'data'), pretty(row.data));
    write(part(root, 'raw'), row.raw);
  };
}

function pretty(data: string): string {
  try {
    return JSON.stringify(JSON.parse(data), null, 2);
  } catch {
    return data;
  }
}

function exported({ at, stream, kind, type, id, data, merged }: Row): object {
  return {
    time: new Date(at).toISOString(),
    stream,
    kind,
    type,
    id,
    data,
    ...(merged !== undefined && { merged }),
  };
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/jsonl' }));
  const link = create('a', '');
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the URL only after the click.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 10_000);
}
