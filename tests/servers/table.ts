/** The rows of a table in the docs. Tests check them; with `WRITE_TABLES=1` they write them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const languages = ['', '.zh-CN'] as const;

/** How Chinese pages say it. */
const chinese: Readonly<Record<string, string>> = {
  'at once': '逐条到达',
  'in bursts': '成批到达',
  'held back': '全部积压',
};

const cells = (line: string) =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());

/**
 * Finds the rows with this name in both languages of a page. The test compares them with what it
 * measured.
 *
 * @param page - The path below docs, without `.md`.
 * @param name - The first cells.
 * @param measured - The cells that follow. Later ones, such as notes, are anyone's.
 * @returns What differs, by file.
 */
export function compareRow(
  page: string,
  name: readonly string[],
  measured: readonly string[],
): Record<string, readonly string[]> {
  const found: Record<string, readonly string[]> = {};
  for (const language of languages) {
    const file = `docs/${page}${language}.md`;
    const path = fileURLToPath(new URL(`../../${file}`, import.meta.url));
    const expected = measured.map((cell) => (language === '' ? cell : (chinese[cell] ?? cell)));
    const lines = readFileSync(path, 'utf8').split('\n');
    const at = lines.findIndex((line) => name.every((cell, i) => cells(line)[i] === cell));
    const row = cells(lines[at] ?? '');
    const current = row.slice(name.length, name.length + expected.length);
    if (expected.every((cell, i) => cell === current[i])) continue;
    if (process.env.WRITE_TABLES === '1' && at !== -1) {
      const rest = row.slice(name.length + expected.length);
      lines[at] = `| ${[...name, ...expected, ...rest].join(' | ')} |`;
      writeFileSync(path, lines.join('\n'));
    } else found[file] = at === -1 ? ['no such row'] : current;
  }
  return found;
}
