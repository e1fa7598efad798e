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
  /** The most characters (UTF-16 code units) of one event. */
  readonly maxEventSize?: number | undefined;
}

/** 16 Mi characters: no honest event, and still no page that runs out of memory. */
export const MAX_EVENT_SIZE = 16 * 1024 * 1024;

/** Bytes without a line end are gathered up to here before they are decoded: a decoder costs as much for one byte as for hundreds. */
const GATHER = 64 * 1024;

const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;

/** How many bytes at the end belong to a character whose rest is still to come: 0 to 3. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= 3; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
  }
  return 0;
}

/** The value of the line `text[start, end)` if its field is `name`, less one space after the colon; `undefined` for other fields. */
function valueOf(name: string, text: string, start: number, end: number): string | undefined {
  if (!text.startsWith(name, start)) return undefined;
  let at = start + name.length;
  if (at === end) return '';
  if (text.charCodeAt(at) !== COLON) return undefined;
  at += 1;
  if (text.charCodeAt(at) === SPACE) at += 1;
  return text.slice(at, end);
}

/**
 * Parses an event stream (WHATWG HTML, 9.2.5 and 9.2.6), for any chunking, in time linear in the bytes. One parser serves one connection;
 * the event that is incomplete when the stream ends is dropped with it.
 *
 * @returns A function that takes the next bytes, which it does not keep. It throws an `overflow` {@link SseError} once an event grows past
 * `maxEventSize`; the parser is of no use after that.
 */
export function createParser(
  handlers: ParserHandlers,
  { lastEventId = '', maxEventSize = MAX_EVENT_SIZE }: ParserOptions = {},
): (chunk: Uint8Array) => void {
  // Never a streaming decoder: engines have a fast way for whole blocks only. The BOM is ours to strip, since a decoder that starts
  // anew with each block would strip one from each.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Bytes that wait for more: a tiny chunk, or the beginning of a character. */
  let gathered = new Uint8Array(0);
  let gatheredLength = 0;
  let isStart = true;
  /** A CR ended the text before: the LF that may follow it is the same line end. */
  let afterCr = false;
  /** The line whose end is still to come. Only ever appended to, so that a long one costs no more than its length. */
  let partial = '';

  let type = '';
  let id = lastEventId;
  let data: string | undefined;
  /** From the second data line on, all of them; joined once. */
  let lines: string[] | undefined;
  let size = 0;

  function limit(characters: number): void {
    if (characters > maxEventSize) {
      throw new SseError('overflow', `An event grew past maxEventSize, ${maxEventSize} characters.`);
    }
  }

  /** 9.2.6, "dispatch the event". */
  function dispatch(): void {
    const isNewId = id !== lastEventId;
    lastEventId = id;
    if (data === undefined) {
      type = '';
      if (isNewId) handlers.id?.(id);
      return;
    }
    const eventType = type || 'message';
    const eventData = lines ? lines.join('\n') : data;
    type = '';
    data = lines = undefined;
    size = 0;
    handlers.event(eventType, eventData, id);
  }

  /** 9.2.6, "process the field", by the first character: there are only four names. */
  function field(text: string, start: number, end: number): void {
    let value: string | undefined;
    switch (text.charCodeAt(start)) {
      case 100:
        value = valueOf('data', text, start, end);
        if (value === undefined) return;
        size += value.length;
        if (data === undefined) data = value;
        else {
          size += 1;
          (lines ??= [data]).push(value);
        }
        limit(size);
        return;
      case 101:
        type = valueOf('event', text, start, end) ?? type;
        return;
      case 105:
        value = valueOf('id', text, start, end);
        if (value !== undefined && !value.includes('\0')) id = value;
        return;
      case 114:
        value = valueOf('retry', text, start, end);
        if (value && /^[0-9]+$/.test(value)) handlers.retry?.(Number(value));
    }
  }

  function line(text: string, start: number, end: number): void {
    if (start === end) dispatch();
    else field(text, start, end);
  }

  function parse(text: string): void {
    let start = afterCr && text.charCodeAt(0) === LF ? 1 : 0;
    afterCr = false;
    // Each search goes on from where it ended last, so that the text is searched once for either.
    let lf = text.indexOf('\n', start);
    let cr = text.indexOf('\r', start);
    for (;;) {
      const end = lf < 0 || (cr >= 0 && cr < lf) ? cr : lf;
      if (end < 0) break;
      if (partial === '') line(text, start, end);
      else {
        const whole = partial + text.slice(start, end);
        partial = '';
        line(whole, 0, whole.length);
      }
      start = end + 1;
      if (end === cr) {
        if (start === text.length) afterCr = true;
        else if (text.charCodeAt(start) === LF) start += 1;
        cr = text.indexOf('\r', start);
      }
      if (lf >= 0 && lf < start) lf = text.indexOf('\n', start);
    }
    if (start < text.length) {
      partial += text.slice(start);
      limit(size + partial.length - 'data: '.length);
    }
  }

  function gather(bytes: Uint8Array): void {
    const length = gatheredLength + bytes.length;
    if (length > gathered.length) {
      const larger = new Uint8Array(Math.max(length, gathered.length * 2));
      larger.set(gathered.subarray(0, gatheredLength));
      gathered = larger;
    }
    gathered.set(bytes, gatheredLength);
    gatheredLength = length;
  }

  return (chunk) => {
    const isWhole = chunk.includes(LF) || chunk.includes(CR);
    if (!isWhole && gatheredLength + chunk.length < GATHER) {
      gather(chunk);
      return;
    }
    let bytes = chunk;
    if (gatheredLength > 0) {
      gather(chunk);
      bytes = gathered.subarray(0, gatheredLength);
      gatheredLength = 0;
    }
    const end = bytes.length - unfinished(bytes);
    let text = decoder.decode(bytes.subarray(0, end));
    if (end < bytes.length) gather(bytes.slice(end));
    if (isStart && text !== '') {
      isStart = false;
      if (text.startsWith('\uFEFF')) text = text.slice(1);
    }
    if (text !== '') parse(text);
  };
}
