import { SseError } from '../errors.js';
import { createTextDecoder } from './text-decoder.js';

/** What a stream is made of, in order. */
export interface ParserHandlers {
  /** An event: its type (`'message'` if the server gave none), its data and the last event ID. */
  event(type: string, data: string, lastEventId: string): void;
  /** A block without data set the last event ID. */
  id?(lastEventId: string): void;
  /** The server set the reconnection time, in ms. */
  retry?(ms: number): void;
}

export interface ParserOptions {
  /** The last event ID when the previous connection ended. It holds until the stream sets another. */
  readonly lastEventId?: string | undefined;
  /** The most characters (UTF-16 code units) of one event's data, and of any other line. */
  readonly maxEventSize?: number | undefined;
}

/** 16 Mi characters: more than any real event has, and a page still doesn't run out of memory. */
export const MAX_EVENT_SIZE = 16 * 1024 * 1024;

/**
 * An event of more than `LINES` lines of data is also too large if its lines, at `LINE` characters
 * each, are more than `maxEventSize`: a short line costs more memory and time than its characters.
 */
const LINES = 65_536;
const LINE = 16;

/** A long line is joined after so many pieces, and the lines of an event after so many characters. */
const PIECES = 1024;
const CHARACTERS = 256 * 1024;

const LF = 10;
const SPACE = 32;
const COLON = 58;
const D = 100;
const E = 101;
const I = 105;
const R = 114;

/** The buffers of 9.2.6. */
const FRESH = {
  type: '',
  id: '',
  lastId: '',
  size: 0,
  data: undefined as string | undefined,
  /** All data lines so far, once there are two. */
  lines: undefined as string[] | undefined,
};

/** Where `what` is next in `text`; the length of `text` if it isn't there. */
function find(what: string, text: string, from: number): number {
  const at = text.indexOf(what, from);
  return at < 0 ? text.length : at;
}

/** The value of a field whose name ends at `nameEnd`; `undefined` if the name is longer than that. */
function valueOf(text: string, nameEnd: number, end: number): string | undefined {
  if (nameEnd === end) return '';
  if (text.charCodeAt(nameEnd) !== COLON) return undefined;
  const at = nameEnd + 1;
  return text.slice(at < end && text.charCodeAt(at) === SPACE ? at + 1 : at, end);
}

/**
 * Joins pieces, for a string that's still growing. What was joined before is the first of them, and
 * isn't copied again: all copies together take time linear in the length.
 */
function join(pieces: string[], separator: string): string {
  const [first = ''] = pieces;
  pieces[0] = '';
  return first + pieces.join(separator);
}

/**
 * Parses an event stream (WHATWG HTML, 9.2.5 and 9.2.6), in any chunking, in time linear in the
 * bytes. One parser serves one connection. An event that's incomplete when the stream ends is dropped.
 *
 * @returns A function that takes the next bytes and doesn't keep them. It throws an `overflow`
 * {@link SseError} once an event grows past `maxEventSize`, and it throws what a handler throws. Don't
 * use the parser after that.
 */
export function createParser(
  handlers: ParserHandlers,
  { lastEventId = '', maxEventSize = MAX_EVENT_SIZE }: ParserOptions = {},
): (chunk: Uint8Array) => void {
  const decode = createTextDecoder();
  /** The text before ended in CR. If an LF follows, it belongs to the same line end. */
  let afterCr = false;
  /** The pieces of a line that hasn't ended yet. Joining them with each chunk would be quadratic. */
  let partial: string[] | undefined;
  let partialLength = 0;
  let partialLetter = 0;
  let buffers = { ...FRESH, id: lastEventId, lastId: lastEventId };
  /** Line ends in `buffers.data`, and the characters parsed since lines were last joined to it. */
  let joinedLines = 0;
  let sinceJoin = 0;

  function limit(characters: number): void {
    if (characters <= maxEventSize) return;
    // Whoever holds the error holds the functions on its stack, and these hold all variables here.
    partial = undefined;
    buffers = FRESH;
    throw new SseError('overflow', `An event grew past maxEventSize, ${maxEventSize} characters.`);
  }

  function limitLines(lines: readonly string[]): void {
    const count = joinedLines + lines.length;
    if (count > LINES) limit(count * LINE);
  }

  /** Keeps text that has no line end yet. */
  function keep(rest: string): void {
    if (!partial) {
      partial = [];
      partialLetter = rest.charCodeAt(0);
    } else if (partial.length > PIECES) partial = [join(partial, '')];
    partial.push(rest);
    partialLength += rest.length;
    limit((partialLetter === D ? buffers.size : 0) + partialLength - 'data: '.length);
  }

  /** A value is a slice, and each slice keeps the whole text that it was cut from. */
  function joinLines(): void {
    const { lines } = buffers;
    if (!lines) return;
    limitLines(lines);
    joinedLines += lines.length - 1;
    buffers.data = join(lines, '\n');
    buffers.lines = undefined;
  }

  // One long function with the buffers in local variables: writing a string to a variable that
  // functions share costs the garbage collector a note, and an event up to a fifth of its time.
  function parseLines(text: string): void {
    let { type, id, lastId, size, data, lines } = buffers;
    const { length } = text;
    // Nothing in the text can grow past the limit unless all of it together would.
    const isNear = size + length > maxEventSize;
    let hasNull: boolean | undefined;
    let start = afterCr && text.charCodeAt(0) === LF ? 1 : 0;
    afterCr = false;
    // Each is searched for again only once it has been passed, so the text is searched once.
    let lf = -1;
    let cr = -1;
    for (;;) {
      if (lf < start) lf = find('\n', text, start);
      if (cr < start) cr = find('\r', text, start);
      const end = lf < cr ? lf : cr;
      if (end === length) break;
      const at = start;
      start = end + 1;
      if (end === cr) {
        if (start === length) afterCr = true;
        else if (text.charCodeAt(start) === LF) start += 1;
      }

      // "If the line is empty: dispatch the event."
      if (at === end) {
        if (lines) limitLines(lines);
        const eventType = type || 'message';
        const eventData = lines ? lines.join('\n') : data;
        const isNewId = eventData === undefined && id !== lastId;
        type = '';
        lastId = id;
        size = joinedLines = 0;
        data = lines = undefined;
        if (eventData !== undefined) handlers.event(eventType, eventData, id);
        else if (isNewId) handlers.id?.(id);
        continue;
      }

      // "Process the field". Its first letter says which of the four names it can be. V8 compares up to
      // three more letters in place; for four, or for a name in a variable, it calls a function. `data`
      // isn't a case of the switch: there it would be a twelfth slower.
      const letter = text.charCodeAt(at);
      if (isNear) limit((letter === D ? size : 0) + end - at - 'data: '.length);
      let value: string | undefined;
      if (letter === D) {
        if (!text.startsWith('ata', at + 1)) continue;
        value = valueOf(text, at + 4, end);
        if (value === undefined) continue;
        if (data === undefined && start < length && text.charCodeAt(start) === LF) {
          // One line of data and the blank line after it, as in most events. (Looking past the end of a
          // text once would make every later look slow.)
          if (isNear) limit(value.length);
          const eventType = type || 'message';
          type = '';
          lastId = id;
          start += 1;
          handlers.event(eventType, value, id);
          continue;
        }
        size += value.length;
        if (data === undefined) data = value;
        else {
          size += 1;
          (lines ??= [data]).push(value);
        }
        if (isNear) limit(size);
        continue;
      }
      switch (letter) {
        case E:
          if (text.startsWith('ven', at + 1) && text.startsWith('t', at + 4))
            type = valueOf(text, at + 5, end) ?? type;
          break;
        case I:
          if (!text.startsWith('d', at + 1)) break;
          value = valueOf(text, at + 2, end);
          if (value === undefined) break;
          // One search through the text costs less than one through each ID. It starts here, at the
          // first ID: a search of the whole text wouldn't depend on the line, so V8 would move it out of
          // the loop, and search texts without an ID, too.
          hasNull ??= text.includes('\0', at);
          if (hasNull && value.includes('\0')) break;
          id = value;
          break;
        case R:
          if (!text.startsWith('etry', at + 1)) break;
          value = valueOf(text, at + 5, end);
          if (value && /^[0-9]+$/.test(value)) handlers.retry?.(Number(value));
          break;
        case COLON:
          // A comment and the blank line after it, as in keep-alives: nothing to dispatch.
          if (data === undefined && id === lastId && start < length && text.charCodeAt(start) === LF) {
            type = '';
            start += 1;
          }
      }
    }
    buffers = { type, id, lastId, size, data, lines };
    sinceJoin += length;
    if (sinceJoin > CHARACTERS) {
      sinceJoin = 0;
      joinLines();
    }
    if (start < length) keep(text.slice(start));
  }

  return (chunk) => {
    let text = decode(chunk);
    if (text === '') return;
    if (partial) {
      if (!text.includes('\n') && !text.includes('\r')) {
        keep(text);
        return;
      }
      // By `join`, not by `+`: V8 has a dozen kinds of strings, and code that has met more than four of
      // them looks up each method by its name from then on, which costs up to a third of a line's time.
      partial.push(text);
      text = partial.join('');
      partial = undefined;
      partialLength = 0;
    }
    parseLines(text);
  };
}
