import { create } from './element.ts';

export interface TypedText {
  /** Adds one character at the end. */
  append(character: string): void;
  clear(): void;
}

/** Text that grows by characters, a block for each line. Lines between ``` fences are set as code. */
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
        // The fence itself is code, the opening one and the closing one.
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
