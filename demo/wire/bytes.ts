const ends = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
]);

export interface Piece {
  text: string;
  /** `text`, a line end, or bytes that aren't a complete character, in hexadecimal. */
  readonly kind: 'text' | 'end' | 'hex';
}

/** Splits a chunk into pieces to display. */
export function visibleBytes(chunk: Uint8Array): Piece[] {
  const pieces: Piece[] = [];
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const add = (text: string, kind: Piece['kind']) => {
    const last = pieces.at(-1);
    if (last?.kind === kind && kind !== 'end') last.text += (kind === 'hex' ? ' ' : '') + text;
    else pieces.push({ text, kind });
  };
  for (let at = 0; at < chunk.length;) {
    const lead = chunk[at] ?? 0;
    const size = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    try {
      const character = decoder.decode(chunk.subarray(at, at + size));
      const end = ends.get(character);
      add(end ?? character, end === undefined ? 'text' : 'end');
      if (character === '\n') add('\n', 'text');
      at += size;
    } catch {
      add(lead.toString(16).toUpperCase().padStart(2, '0'), 'hex');
      at++;
    }
  }
  return pieces;
}
