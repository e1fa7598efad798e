import { readFileSync } from 'node:fs';

/**
 * What every server must do, in the order of the table in docs/recipes/servers.md. Each server's
 * tests check its row.
 */
export type Feature = 'opens' | 'names' | 'resumes' | 'closes' | 'gap';

const page = readFileSync(new URL('../../docs/recipes/servers.md', import.meta.url), 'utf8');

/** What the page says about a server, or `undefined` if it isn't listed. */
export function cellsOf(server: string): readonly string[] | undefined {
  const rows = page.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return rows.find(([name]) => name === server)?.slice(1);
}
