/** Creates an element with a class and content. Text stays text: nothing here becomes markup. */
export function create<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...content: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

/** Writes text only if it changed, so that a screen reader doesn't announce it again. */
export function write(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** A button that does something, with the text or the icon that you put into it. */
export function button(
  className: string,
  press: () => void,
  ...content: (Node | string)[]
): HTMLButtonElement {
  const made = create('button', className, ...content);
  made.type = 'button';
  made.addEventListener('click', press);
  return made;
}

/** A line drawing of 16 by 16 units. */
export function icon(path: string): SVGSVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const drawing = document.createElementNS(space, 'svg');
  const line = document.createElementNS(space, 'path');
  drawing.setAttribute('viewBox', '0 0 16 16');
  drawing.setAttribute('aria-hidden', 'true');
  line.setAttribute('d', path);
  drawing.append(line);
  return drawing;
}
