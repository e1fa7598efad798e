import { readFileSync } from 'node:fs';

/** What every server must do, in the order of the table in docs/recipes/servers.md; each server's tests check its row. */
export type Feature = 'opens' | 'names' | 'resumes' | 'closes' | 'gap';

const page = readFileSync(new URL('../../docs/recipes/servers.md', import.meta.url), 'utf8');

/** What the page says of a server; `undefined` where it does not know it. */
export function cellsOf(server: string): readonly string[] | undefined {
  const rows = page.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return rows.find(([name]) => name === server)?.slice(1);
}
