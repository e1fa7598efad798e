import { create } from './element.js';

/** One element of the list, which shows one item after another. */
export interface RowView<T> {
  readonly node: HTMLElement;
  readonly show: (item: T) => void;
}

interface Source<T> {
  readonly items: () => readonly T[];
  readonly key: (item: T) => number;
  readonly view: () => RowView<T>;
  /** Called with the item that the reader has chosen, or without one. */
  readonly choose: (item: T | undefined) => void;
  readonly schedule: () => void;
}

/** In px, as in the style sheet. */
export const ROW_HEIGHT = 24;

/** A list with elements only for the rows in view, so any number of events costs one screenful. */
export class VirtualList<T> {
  readonly scroller = create('div', 'scroller');
  readonly #list = create('div', 'rows');
  readonly #source: Source<T>;
  readonly #views: RowView<T>[] = [];
  readonly #shown = new Map<RowView<T>, T>();
  #isFollowing = true;
  /** The chosen row must come into view, once the list is high enough: in the next paint. */
  #hasMoved = false;
  /** Where it's scrolled to, in px. */
  #top = 0;
  /** Of the scroller, in px. */
  #height = 0;
  #chosen: number | undefined;
  readonly #resize: ResizeObserver;

  constructor(source: Source<T>) {
    this.#source = source;
    const { scroller } = this;
    scroller.role = 'listbox';
    scroller.tabIndex = 0;
    this.#list.role = 'presentation';
    scroller.append(this.#list);
    scroller.addEventListener('scroll', this.#scrolled, { passive: true });
    scroller.addEventListener('keydown', this.#pressed);
    this.#list.addEventListener('click', ({ target }) => {
      const view = this.#views.find(({ node }) => target instanceof Node && node.contains(target));
      const item = view && this.#shown.get(view);
      // By what it shows: since the last paint, items may have come and gone.
      const index = item === undefined ? -1 : this.#source.items().indexOf(item);
      if (index >= 0) this.#choose(index);
    });
    this.#resize = new ResizeObserver(() => {
      this.#height = scroller.clientHeight;
      source.schedule();
    });
    this.#resize.observe(scroller);
  }

  /** Shows the current items. Call it in a frame. */
  paint(): void {
    const { scroller } = this;
    const items = this.#source.items();
    const count = items.length;
    const inView = Math.ceil(this.#height / ROW_HEIGHT) + 1;
    // Exactly to the end: further, and the browser's way back would look like the reader's.
    if (this.#isFollowing) this.#top = Math.max(0, count * ROW_HEIGHT - this.#height);
    const first = Math.max(0, Math.min(Math.floor(this.#top / ROW_HEIGHT), count - inView));
    const shown = Math.min(inView, count);
    while (this.#views.length < shown) this.#addView();
    let active: string | undefined;
    for (const [i, view] of this.#views.entries()) {
      const { node, show } = view;
      const item = i < shown ? items[first + i] : undefined;
      node.hidden = item === undefined;
      if (item === undefined) continue;
      const key = this.#source.key(item);
      node.id = `row-${key}`;
      node.style.translate = `0 ${(first + i) * ROW_HEIGHT}px`;
      node.ariaSelected = String(key === this.#chosen);
      node.ariaPosInSet = String(first + i + 1);
      node.ariaSetSize = String(count);
      if (key === this.#chosen) active = node.id;
      this.#shown.set(view, item);
      show(item);
    }
    if (active) scroller.setAttribute('aria-activedescendant', active);
    else scroller.removeAttribute('aria-activedescendant');
    // Last, and without reading anything before: so the browser lays the rows out once.
    this.#list.style.height = `${count * ROW_HEIGHT}px`;
    if (this.#isFollowing || this.#hasMoved) scroller.scrollTop = this.#top;
    this.#hasMoved = false;
  }

  /** This many items have left the front: keeps the place of a reader who scrolled up. */
  drop(count: number): void {
    if (this.#isFollowing || count === 0) return;
    this.scroller.scrollTop -= count * ROW_HEIGHT;
    this.#top = this.scroller.scrollTop;
  }

  /** Chooses nothing, and follows the end again. */
  reset = (): void => {
    this.#chosen = undefined;
    this.#isFollowing = true;
    this.#source.choose(undefined);
    this.#source.schedule();
  };

  end(): void {
    this.#resize.disconnect();
  }

  #addView(): void {
    const view = this.#source.view();
    view.node.role = 'option';
    this.#views.push(view);
    this.#list.append(view.node);
  }

  #choose(index: number): void {
    const items = this.#source.items();
    const at = Math.max(0, Math.min(index, items.length - 1));
    const item = items[at];
    if (item === undefined) return;
    this.#chosen = this.#source.key(item);
    this.#isFollowing = false;
    this.#hasMoved = true;
    const top = at * ROW_HEIGHT;
    this.#top = Math.max(top + ROW_HEIGHT - this.#height, Math.min(this.#top, top));
    this.#source.choose(item);
    this.#source.schedule();
  }

  readonly #scrolled = (): void => {
    const { scrollTop, clientHeight, scrollHeight } = this.scroller;
    // Our own scroll: its rows are painted. Painting again would follow new rows in every frame.
    if (Math.abs(scrollTop - this.#top) < 1) return;
    const isAtEnd = scrollTop + clientHeight >= scrollHeight - ROW_HEIGHT;
    // Rows may be added between our own scroll and its event, so only going up ends the following;
    // and not where the list became higher, which looks like going up.
    if (scrollTop < this.#top && !isAtEnd) this.#isFollowing = false;
    else if (isAtEnd && this.#chosen === undefined) this.#isFollowing = true;
    this.#top = scrollTop;
    this.#source.schedule();
  };

  readonly #pressed = (event: KeyboardEvent): void => {
    const items = this.#source.items();
    const found = items.findLastIndex((item) => this.#source.key(item) === this.#chosen);
    const at = found < 0 ? items.length : found;
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / ROW_HEIGHT) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: items.length - 1,
    };
    const next = steps[event.key];
    if (next !== undefined) this.#choose(next);
    else if (event.key === 'Escape' && this.#chosen !== undefined) this.reset();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}
