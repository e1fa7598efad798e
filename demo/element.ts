/** The element with this ID. index.html promises that it exists. */
export function element<E extends Element>(id: string, kind: new () => E): E {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`index.html has no ${kind.name} with the id "${id}"`);
}

/** The descendant with this `data-part`. */
export function part(root: Element, name: string): HTMLElement {
  const found = root.querySelector(`[data-part="${name}"]`);
  if (found instanceof HTMLElement) return found;
  throw new Error(`#${root.id} has no part "${name}"`);
}

/** Creates an element with a class and content. */
export function create<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...content: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.append(...content);
  return made;
}

/** Writes text only if it changed, so that live regions don't announce it again. */
export function write(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
