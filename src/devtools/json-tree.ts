import { button, create } from './element.js';

/** How many members of an object or array show at first. */
const MEMBERS = 100;

/** What an element needs besides its value. */
interface TreeWords {
  readonly more: (count: number) => string;
}

/**
 * A JSON value as a tree of `<details>`, which keyboards and screen readers know. A branch is built
 * when it's opened for the first time.
 */
export function jsonTree(value: unknown, words: TreeWords, isOpen = true): HTMLElement {
  const root = create('div', 'tree');
  root.append(node(undefined, value, words, isOpen));
  return root;
}

function node(key: string | undefined, value: unknown, words: TreeWords, isOpen = false): HTMLElement {
  const name = key === undefined ? [] : [create('span', 'key', key), ': '];
  if (value === null || typeof value !== 'object')
    return create('div', 'leaf', ...name, create('span', typeof value, JSON.stringify(value)));
  const members = Object.entries(value);
  const brackets = Array.isArray(value) ? `[${members.length}]` : `{${members.length}}`;
  const branch = create('details', '', create('summary', '', ...name, create('span', 'brackets', brackets)));
  branch.open = isOpen;
  const list = create('div', 'members');
  branch.append(list);
  const fill = () => {
    if (branch.open && list.childElementCount === 0) append(list, members, 0, words);
  };
  branch.addEventListener('toggle', fill);
  fill();
  return branch;
}

function append(list: HTMLElement, members: [string, unknown][], from: number, words: TreeWords): void {
  for (const [key, value] of members.slice(from, from + MEMBERS)) list.append(node(key, value, words));
  const left = members.length - from - MEMBERS;
  if (left <= 0) return;
  const more = button(
    'quiet',
    () => {
      more.remove();
      append(list, members, from + MEMBERS, words);
    },
    words.more(left),
  );
  list.append(more);
}
