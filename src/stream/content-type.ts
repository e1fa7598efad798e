/**
 * One value of a header that may be a list: up to the next comma that isn't in quotes (Fetch, "get,
 * decode, and split").
 */
const VALUE = /(?:[^",]+|"(?:[^"\\]+|\\[^])*(?:"|\\?$))+/g;

/**
 * A valid MIME type (MIME Sniffing, "parse a MIME type", steps 1 to 9). Its parameters can't make
 * it invalid.
 */
const MIME_TYPE = /^[\t\n\r ]*([-!#$%&'*+.^`|~\w]+\/[-!#$%&'*+.^`|~\w]+)[\t\n\r ]*(?:;|$)/;

/**
 * Type and subtype in lower case, by Fetch's "extract a MIME type": of a header that was sent twice
 * or combined by a proxy, the last valid value counts. `undefined` where none is valid.
 */
export function extractMimeType(header: string | null): string | undefined {
  let essence: string | undefined;
  for (const value of header?.match(VALUE) ?? []) {
    const [, type] = MIME_TYPE.exec(value) ?? [];
    // Step 5.2: "If temporaryMimeType is failure or its essence is "*/*", then continue."
    if (type && type !== '*/*') essence = type.toLowerCase();
  }
  return essence;
}
