import { CHECKED } from '../checked.js';
import { needGlobals } from '../errors.js';

const STREAM = { stream: true };

/**
 * Decodes the bytes of one event stream: "UTF-8 decode", which strips one leading BOM.
 *
 * @returns A function that turns the next bytes into text. Bytes of a character that isn't complete
 * yet are kept for the next call.
 */
export function createTextDecoder(): (bytes: Uint8Array) => string {
  if (CHECKED) needGlobals('TextDecoder');
  // The BOM is stripped here: `whole` starts again with each block and would strip one from each.
  const whole = new TextDecoder('utf-8', { ignoreBOM: true });
  const streaming = new TextDecoder('utf-8', { ignoreBOM: true });
  let isAscii = false;
  let isStart = true;
  return (bytes) => {
    // ASCII leaves no half character behind. Node decodes whole blocks of it seven times as fast as
    // streamed ones, and whole blocks of anything else half as fast.
    const endsInAscii = (bytes[bytes.length - 1] ?? 0x80) < 0x80;
    const text = isAscii && endsInAscii ? whole.decode(bytes) : streaming.decode(bytes, STREAM);
    isAscii = endsInAscii && text.length === bytes.length;
    if (!isStart || text === '') return text;
    isStart = false;
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  };
}
