import { button, create, write } from './element.js';
import { exportRows } from './export.js';
import { figures } from './format.js';
import type { Language } from './language.js';
import type { Recorder } from './recorder.js';
import type { Filter } from './row-filter.js';

const KINDS = ['all', 'event', 'connection', 'error'] as const;

/** Filter, search, merge, pause, clear and export. */
export class Toolbar {
  readonly node = create('div', 'tools');
  readonly #recorder: Recorder;
  readonly #language: Language;
  readonly #count = create('span', 'count');
  readonly #search = create('input', 'search');
  readonly #merge = create('input');
  readonly #pause: HTMLButtonElement;
  #kind: Filter['kind'] = 'all';
  readonly #kinds = create('div', 'choice');

  constructor(recorder: Recorder, language: Language, reset: () => void) {
    this.#recorder = recorder;
    this.#language = language;
    const refilter = () => {
      recorder.filter = {
        ...recorder.filter,
        kind: this.#kind,
        text: this.#search.value,
        merge: this.#merge.checked,
      };
      reset();
    };
    this.#kinds.role = 'group';
    language.label(this.#kinds, (words) => words.kind);
    for (const kind of KINDS) {
      const choose = button('', () => {
        this.#kind = kind;
        this.#showKind();
        refilter();
      });
      choose.dataset.kind = kind;
      language.say(choose, (words) => words.kinds[kind]);
      this.#kinds.append(choose);
    }
    this.#showKind();
    this.#search.type = 'search';
    this.#search.spellcheck = false;
    language.label(this.#search, (words) => words.search);
    const hint = () => {
      this.#search.placeholder = language.words.search;
    };
    hint();
    language.onChange(hint);
    this.#search.addEventListener('input', refilter);
    this.#merge.type = 'checkbox';
    this.#merge.addEventListener('input', refilter);
    const mergeText = create('span');
    language.say(mergeText, (words) => words.merge);
    this.#pause = button('', this.togglePause);
    const clear = button('', () => {
      recorder.clear();
      reset();
    });
    language.say(clear, (words) => words.clear);
    const save = button('', () => {
      exportRows(recorder);
    });
    language.say(save, (words) => words.exportRows);
    const merge = create('label', 'check', this.#merge, mergeText);
    const buttons = create('div', 'buttons', this.#pause, clear, save);
    this.node.append(this.#kinds, this.#search, merge, this.#count, buttons);
    this.#showPause();
  }

  readonly togglePause = (): void => {
    this.#recorder.pause(!this.#recorder.isPaused);
    this.#showPause();
  };

  focusSearch(): void {
    this.#search.focus();
  }

  paint(): void {
    const { shown, total, waiting, isPaused } = this.#recorder;
    const { words } = this.#language;
    const text = isPaused
      ? words.waiting(figures(waiting))
      : words.rows(figures(shown.length), figures(total));
    write(this.#count, text);
  }

  #showPause(): void {
    const { isPaused } = this.#recorder;
    this.#language.say(this.#pause, (words) => (isPaused ? words.resume : words.pause));
    this.#pause.ariaPressed = String(isPaused);
  }

  #showKind(): void {
    for (const choose of this.#kinds.children) {
      choose.ariaPressed = String((choose as HTMLElement).dataset.kind === this.#kind);
    }
  }
}
