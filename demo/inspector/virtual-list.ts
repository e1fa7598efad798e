import { create } from '../element.ts';
import { onFrame } from '../frames.ts';

interface Source<T> {
  /** How many items there are. */
  readonly length: () => number;
  readonly item: (index: number) => T;
  readonly key: (item: T) => number;
  /** A new row element, and a function that shows an item in it. */
  readonly row: () => { readonly node: HTMLElement; readonly show: (item: T) => void };
  readonly selected: (item: T | undefined) => void;
}

export interface VirtualList {
  /** Shows the current items. Call it in a frame. */
  paint(): void;
  /** Reports that this many items have left the front. */
  drop(count: number): void;
  /** Clears the selection and follows the end again. */
  reset(): void;
}

const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
/** Row height in rem, as in inspector.css. */
const rowRems = 1.625;

/**
 * Creates elements only for rows in view, so a thousand events a second cost no more than one
 * screenful.
 */
export function virtualList<T>(scroller: HTMLElement, list: HTMLElement, source: Source<T>): VirtualList {
  const rows: ReturnType<Source<T>['row']>[] = [];
  let following = true;
  let top = 0;
  let selected: number | undefined;
  const changed = onFrame(paint);

  function paint(): void {
    const height = rowRems * rem();
    const count = source.length();
    const inView = Math.ceil(scroller.clientHeight / height) + 1;
    list.style.height = `${count * height}px`;
    // Exactly to the end. If it scrolled too far, the browser would scroll back once the rows move,
    // which looks like the reader scrolling.
    if (following) scroller.scrollTop = count * height - scroller.clientHeight;
    top = scroller.scrollTop;
    const first = Math.max(0, Math.min(Math.floor(top / height), count - inView));
    const shown = Math.min(inView, count);
    while (rows.length < shown) {
      const row = source.row();
      row.node.role = 'option';
      rows.push(row);
      list.append(row.node);
    }
    let active = '';
    for (const [i, { node, show }] of rows.entries()) {
      node.hidden = i >= shown;
      if (node.hidden) continue;
      const item = source.item(first + i);
      const isSelected = source.key(item) === selected;
      node.id = `row-${source.key(item)}`;
      node.style.translate = `0 ${(first + i) * height}px`;
      node.ariaSelected = String(isSelected);
      node.ariaPosInSet = String(first + i + 1);
      node.ariaSetSize = String(count);
      if (isSelected) active = node.id;
      show(item);
    }
    if (active === '') scroller.removeAttribute('aria-activedescendant');
    else scroller.setAttribute('aria-activedescendant', active);
  }

  function select(index: number): void {
    const count = source.length();
    if (count === 0) return;
    const at = Math.max(0, Math.min(index, count - 1));
    const item = source.item(at);
    selected = source.key(item);
    following = false;
    const height = rowRems * rem();
    if (at * height < scroller.scrollTop) scroller.scrollTop = at * height;
    const under = (at + 1) * height - scroller.clientHeight;
    if (under > scroller.scrollTop) scroller.scrollTop = under;
    source.selected(item);
    changed();
  }

  function selectedIndex(): number {
    for (let i = source.length() - 1; i >= 0; i--) if (source.key(source.item(i)) === selected) return i;
    return source.length();
  }

  function deselect(): void {
    selected = undefined;
    following = true;
    source.selected(undefined);
    changed();
  }

  scroller.addEventListener(
    'scroll',
    () => {
      // This is our own scroll, and these rows are already painted. Painting again would follow new
      // rows and scroll again, so it would paint every frame, however seldom the caller wants it.
      if (scroller.scrollTop === top) return;
      const atEnd = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - rem();
      // Content may be added between our own scroll and its event, so not being at the end isn't
      // enough.
      if (scroller.scrollTop < top) following = false;
      else if (atEnd && selected === undefined) following = true;
      changed();
    },
    { passive: true },
  );
  list.addEventListener('click', ({ target }) => {
    const at = rows.findIndex(({ node }) => target instanceof Node && node.contains(target));
    const node = rows[at]?.node;
    if (node) select(Number(node.ariaPosInSet) - 1);
  });
  scroller.addEventListener('keydown', (event) => {
    const page = Math.floor(scroller.clientHeight / (rowRems * rem())) - 1;
    const steps: Readonly<Record<string, () => void>> = {
      ArrowDown: () => {
        select(selectedIndex() + 1);
      },
      ArrowUp: () => {
        select(selectedIndex() - 1);
      },
      PageDown: () => {
        select(selectedIndex() + page);
      },
      PageUp: () => {
        select(selectedIndex() - page);
      },
      Home: () => {
        select(0);
      },
      End: () => {
        select(source.length() - 1);
      },
      Escape: deselect,
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    step();
  });
  new ResizeObserver(changed).observe(scroller);

  return {
    paint,
    drop(count) {
      if (!following && count > 0) scroller.scrollTop -= count * rowRems * rem();
    },
    reset: deselect,
  };
}

/** A row with columns, named by their classes. */
export function columns(...names: readonly string[]): { node: HTMLElement; cells: readonly HTMLElement[] } {
  const cells = names.map((name) => create('span', name));
  return { node: create('div', 'row', ...cells), cells };
}
