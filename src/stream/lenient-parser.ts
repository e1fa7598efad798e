import { createParser, type ParserHandlers, type ParserOptions } from './parser.js';

const LF = 10;
const CR = 13;

/**
 * A parser for one-shot answers: it also dispatches the last event of a body that ended in order,
 * if only the blank line after it is missing. Some LLM servers leave that out. The standard, made
 * for streams that resume, drops such an event.
 *
 * @returns A function that takes the next bytes or text, and `undefined` once the body has ended in
 * order.
 */
export function createLenientParser(
  handlers: ParserHandlers,
  options: ParserOptions,
): (chunk: Uint8Array | string | undefined) => void {
  const parse = createParser(handlers, options);
  /** The last byte or, of text, the last code unit. */
  let last = NaN;
  return (chunk) => {
    if (chunk === undefined) {
      // The same line end once more makes a blank line. (After a CR, an LF would belong to it.)
      if (last === LF || last === CR) parse(String.fromCharCode(last));
    } else if (chunk.length > 0) {
      parse(chunk);
      const end = chunk.length - 1;
      last = typeof chunk === 'string' ? chunk.charCodeAt(end) : (chunk[end] ?? NaN);
    }
  };
}
