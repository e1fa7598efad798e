import { createParser, type ParserHandlers, type ParserOptions } from './parser.js';

const LF = 10;
const CR = 13;

/**
 * A parser for one-shot answers: it also dispatches the last event of a body that ended in order,
 * if only the blank line after it is missing. Some LLM servers leave that out. The standard, made
 * for streams that resume, drops such an event.
 *
 * @returns A function that takes the next bytes, and `undefined` once the body has ended in order.
 */
export function createLenientParser(
  handlers: ParserHandlers,
  options: ParserOptions,
): (bytes: Uint8Array | undefined) => void {
  const parse = createParser(handlers, options);
  let lastByte: number | undefined;
  return (bytes) => {
    if (bytes) {
      parse(bytes);
      lastByte = bytes[bytes.length - 1] ?? lastByte;
      // The same line end once more makes a blank line. (After a CR, an LF would belong to it.)
    } else if (lastByte === LF || lastByte === CR) parse(new Uint8Array([lastByte]));
  };
}
