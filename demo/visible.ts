/** Makes white space visible. A row with only white space would look empty. */
export function visible(data: string): string {
  return data
    .replaceAll('\n', '⏎')
    .replaceAll('\t', '⇥')
    .replace(/^ +$/, (spaces) => '␣'.repeat(spaces.length));
}
