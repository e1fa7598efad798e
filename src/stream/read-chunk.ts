/**
 * Reads and parses one chunk at each call. Resolves to `false` at the end of the stream.
 *
 * Await it in a loop instead of reading there: a function that waits for the next bytes keeps the last
 * ones in memory, which may be a megabyte.
 *
 * @param read - The next bytes, `undefined` at the end.
 * @param parse - Gets what `read` returned.
 */
export function chunkReader(
  read: () => Promise<Uint8Array | undefined>,
  parse: (bytes: Uint8Array | undefined) => void,
): () => Promise<boolean> {
  return async () => {
    const bytes = await read();
    parse(bytes);
    return bytes !== undefined;
  };
}
