import { SseError } from '../errors.js';

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

/** The buffers of 9.2.6. */
const FRESH = {
  type: '',
  id: '',
  lastId: '',
  size: 0,
  data: undefined as string | undefined,
  /** From the second data line on, all of them; joined once. */
  lines: undefined as string[] | undefined,
};

/** Where `what` is next in `text`; the length, if nowhere. */
function find(what: string, text: string, from: number): number {
  const at = text.indexOf(what, from);
  return at < 0 ? text.length : at;
}

/** The value of a field whose name ends at `nameEnd`; `undefined` if that was only the beginning of another name. */
function valueOf(text: string, nameEnd: number, end: number): string | undefined {
  if (nameEnd === end) return '';
  if (text.charCodeAt(nameEnd) !== COLON) return undefined;
  const at = nameEnd + 1;
  return text.slice(at < end && text.charCodeAt(at) === SPACE ? at + 1 : at, end);
}

/**
 * Parses an event stream (WHATWG HTML, 9.2.5 and 9.2.6), for any chunking, in time linear in the bytes. One parser serves one connection;
 * the event that is incomplete when the stream ends is dropped with it.
 *
 * @returns A function that takes the next bytes, which it does not keep. It throws an `overflow` {@link SseError} once an event grows past
 * `maxEventSize`, and what a handler throws; the parser is of no use after that.
 */
export function createParser(
  handlers: ParserHandlers,
  { lastEventId = '', maxEventSize = MAX_EVENT_SIZE }: ParserOptions = {},
): (chunk: Uint8Array) => void {
  // The BOM is ours to strip: a decoder that starts anew with each block would strip one from each.
  const whole = new TextDecoder('utf-8', { ignoreBOM: true });
  const streaming = new TextDecoder('utf-8', { ignoreBOM: true });
  let isAscii = false;
  let isStart = true;

  /** Small chunks, until a line ends that is due; after them, nothing but spaces. */
  let gathered = new Uint8Array(0);
  /** The same bytes, four at a time. */
  let words = new Int32Array(0);
  let gatheredLength = 0;
  let lastByte = 0;
  /** A line is due if it has an effect by itself: `retry`, a blank one after `data` or `id`, and the first, which may begin with a BOM. */
  let isDue = true;
  let isBlankDue = true;

  /** A CR ended the text before: the LF that may follow it is the same line end. */
  let afterCr = false;
  /** The line whose end is still to come, as it came: joined once, so that a long one costs no more than its length. */
  let partial: string[] | undefined;
  let partialLength = 0;
  let buffers = { ...FRESH, id: lastEventId, lastId: lastEventId };

  function limit(characters: number): void {
    if (characters <= maxEventSize) return;
    // Who holds the error holds the functions on its stack, and they hold all that is here.
    gathered = new Uint8Array(0);
    words = new Int32Array(0);
    partial = undefined;
    buffers = FRESH;
    throw new SseError('overflow', `An event grew past maxEventSize, ${maxEventSize} characters.`);
  }

  /** Keeps what has no line end yet. */
  function keep(rest: string): void {
    if (partial) partial.push(rest);
    else partial = [rest];
    partialLength += rest.length;
    const { size } = buffers;
    if (size + partialLength > maxEventSize)
      limit((partial[0]?.charCodeAt(0) === D ? size : 0) + partialLength - 'data: '.length);
  }

  function parse(text: string): void {
    let start = 0;
    if (partial) {
      const lf = find('\n', text, 0);
      const end = Math.min(lf, find('\r', text.slice(0, lf), 0));
      start = end + 1;
      if (end === text.length) keep(text);
      else {
        // A line that was begun before is parsed by itself, and made by `join`, not by `+`: V8 has a dozen kinds of strings, and code that has
        // met more than four of them looks up each method by its name from then on, which costs a line up to a third of its time.
        partial.push(text.slice(0, start));
        const line = partial.join('');
        partial = undefined;
        partialLength = 0;
        parseLines(line, 0);
      }
    }
    if (start < text.length) parseLines(text, start);
  }

  // One function, long as it is, with the buffers in local variables: strings written to variables that functions share cost the garbage
  // collector a note each, and an event up to a fifth of its time.
  function parseLines(text: string, from: number): void {
    let { type, id, lastId, size, data, lines } = buffers;
    const { length } = text;
    // Nothing in the text can grow past the limit unless all of it together would.
    const isNear = size + length > maxEventSize;
    let hasNull: boolean | undefined;
    let start = from;
    if (afterCr && text.charCodeAt(start) === LF) start += 1;
    afterCr = false;
    // Either is searched for again only once it is passed, so that the text is searched once.
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

      // "Process the field", by the first letter: there are only four names. The rest of it is looked for here, and three letters at a time
      // in those that are frequent: V8 does that in place, but calls a function for four, or for a name that is handed over. `data` is no
      // case of the switch, where it would be a twelfth slower.
      const letter = text.charCodeAt(at);
      if (isNear) limit((letter === D ? size : 0) + end - at - 'data: '.length);
      let value: string | undefined;
      if (letter === D) {
        if (!text.startsWith('ata', at + 1)) continue;
        value = valueOf(text, at + 4, end);
        if (value === undefined) continue;
        if (data === undefined && start < length && text.charCodeAt(start) === LF) {
          // One line of data and the blank line after it, as in most events. (A look past the end would make all looks slow.)
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
          // One search through the text costs less than one through each ID. It begins here, at the first: one of the whole text would not
          // depend on the line, so V8 would move it out of the loop, and search texts without an ID, too.
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
          // A comment and the blank line after it, as keep-alives are: nothing to dispatch.
          if (data === undefined && id === lastId && start < length && text.charCodeAt(start) === LF) {
            type = '';
            start += 1;
          }
      }
    }
    buffers = { type, id, lastId, size, data, lines };
    if (start < length) keep(text.slice(start));
  }

  function decode(bytes: Uint8Array): string {
    // Nothing is left over after ASCII. Node is seven times as fast at blocks of it that are whole, and twice as slow at all others.
    const endsInAscii = (bytes[bytes.length - 1] ?? 0x80) < 0x80;
    const text = isAscii && endsInAscii ? whole.decode(bytes) : streaming.decode(bytes, STREAM);
    isAscii = endsInAscii && text.length === bytes.length;
    if (!isStart || text === '') return text;
    isStart = false;
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  }

  /** The text of what is gathered, up to `end`. */
  function take(end: number): string {
    const text = decode(gathered.subarray(0, end));
    gathered.copyWithin(0, end, gatheredLength);
    gathered.fill(SPACE, gatheredLength - end, gatheredLength);
    gatheredLength -= end;
    return text;
  }

  /** Whether no byte gathered from `start` on is a control character, as line ends are: eight are looked at for the price of two. */
  function isCalm(start: number): boolean {
    for (let word = start >> 2; word << 2 < gatheredLength; word += 2) {
      const a = words[word] ?? 0;
      const b = words[word + 1] ?? 0;
      // Is a byte under 0x20? Then subtracting it sets the highest bit of a byte that did not have it set.
      if ((((a - 0x20202020) & ~a) | ((b - 0x20202020) & ~b)) & 0x80808080) return false;
    }
    return true;
  }

  /** Adds bytes to what is gathered. Returns the end of the last line that is due, 0 if none is. */
  function gather(chunk: Uint8Array): number {
    if (gathered.length === 0) {
      gathered = new Uint8Array(GATHER + 2 * SMALL).fill(SPACE);
      words = new Int32Array(gathered.buffer);
    }
    const { length } = chunk;
    const offset = gatheredLength;
    gathered.set(chunk, offset);
    gatheredLength += length;
    let before = lastByte;
    let starts = before === LF || before === CR;
    // In the midst of a line: a long one costs as much in chunks of eighty bytes as in large ones.
    if (!starts && isCalm(offset)) return 0;
    let due = isDue;
    let blankDue = isBlankDue;
    let end = 0;
    for (let i = 0; i < length; i++) {
      const byte = chunk[i] ?? 0;
      if (byte === LF || byte === CR) {
        if (i > 0) before = chunk[i - 1] ?? 0;
        // The second half of a line end ends nothing.
        if (byte === LF && before === CR) continue;
        if (starts ? blankDue : due) end = offset + i + 1;
        if (starts) blankDue = false;
        starts = true;
      } else if (starts) {
        starts = false;
        due = byte === R;
        if (byte === D || byte === I) blankDue = true;
      }
    }
    lastByte = chunk[length - 1] ?? lastByte;
    isDue = due;
    isBlankDue = blankDue;
    return end;
  }

  return (chunk) => {
    const { length } = chunk;
    // A small chunk may be a whole event.
    const isWhole = gatheredLength === 0 && chunk[length - 1] === LF && chunk[length - 2] === LF;
    if (length >= SMALL || isWhole) {
      const before = gatheredLength > 0 ? take(gatheredLength) : '';
      lastByte = chunk[length - 1] ?? 0;
      isDue = isBlankDue = true;
      parse(before + decode(chunk));
      return;
    }
    const end = gather(chunk);
    if (end > 0) parse(take(end));
    else if (gatheredLength >= Math.min(GATHER, maxEventSize)) parse(take(gatheredLength));
  };
}
