/** Throws a `TypeError` that names the first of these globals that this place doesn't have. */
export function requireGlobals(...names: string[]): void {
  const missing = names.find((name) => !(name in globalThis));
  if (missing) throw new TypeError(`ssekit needs ${missing}, which is missing here.`);
}
