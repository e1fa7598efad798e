import { SseError } from '../errors.js';
import { valueOf } from './field-value.js';
import { joinPieces } from './join-pieces.js';
import type { ParserHandlers, ParserOptions } from './parser-handlers.js';
import { createTextDecoder } from './text-decoder.js';

/** 16 Mi characters: more than any real event has, and a page still doesn't run out of memory. */
export const MAX_EVENT_SIZE = 16 * 1024 * 1024;

/**
 * An event of more than `LINES` lines of data is also too large if its lines, at `LINE` characters
 * each, are more than `maxEventSize`: a short line costs more memory and time than its characters.
 */
const LINES = 65_536;
const LINE = 16;

/** Joins a long line after this many pieces, and an event's lines after this many characters. */
const PIECES = 1024;
const CHARACTERS = 256 * 1024;

const LF = 10;
const CR = 13;
const D = 100;
const E = 101;
const I = 105;
const R = 114;

/**
 * Parses an event stream (WHATWG HTML, 9.2.5 and 9.2.6), in any chunking, in time linear in the
 * bytes. One parser serves one connection. An event that's incomplete when the stream ends is
 * dropped.
 *
 * @param decode - Makes text of a chunk. By default, chunks are bytes.
 * @returns A function that takes the next chunk and doesn't keep it. `undefined` says that the body
 * has ended in order: if only the blank line after the last event is missing, it's dispatched. Some
 * LLM servers leave that line out. The standard, made for streams that resume, drops the event. It
 * throws an `overflow` {@link SseError} once an event grows past `maxEventSize`, and it throws what a
 * handler throws. Don't use the parser after that.
 */
export function createParser<Chunk = Uint8Array>(
  handlers: ParserHandlers,
  { lastEventId = '', maxEventSize = MAX_EVENT_SIZE }: ParserOptions = {},
  decode = createTextDecoder() as (chunk: Chunk) => string,
): (chunk: Chunk | undefined) => void {
  /** The text before ended in CR. If an LF follows, it belongs to the same line end. */
  let afterCr = false;
  /**
   * The pieces of a line that hasn't ended yet. Joining them with each chunk would be quadratic.
   */
  let partial: string[] | undefined;
  let partialLength = 0;
  let partialLetter = 0;

  /** The buffers of 9.2.6. */
  let typeBuffer = '';
  let idBuffer = lastEventId;
  let dataBuffer: string | undefined;
  /** All data lines so far, once there are two. */
  let lineBuffer: string[] | undefined;
  let dataSize = 0;
  /** Line ends in `dataBuffer`, and the characters parsed since lines were last joined to it. */
  let joinedLines = 0;
  let sinceJoin = 0;

  function limit(characters: number): void {
    if (characters <= maxEventSize) return;
    // The error keeps the functions on its stack alive, and they keep all variables here alive.
    partial = lineBuffer = dataBuffer = undefined;
    typeBuffer = idBuffer = lastEventId = '';
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
    } else if (partial.length > PIECES) partial = [joinPieces(partial, '')];
    partial.push(rest);
    partialLength += rest.length;
    limit((partialLetter === D ? dataSize : 0) + partialLength - 'data: '.length);
  }

  /** A value is a slice, and each slice keeps the whole text that it was cut from. */
  function joinLines(): void {
    sinceJoin = 0;
    if (!lineBuffer) return;
    limitLines(lineBuffer);
    joinedLines += lineBuffer.length - 1;
    dataBuffer = joinPieces(lineBuffer, '\n');
    lineBuffer = undefined;
  }

  function setRetry(value = ''): void {
    if (/^[0-9]+$/.test(value)) handlers.retry?.(Number(value));
  }

  /**
   * Parses text whose lines end in LF. Returns where the rest begins, a line without an end.
   *
   * The buffers are local variables in the loop: writing a string to a variable that functions
   * share makes work for the garbage collector, and costs an event up to a fifth of its time.
   * Nothing but assignments follows the loop: V8 compiles the loop while it runs for the first
   * time, knows nothing yet of what follows, and would drop the compiled code at the end of each of
   * the first chunks.
   */
  function parseLines(text: string, isClean: boolean): number {
    let type = typeBuffer;
    let id = idBuffer;
    let lastId = lastEventId;
    let data = dataBuffer;
    let lines = lineBuffer;
    let size = dataSize;
    const { length } = text;
    // Nothing in the text can grow past the limit unless all of it together would.
    const isNear = size + length > maxEventSize;
    let start = 0;
    for (let end; (end = text.indexOf('\n', start)) >= 0;) {
      const at = start;
      start = end + 1;

      if (at < end) {
        // "Process the field". Its first letter says which of the four names it can be. V8 compares
        // up to three more letters in place; for four, or for a name in a variable, it calls a
        // function.
        const letter = text.charCodeAt(at);
        if (isNear) limit((letter === D ? size : 0) + end - at - 'data: '.length);
        if (letter === D) {
          const value = text.startsWith('ata', at + 1) ? valueOf(text, at + 4, end) : undefined;
          if (value !== undefined) {
            size += value.length;
            if (data === undefined) data = value;
            else {
              size += 1;
              (lines ??= [data]).push(value);
            }
            if (isNear) limit(size);
          }
        } else if (letter === E) {
          if (text.startsWith('ven', at + 1) && text.startsWith('t', at + 4))
            type = valueOf(text, at + 5, end) ?? type;
        } else if (letter === I) {
          const value = text.startsWith('d', at + 1) ? valueOf(text, at + 2, end) : undefined;
          if (value !== undefined) {
            if (isClean || !value.includes('\0')) id = value;
          }
        } else if (letter === R && text.startsWith('etry', at + 1)) setRetry(valueOf(text, at + 5, end));
        // A blank line that follows at once needs no search. (Reading past the end of a text once
        // would make every later read slow.)
        if (start === length || text.charCodeAt(start) !== LF) continue;
        start += 1;
      }

      // "If the line is empty: dispatch the event." It stands once: V8 drops compiled code at a line
      // that has never run, such as one for events that two chunks share.
      const eventType = type || 'message';
      if (lines) {
        limitLines(lines);
        data = lines.join('\n');
      }
      const eventData = data;
      type = '';
      data = lines = undefined;
      size = joinedLines = 0;
      if (eventData !== undefined) {
        lastId = id;
        handlers.event(eventType, eventData, id);
      } else if (id !== lastId) {
        lastId = id;
        handlers.id?.(id);
      }
    }
    typeBuffer = type;
    idBuffer = id;
    lastEventId = lastId;
    dataBuffer = data;
    lineBuffer = lines;
    dataSize = size;
    return start;
  }

  return (chunk) => {
    if (chunk === undefined) {
      if (!partial) parseLines('\n', true);
      return;
    }
    let text = decode(chunk);
    if (text === '') return;
    const isSecondHalf = afterCr && text.charCodeAt(0) === LF;
    afterCr = text.charCodeAt(text.length - 1) === CR;
    if (isSecondHalf) text = text.slice(1);
    // CR and CRLF become LF here, so that the loop is short: V8 compiles it sooner. `split` and
    // `join` take half the time of `replace` with a pattern.
    if (text.includes('\r')) text = text.split('\r\n').join('\n').split('\r').join('\n');
    if (partial) {
      if (!text.includes('\n')) {
        keep(text);
        return;
      }
      // By `join`, not by `+`: V8 has a dozen kinds of strings, and code that has met more than
      // four of them looks up each method by its name from then on, which costs up to a third of a
      // line's time.
      partial.push(text);
      text = partial.join('');
      partial = undefined;
      partialLength = 0;
    }
    // One search through a text costs less than one through each ID.
    const start = parseLines(text, lastEventId !== '' && !text.includes('\0'));
    sinceJoin += text.length;
    if (sinceJoin > CHARACTERS) joinLines();
    if (start < text.length) keep(text.slice(start));
  };
}
