import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documents, read, root } from './snippets.ts';

/** The documentation's links within the repository. */

const pages = [...documents, 'CONTRIBUTING.md', 'CHANGELOG.md'];

/**
 * Builds anchors as GitHub does: lower case, no punctuation, a hyphen per space, and a number for
 * repeated names.
 */
function anchors(page: string): Set<string> {
  const seen = new Map<string, number>();
  const prose = read(page).replaceAll(/^```.*?^```$/gms, '');
  return new Set(
    [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
      const name = heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(/\s/g, '-');
      const times = seen.get(name) ?? 0;
      seen.set(name, times + 1);
      return times === 0 ? name : `${name}-${times}`;
    }),
  );
}

const links = pages.flatMap((page) => {
  const prose = read(page).replaceAll(/^```.*?^```$/gms, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)|(?:href|src|srcset)="([^"]+)"/g)]
    .map(([, markdown, html]) => markdown ?? html ?? '')
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => ({ page, target }));
});

describe('a link inside the repository', () => {
  test.for(links.map(({ page, target }) => [page, target] as const))(
    'of %s leads somewhere: %s',
    ([page, target]) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      expect(existsSync(join(root, file)), `${file} is there`).toBe(true);
      if (anchor !== undefined) expect(anchors(file)).toContain(decodeURIComponent(anchor));
    },
  );

  test('is found on the first page of both languages', () => {
    for (const readme of ['README.md', 'README.zh-CN.md']) {
      expect(links.filter(({ page }) => page === readme).length).toBeGreaterThan(4);
    }
  });
});
