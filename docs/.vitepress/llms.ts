/** The texts of the site for language models: llms.txt, and every English page in one file. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sidebar } from './pages.ts';

export function writeTexts(root: string, outDir: string): void {
  const read = (file: string) => readFileSync(join(root, file), 'utf8');
  const list = read('llms.txt')
    .replaceAll('](README.md)', '](start.html)')
    .replaceAll('](README.zh-CN.md)', '](zh/start.html)')
    .replaceAll(/\]\(docs\/([^)]+)\.md\)/g, ']($1.html)')
    // Not on the site.
    .replaceAll(/^- .*\]\(CHANGELOG\.md\).*\n/gm, '');
  writeFileSync(join(outDir, 'llms.txt'), list);
  const links = sidebar('en').flatMap(({ items }) => items.map(({ link }) => link.slice(1)));
  const files = links.map((link) => (link === 'start' ? 'README.md' : `docs/${link}.md`));
  writeFileSync(join(outDir, 'llms-full.txt'), files.map(read).join('\n\n'));
}
