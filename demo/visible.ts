/** White space made visible: alone it would be a row without data. */
export function visible(data: string): string {
  return data
    .replaceAll('\n', '⏎')
    .replaceAll('\t', '⇥')
    .replace(/^ +$/, (spaces) => '␣'.repeat(spaces.length));
}
