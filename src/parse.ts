import { SseError } from './errors.js';

/** What a stream is made of, in order. */
export interface ParserHandlers {
  /** An event was dispatched: type (`'message'` where none was given), data, and the last event ID as it stands. */
  event(type: string, data: string, lastEventId: string): void;
  /** A block without data set the last event ID. */
  id?(lastEventId: string): void;
  /** The server set the reconnection time, in ms. */
  retry?(ms: number): void;
}

export interface ParserOptions {
  /** The last event ID that the connection before this one ended with; it holds until the stream sets another. */
  readonly lastEventId?: string | undefined;
  /** The most characters (UTF-16 code units) of one event's data, and of any other line. */
  readonly maxEventSize?: number | undefined;
}

/** 16 Mi characters: no honest event, and still no page that runs out of memory. */
export const MAX_EVENT_SIZE = 16 * 1024 * 1024;

/** Chunks of fewer bytes are gathered before they are decoded: a decoder costs as much for one byte as for two hundred. */
const SMALL = 128;

/** Gathering ends here, whatever it is. */
const GATHER = 16 * 1024;

const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;
const D = 100;
const E = 101;
const I = 105;
const R = 114;

const STREAM = { stream: true };

/** Where `what` is next in `text`; the length, if nowhere. */
function find(what: string, text: string, from: number): number {
  const at = text.indexOf(what, from);
  return at < 0 ? text.length : at;
}

/**
 * The value of the line `text[start, end)`; `undefined` if it is of another field.
 *
 * @param rest - The name of the field without its first letter, which the caller has looked at.
 */
function valueOf(rest: string, text: string, start: number, end: number): string | undefined {
  if (!text.startsWith(rest, start + 1)) return undefined;
  const colon = start + 1 + rest.length;
  if (colon === end) return '';
  if (text.charCodeAt(colon) !== COLON) return undefined;
  const at = colon + 1;
  return text.slice(at < end && text.charCodeAt(at) === SPACE ? at + 1 : at, end);
}

/**
 * Parses an event stream (WHATWG HTML, 9.2.5 and 9.2.6), for any chunking, in time linear in the bytes. One parser serves one connection;
 * the event that is incomplete when the stream ends is dropped with it.
 *
 * @returns A function that takes the next bytes, which it does not keep. It throws an `overflow` {@link SseError} once an event grows past
 * `maxEventSize`; the parser is of no use after that. What a handler throws, it throws too; what came after is parsed with the next bytes.
 */
export function createParser(
  handlers: ParserHandlers,
  { lastEventId = '', maxEventSize = MAX_EVENT_SIZE }: ParserOptions = {},
): (chunk: Uint8Array) => void {
  // The BOM is ours to strip: a decoder that starts anew with each block would strip one from each.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let isStart = true;

  /** Small chunks, until a line ends that is due: a blank one or `retry`, since no other has an effect by itself. */
  let gathered = new Uint8Array(0);
  let gatheredLength = 0;
  let isLineStart = true;
  let isDue = true;

  /** A CR ended the text before: the LF that may follow it is the same line end. */
  let afterCr = false;
  /** The line whose end is still to come. Only ever appended to, so that a long one costs no more than its length. */
  let partial = '';
  /** What the event of that line had already taken of `maxEventSize`. */
  let taken = 0;
  /** What a handler that threw kept from being parsed. */
  let unread = '';
  /** The buffers of 9.2.6. */
  let buffers = {
    type: '',
    id: lastEventId,
    lastId: lastEventId,
    size: 0,
    data: undefined as string | undefined,
    /** From the second data line on, all of them; joined once. */
    lines: undefined as string[] | undefined,
  };

  function limit(characters: number): void {
    if (characters > maxEventSize) {
      const error = new SseError('overflow', `An event grew past maxEventSize, ${maxEventSize} characters.`);
      // Until somebody reads a stack, V8 keeps the functions on it, and with them all that has been gathered here.
      String(error.stack);
      throw error;
    }
  }

  // One function, long as it is, with the buffers in local variables: strings written to variables that functions share cost the garbage
  // collector a note each, and an event up to a fifth of its time.
  function parse(text: string): void {
    let { type, id, lastId, size, data, lines } = buffers;
    let before = partial;
    let hasNull: boolean | undefined;
    const { length } = text;
    let start = afterCr && text.charCodeAt(0) === LF ? 1 : 0;
    afterCr = false;
    // Either is searched for again only once it is passed, so that the text is searched once.
    let lf = -1;
    let cr = -1;
    try {
      for (;;) {
        if (lf < start) lf = find('\n', text, start);
        if (cr < start) cr = find('\r', text, start);
        let end = lf < cr ? lf : cr;
        if (end === length) break;
        let line = text;
        let at = start;
        start = end + 1;
        if (end === cr) {
          if (start === length) afterCr = true;
          else if (text.charCodeAt(start) === LF) start += 1;
        }
        if (before.length > 0) {
          line = before + text.slice(at, end);
          before = partial = '';
          at = 0;
          end = line.length;
          if (line.includes('\0')) hasNull = true;
        }

        // "If the line is empty: dispatch the event."
        if (at === end) {
          const eventType = type || 'message';
          const eventData = lines ? lines.join('\n') : data;
          const isNewId = eventData === undefined && id !== lastId;
          type = '';
          lastId = id;
          size = 0;
          data = lines = undefined;
          if (eventData !== undefined) handlers.event(eventType, eventData, id);
          else if (isNewId) handlers.id?.(id);
          continue;
        }

        // "Process the field", by the first letter: there are only four names.
        const letter = line.charCodeAt(at);
        limit((letter === D ? size : 0) + end - at - 'data: '.length);
        let value: string | undefined;
        switch (letter) {
          case D:
            value = valueOf('ata', line, at, end);
            if (value === undefined) break;
            if (data === undefined && start < length && text.charCodeAt(start) === LF) {
              // One line of data and the blank line after it, as in most events. (A look past the end would make all looks slow.)
              limit(value.length);
              const eventType = type || 'message';
              type = '';
              lastId = id;
              start += 1;
              handlers.event(eventType, value, id);
              break;
            }
            size += value.length;
            if (data === undefined) data = value;
            else {
              size += 1;
              (lines ??= [data]).push(value);
            }
            limit(size);
            break;
          case E:
            type = valueOf('vent', line, at, end) ?? type;
            break;
          case I:
            value = valueOf('d', line, at, end);
            if (value === undefined) break;
            // One search through the text costs less than one through each ID.
            hasNull ??= text.includes('\0');
            if (hasNull && value.includes('\0')) break;
            id = value;
            break;
          case R:
            value = valueOf('etry', line, at, end);
            if (value && /^[0-9]+$/.test(value)) handlers.retry?.(Number(value));
        }
      }
    } catch (error) {
      unread = text.slice(start);
      throw error;
    } finally {
      buffers = { type, id, lastId, size, data, lines };
    }
    if (start < length) {
      if (partial === '') taken = text.charCodeAt(start) === D ? size : 0;
      partial += text.slice(start);
      limit(taken + partial.length - 'data: '.length);
    }
  }

  /** The text of a block of bytes, after what is still unread. */
  function decode(bytes: Uint8Array): string {
    // Nothing can be left over after ASCII, and engines have a fast way for blocks that are whole.
    const isWhole = (bytes[bytes.length - 1] ?? 0) < 0x80;
    let text = isWhole ? decoder.decode(bytes) : decoder.decode(bytes, STREAM);
    if (isStart && text !== '') {
      isStart = false;
      if (text.startsWith('\uFEFF')) text = text.slice(1);
    }
    if (unread !== '') {
      text = unread + text;
      unread = '';
    }
    return text;
  }

  /** The text of what is gathered, up to `end`. */
  function take(end: number): string {
    const text = decode(gathered.subarray(0, end));
    gathered.copyWithin(0, end, gatheredLength);
    gatheredLength -= end;
    return text;
  }

  /** Adds a small chunk to what is gathered. Returns the end of the last line that is due, 0 if none is. */
  function gather(chunk: Uint8Array): number {
    if (gathered.length === 0) gathered = new Uint8Array(GATHER + SMALL);
    const into = gathered;
    let to = gatheredLength;
    let starts = isLineStart;
    let due = isDue;
    let end = 0;
    // Byte by byte: for so few, all built-in ways to copy and to search take longer.
    for (const byte of chunk) {
      into[to++] = byte;
      const ends = byte === LF || byte === CR;
      if (starts) due = ends || byte === R;
      if (ends && due) end = to;
      starts = ends;
    }
    gatheredLength = to;
    isLineStart = starts;
    isDue = due;
    return end;
  }

  return (chunk) => {
    const { length } = chunk;
    const last = chunk[length - 1];
    // A small chunk may be a whole event.
    if (length >= SMALL || (gatheredLength === 0 && last === LF && chunk[length - 2] === LF)) {
      const before = gatheredLength > 0 ? take(gatheredLength) : '';
      isLineStart = last === LF || last === CR;
      isDue = true;
      const text = decode(chunk);
      parse(before === '' ? text : before + text);
      return;
    }
    const end = gather(chunk);
    if (end > 0) parse(take(end));
    else if (gatheredLength >= Math.min(GATHER, maxEventSize)) {
      isDue = true;
      parse(take(gatheredLength));
    }
  };
}
