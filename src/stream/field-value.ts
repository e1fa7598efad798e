const SPACE = 32;
const COLON = 58;

/** The value of a field whose name ends at `nameEnd`; `undefined` if the name is longer than that. */
export function valueOf(text: string, nameEnd: number, end: number): string | undefined {
  if (nameEnd === end) return '';
  if (text.charCodeAt(nameEnd) !== COLON) return undefined;
  const at = nameEnd + 1;
  return text.slice(at < end && text.charCodeAt(at) === SPACE ? at + 1 : at, end);
}
