import { create } from './element.ts';

export interface TypedText {
  /** Adds one character at the end. */
  append(character: string): void;
  clear(): void;
}

/** Text that grows by characters, one block per line. Lines between ``` fences look like code. */
export function typedText(root: Element): TypedText {
  let line = document.createTextNode('');
  let inCode = false;

  function startLine(): void {
    line = document.createTextNode('');
    root.append(create('span', inCode ? 'code' : '', line));
  }

  return {
    append(character) {
      if (!root.hasChildNodes()) startLine();
      line.appendData(character);
      if (line.data === '```') {
        // Both fences count as code.
        if (line.parentElement) line.parentElement.className = 'code';
        inCode = !inCode;
      }
      if (character === '\n') startLine();
    },
    clear() {
      root.replaceChildren();
      inCode = false;
    },
  };
}
