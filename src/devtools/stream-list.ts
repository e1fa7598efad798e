import { create, write } from './element.js';
import { figures } from './format.js';
import type { Language } from './language.js';
import type { Stream } from './stream.js';
import { lookOf, nameOf, statusOf } from './stream-name.js';

interface Item {
  readonly node: HTMLElement;
  readonly press: HTMLButtonElement;
  readonly name: HTMLElement;
  readonly lamp: HTMLElement;
  readonly note: HTMLElement;
}

/** The list of all streams, newest first, in which one is chosen. */
export class StreamList {
  readonly node = create('nav', 'streams');
  readonly #list = create('ul');
  readonly #items = new Map<Stream | undefined, Item>();
  readonly #language: Language;
  readonly #choose: (stream: Stream | undefined) => void;

  constructor(language: Language, choose: (stream: Stream | undefined) => void) {
    this.#language = language;
    this.#choose = choose;
    language.label(this.node, (words) => words.streams);
    this.node.append(this.#list);
    this.#list.addEventListener('keydown', this.#pressed);
  }

  paint(streams: readonly Stream[], chosen: Stream | undefined): void {
    const { words } = this.#language;
    const all = this.#item(undefined);
    write(all.name, words.all);
    write(all.note, streams.length > 0 ? words.count(streams.length) : words.none);
    const nodes = [all.node];
    for (const stream of streams) {
      const item = this.#item(stream);
      nodes.splice(1, 0, item.node);
      item.lamp.dataset.look = lookOf(stream);
      write(item.name, nameOf(stream));
      item.press.title = nameOf(stream);
      const { shared, events } = stream;
      const part = shared ? (shared.leads ? words.leader : words.follower) : '';
      write(item.note, words.note(statusOf(stream, words), figures(events), part));
    }
    for (const [stream, { node, press }] of this.#items) {
      if (stream && !streams.includes(stream)) this.#items.delete(stream);
      if (stream === chosen) press.setAttribute('aria-current', 'true');
      else press.removeAttribute('aria-current');
      if (stream && !this.#items.has(stream)) node.remove();
    }
    // Nodes that stand where they belong aren't touched, so they keep the focus.
    for (const [i, node] of nodes.entries()) {
      if (this.#list.children[i] !== node) this.#list.insertBefore(node, this.#list.children[i] ?? null);
    }
  }

  #item(stream: Stream | undefined): Item {
    const known = this.#items.get(stream);
    if (known) return known;
    const [lamp, name, note] = [create('span', 'lamp'), create('span', 'name'), create('span', 'note')];
    const press = create('button', 'stream', lamp, name, note);
    press.type = 'button';
    lamp.ariaHidden = 'true';
    press.addEventListener('click', () => {
      this.#choose(stream);
    });
    const item = { node: create('li', '', press), press, name, lamp, note };
    this.#items.set(stream, item);
    return item;
  }

  /** Arrow keys go through the list, and Home and End to its ends. */
  readonly #pressed = (event: KeyboardEvent): void => {
    const buttons = [...this.#list.querySelectorAll('button')];
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: buttons.length - 1,
    };
    const next = buttons[steps[event.key] ?? -1];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
}
