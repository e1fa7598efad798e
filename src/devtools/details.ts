import { button, create, icon, write } from './element.js';
import { clock, figures } from './format.js';
import { jsonTree } from './json-tree.js';
import type { Language } from './language.js';
import type { Row } from './row.js';

/** The chosen row in full. Its data becomes more than text only here. */
export class Details {
  readonly node = create('section', 'details');
  readonly #language: Language;
  readonly #title = create('strong', 'title');
  readonly #body = create('div', 'details-body');
  #row: Row | undefined;

  constructor(language: Language, close: () => void) {
    this.#language = language;
    const copy = button('quiet', () => {
      void navigator.clipboard.writeText(this.#row?.data ?? '').then(() => {
        language.say(copy, (words) => words.copied);
        setTimeout(() => {
          language.say(copy, (words) => words.copy);
        }, 1500);
      });
    });
    language.say(copy, (words) => words.copy);
    const cross = button('quiet icon', close, icon('M4 4l8 8M12 4l-8 8'));
    language.label(cross, (words) => words.closeDetails);
    language.label(this.node, (words) => words.details);
    const head = create('header', 'details-head', this.#title, copy, cross);
    // Clipboards need a secure origin.
    copy.hidden = !isSecureContext;
    this.#body.tabIndex = 0;
    this.#body.role = 'group';
    language.label(this.#body, (words) => words.details);
    this.node.append(head, this.#body);
    this.node.hidden = true;
    language.onChange(() => {
      this.show(this.#row);
    });
  }

  show(row: Row | undefined): void {
    this.#row = row;
    this.node.hidden = row === undefined;
    if (!row) return;
    const { words } = this.#language;
    const { at, type, id, size, facts = {}, data, kind } = row;
    write(this.#title, type);
    const known = {
      [words.columns.at]: clock(at),
      [words.columns.id]: id,
      ...(kind === 'event' && { [words.columns.size]: figures(size) }),
      ...facts,
    };
    const list = create('dl', 'facts');
    for (const [name, text] of Object.entries(known)) {
      if (text) list.append(create('div', '', create('dt', '', name), create('dd', '', text)));
    }
    const tree = treeOf(data, words);
    const raw = create('pre', 'raw', data);
    const text = tree ? create('details', 'sent', create('summary', '', words.raw), raw) : raw;
    this.#body.replaceChildren(list, ...(tree ? [tree] : []), text);
    this.#body.scrollTop = 0;
  }
}

function treeOf(data: string, words: { readonly more: (count: number) => string }): HTMLElement | undefined {
  if (!/^\s*[{[]/.test(data)) return undefined;
  try {
    return jsonTree(JSON.parse(data), words);
  } catch {
    return undefined;
  }
}
