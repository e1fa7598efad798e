/**
 * Joins pieces, for a string that's still growing. What was joined before is the first of them, and
 * isn't copied again: all copies together take time linear in the length.
 */
export function joinPieces(pieces: string[], separator: string): string {
  const [first = ''] = pieces;
  pieces[0] = '';
  return first + pieces.join(separator);
}
