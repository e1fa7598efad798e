import { write } from './element.js';
import { en, zh, type Words } from './words.js';

export type LanguageOption = 'auto' | 'en' | 'zh';

/** The texts of the panel, in the language of the option or of the document. */
export class Language {
  readonly #said = new Map<Element, () => void>();
  readonly #listeners = new Set<() => void>();
  readonly #observer: MutationObserver;
  #option: LanguageOption = 'auto';
  #words: Words = en;

  constructor() {
    this.#observer = new MutationObserver(() => {
      this.option = this.#option;
    });
    this.#observer.observe(document.documentElement, { attributes: true, attributeFilter: ['lang'] });
  }

  get words(): Words {
    return this.#words;
  }

  /** The language for the `lang` attribute. */
  get tag(): string {
    return this.#words === zh ? 'zh-CN' : 'en';
  }

  set option(option: LanguageOption) {
    this.#option = option;
    const name = option === 'auto' ? document.documentElement.lang || navigator.language : option;
    const words = /^zh\b/i.test(name) ? zh : en;
    if (words === this.#words) return;
    this.#words = words;
    for (const say of this.#said.values()) say();
    for (const listener of this.#listeners) listener();
  }

  /** Writes a text that follows the language. The last call for an element wins. */
  say(node: Element, read: (words: Words) => string): void {
    this.#follow(node, () => {
      write(node, read(this.#words));
    });
  }

  /** Names an element for screen readers; buttons without text get the name as a tooltip, too. */
  label(node: HTMLElement, read: (words: Words) => string): void {
    this.#follow(node, () => {
      const text = read(this.#words);
      node.ariaLabel = text;
      if (node instanceof HTMLButtonElement) node.title = text;
    });
  }

  /** Calls the listener whenever the language changes. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  end(): void {
    this.#observer.disconnect();
  }

  #follow(node: Element, say: () => void): void {
    this.#said.set(node, say);
    say();
  }
}
