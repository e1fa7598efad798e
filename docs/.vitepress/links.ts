/**
 * The pages link to each other's files, so that the links work on GitHub too. This turns them into
 * links of the site.
 */
import { posix } from 'node:path';
import type { MarkdownOptions } from 'vitepress';
import { placeOf } from './pages.ts';

type MarkdownIt = Parameters<NonNullable<MarkdownOptions['config']>>[0];

/** The repository's address, which only its workflows know. */
const { GITHUB_SERVER_URL: host = 'https://github.com', GITHUB_REPOSITORY: name } = process.env;
const repository = name === undefined ? undefined : `${host}/${name}/blob/main`;

/** The pages that include a README, whose links are relative to the root. */
const readmes: Readonly<Record<string, string>> = {
  'README.md': 'docs/start.md',
  'README.zh-CN.md': 'docs/start.zh-CN.md',
};

/** Makes the anchors that GitHub makes. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

/**
 * Where a link of this file leads on the site, from the root of the repository. `undefined` if the
 * target isn't on the site and the repository's address isn't known.
 */
function resolve(file: string, href: string): string | undefined {
  const [path = '', hash] = href.split('#');
  const target = posix.join(Object.values(readmes).includes(file) ? '.' : posix.dirname(file), path);
  const page = readmes[target] ?? target;
  const end = hash === undefined ? '' : `#${hash}`;
  if (page.startsWith('docs/') && page.endsWith('.md'))
    return `/${placeOf(page.slice('docs/'.length))}${end}`;
  return repository === undefined ? undefined : `${repository}/${target}${end}`;
}

/** @param root - The folder of the repository. */
export const siteLinks = (root: string) => (md: MarkdownIt) => {
  md.core.ruler.push('site-links', ({ tokens, env }) => {
    const { realPath, path } = env as { readonly realPath?: string; readonly path: string };
    const file = posix.relative(root, (realPath ?? path).replaceAll('\\', '/'));
    for (const token of tokens) {
      // The pictures of a README.
      if (token.type === 'html_block')
        token.content = token.content.replaceAll('"docs/pictures/', '"./pictures/');
      const open: boolean[] = [];
      for (const child of token.children ?? []) {
        if (child.type === 'link_open') {
          const href = child.attrGet('href') ?? '';
          const isInside = !/^([a-z]+:|#)/.test(href);
          const resolved = isInside ? resolve(file, href) : href;
          open.push(resolved !== undefined);
          if (resolved !== undefined) child.attrSet('href', resolved);
          else child.hidden = true;
        } else if (child.type === 'link_close' && open.pop() === false) child.hidden = true;
      }
      // Hidden inline tokens are rendered nevertheless.
      token.children = token.children?.filter(({ hidden }) => !hidden) ?? null;
    }
  });
};
