import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const id = 'virtual:error-entries';
const pages = { en: 'docs/errors.md', zh: 'docs/errors.zh-CN.md' };

/** What the page of errors says about one of them, as plain text. */
export interface Entry {
  readonly why: string;
  readonly cure: string;
}

/** The entries of `SseError` on the pages of errors, by language and anchor. */
export function errorEntries(): Readonly<Record<keyof typeof pages, Record<string, Entry>>> {
  return { en: entriesOf(pages.en), zh: entriesOf(pages.zh) };
}

function entriesOf(file: string): Record<string, Entry> {
  const page = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  // What follows is about mistakes in the code, which never reach this page.
  const [known = ''] = page.split('\n## TypeError');
  const sections = known.split(/^### /m).slice(1);
  return Object.fromEntries(
    sections.map((section) => {
      const [, why = '', cure = ''] = [...section.matchAll(/^\*\*[^*]+\*\*[:：] *(.+)$/gm)].map(
        ([, text = '']) => text.replace(/`|\[([^\]]*)\]\([^)]*\)/g, '$1'),
      );
      return [section.slice(0, section.indexOf('\n')), { why, cure }];
    }),
  );
}

/** Takes the texts about errors from the documentation while the page is built. */
export const errorPages: Plugin = {
  name: 'ssekit-error-entries',
  resolveId: (source) => (source === id ? `\0${id}` : undefined),
  load: (resolved) =>
    resolved === `\0${id}` ? `export default ${JSON.stringify(errorEntries())};` : undefined,
};
