import { clock } from './clock.ts';
import { create, element, part, write } from './element.ts';
import { helpPage } from './header/site.ts';
import { language, onLanguage, texts } from './language.ts';
import type { Stream } from './stream.ts';
import type { SseError, SseState } from 'ssekit';

export interface ErrorPanel {
  readonly add: (stream: Stream, error: SseError, now: SseState) => void;
  /** Shows the last error of this stream. */
  show(stream: Stream): void;
}

interface Seen {
  readonly error: SseError;
  readonly at: Date;
  readonly retryAt: number | undefined;
}

/** A fact's name, its value, and its label if that isn't the name. */
type Fact = readonly [name: string, value: string, label?: string];

/** Shows every detail of the connection's last error. */
export function errorPanel(): ErrorPanel {
  const list = element('last-error', HTMLDListElement);
  const none = element('no-error', HTMLElement);
  const help = element('error-help', HTMLDetailsElement);
  const last = new Map<Stream['scene'], Seen>();
  let shown: Stream['scene'] = 'typewriter';

  function render(): void {
    const seen = last.get(shown);
    none.hidden = seen !== undefined;
    list.hidden = seen === undefined;
    help.hidden = seen === undefined;
    if (!seen) return;
    list.replaceChildren(...facts(seen).map(row));
    void explain(help, seen.error);
  }
  onLanguage(render);

  return {
    add({ scene }, error, { retryAt }) {
      last.set(scene, { error, retryAt, at: new Date() });
      if (scene === shown) render();
    },
    show({ scene }) {
      shown = scene;
      render();
    },
  };
}

/** Shows what the page of errors says, in the page's language. Loads it with the first error. */
async function explain(root: HTMLElement, error: SseError): Promise<void> {
  const { default: entries } = await import('virtual:error-entries');
  const entry = error.help.slice(error.help.indexOf('#') + 1);
  const { why = '', cure = '' } = entries[language()][entry] ?? {};
  write(part(root, 'why'), why);
  write(part(root, 'cure'), cure);
  const address = helpPage(error);
  const file = language() === 'zh' ? error.help.replace('errors.md', 'errors.zh-CN.md') : error.help;
  const where = create(
    address === undefined ? 'code' : 'a',
    '',
    address === undefined ? file : texts().errorMore,
  );
  if (where instanceof HTMLAnchorElement) Object.assign(where, { href: address, target: '_top' });
  part(root, 'where').replaceChildren(where);
}

/** Names of properties are code. The others follow the language. */
function facts({ error, at, retryAt }: Seen): Fact[] {
  const { code, status, message, failures, willRetry, retryAfter } = error;
  const t = texts();
  return [
    ['time', clock(at), t.errorTime],
    ['code', code],
    ['status', String(status ?? t.notKnown)],
    ['failures', String(failures ?? t.notKnown)],
    ['willRetry', String(willRetry ?? false)],
    ['retryAfter', retryAfter === undefined ? t.notSent : `${retryAfter} ms`],
    ['next attempt', nextAttempt(error, retryAt), t.nextAttempt],
    ['message', message],
  ];
}

function nextAttempt({ code, willRetry }: SseError, retryAt: number | undefined): string {
  if (code === 'decode' || code === 'storage' || code === 'gap') return texts().notNeeded;
  if (willRetry !== true) return texts().none;
  return retryAt === undefined ? texts().browserDecides : clock(new Date(retryAt));
}

function row([name, value, label = name]: Fact): HTMLElement {
  const item = create('div', '', create('dt', '', label), create('dd', '', value));
  item.dataset.fact = name;
  return item;
}
