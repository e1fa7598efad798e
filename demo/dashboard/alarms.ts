import { create, element } from '../element.ts';
import type { Dictionary } from '../dictionary.ts';
import { texts } from '../language.ts';

export interface Notice {
  readonly level: 'info' | 'warn' | 'error' | 'deploy';
  readonly text: (t: Dictionary) => string;
  readonly time: number;
}

/** Enough for a wall screen. The page has room for six or seven. */
const maxNotices = 16;

/** The newest notices, newest first. */
export class Alarms {
  readonly #list = element('alarms', HTMLUListElement);
  readonly #none = element('no-alarms', HTMLElement);
  #notices: Notice[] = [];

  add(notice: Notice): void {
    this.#notices.unshift(notice);
    if (this.#notices.length > maxNotices) this.#notices.pop();
  }

  paint(): void {
    this.#none.hidden = this.#notices.length > 0;
    this.#list.replaceChildren(...this.#notices.map(item));
  }
}

function item({ level, text, time }: Notice): HTMLElement {
  const when = create('time', '', new Date(time).toLocaleTimeString('en-GB'));
  when.dateTime = new Date(time).toISOString();
  const badge = create('span', 'badge', level);
  badge.dataset.level = level;
  return create('li', '', when, badge, create('span', 'what', text(texts())));
}
