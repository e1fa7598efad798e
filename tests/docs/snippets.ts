import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';
import * as msw from 'msw';
import * as mswNode from 'msw/node';
import ts from 'typescript';
import * as vitest from 'vitest';
import * as ssekit from 'ssekit';
import * as testing from 'ssekit/testing';
import * as zod from 'zod';

/** The documentation's code, as its tests see it. */
export interface Snippet {
  readonly file: string;
  /** The line number of its first line. */
  readonly line: number;
  readonly code: string;
  /** `ts`, or `tsx` if it has JSX. */
  readonly language: string;
  /** From `<!-- run: name -->` before it: a test runs this snippet. */
  readonly name: string | undefined;
}

// Not `new URL`: in an environment with a document, Vite turns that into an asset's URL.
export const root = `${resolve(fileURLToPath(import.meta.url), '../../..')}/`;

export const read = (file: string): string => readFileSync(root + file, 'utf8');

/**
 * Every page that shows code to users. Not what only the site has: its first page, the READMEs, and
 * the API reference.
 */
export const documents: readonly string[] = [
  'README.md',
  'README.zh-CN.md',
  ...readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !/^(index|start|api|\.vitepress)\b/.test(file))
    .map((file) => `docs/${file.replaceAll('\\', '/')}`)
    .sort(),
];

/** The TypeScript blocks of a page, also in groups, where each has a label. */
export function snippets(file: string): Snippet[] {
  const text = read(file);
  return [...text.matchAll(/^(?:<!-- run: (\S+) -->\n+)?```(tsx?)(?: \[\w+\])?\n(.*?)^```$/gms)].map(
    (match) => {
      const [all, name, language = '', code = ''] = match;
      const before = text.slice(0, match.index + all.indexOf('```ts'));
      return { file, line: before.split('\n').length + 1, code, language, name };
    },
  );
}

/** The block with this name. */
export function snippet(file: string, name: string): Snippet {
  const found = snippets(file).find((each) => each.name === name);
  if (!found) throw new Error(`${file} has no block that is marked <!-- run: ${name} -->.`);
  return found;
}

/** The code as a compiler sees it, without comments and layout. */
export function withoutComments({ code, language }: Snippet): string {
  const source = ts.createSourceFile(`snippet.${language}`, code, ts.ScriptTarget.Latest);
  return ts.createPrinter({ removeComments: true }).printFile(source);
}

/** What snippets may import. */
const modules: Readonly<Record<string, object>> = {
  ssekit,
  'ssekit/testing': testing,
  zod,
  vitest,
  msw,
  'msw/node': mswNode,
};

/**
 * Runs a snippet as a module.
 *
 * @param scope - What it uses without declaring it.
 * @param replaced - Modules to import instead of the real ones.
 * @returns Its exports, once it has finished.
 */
export async function run(
  { file, line, code, language }: Snippet,
  scope: Readonly<Record<string, unknown>> = {},
  replaced: Readonly<Record<string, object>> = {},
): Promise<Record<string, unknown>> {
  const { outputText } = ts.transpileModule(code, {
    fileName: `snippet.${language}`,
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      jsx: ts.JsxEmit.ReactJSX,
    },
  });
  const exports = {};
  const names = ['require', 'exports', ...Object.keys(scope)].join(', ');
  const start = runInThisContext(`(async (${names}) => {${outputText}\n})`, {
    filename: file,
    lineOffset: line - 1,
  }) as (...values: unknown[]) => Promise<void>;
  const load = (name: string) => {
    const found = replaced[name] ?? modules[name];
    if (!found)
      throw new Error(`${file}:${line} imports ${name}, which tests/docs/snippets.ts does not know.`);
    return found;
  };
  await start(load, exports, ...Object.values(scope));
  return exports;
}
