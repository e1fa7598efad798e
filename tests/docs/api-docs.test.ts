import ts from 'typescript';
import { Application, LogLevel, TSConfigReader, TypeDocReader } from 'typedoc';
import { beforeAll, describe, expect, test } from 'vitest';
import { compile, createProgram } from './compile.ts';
import { root } from './snippets.ts';

/**
 * The reference of `npm run docs:api`: every public name has a description and an example that
 * compiles.
 */

const entries = ['index', 'react', 'vue', 'xhr', 'miniprogram', 'devtools', 'testing'] as const;
const nameOfModule = (entry: string) => (entry === 'index' ? 'ssekit' : `ssekit/${entry}`);

interface Exported {
  readonly entry: string;
  readonly name: string;
  readonly isType: boolean;
  readonly description: string;
  /** The code of each `@example`, including those of members. */
  readonly examples: readonly { readonly language: string; readonly code: string }[];
}

const sourceOf = (entry: string) => `${root}src/${entry}.ts`;
const program = createProgram(entries.map(sourceOf));
const checker = program.getTypeChecker();

const all = entries.flatMap((entry): Exported[] => {
  const source = program.getSourceFile(sourceOf(entry));
  const symbol = source && checker.getSymbolAtLocation(source);
  if (!symbol) throw new Error(`src/${entry}.ts is no module`);
  return checker.getExportsOfModule(symbol).map((each) => {
    const target = each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each;
    const tags = [target, ...(target.members?.values() ?? [])].flatMap((each) => each.getJsDocTags(checker));
    const examples = tags.filter(({ name }) => name === 'example');
    const texts = examples.map(({ text }) => ts.displayPartsToString(text));
    const blocks = texts.flatMap((text) => [...text.matchAll(/^```(tsx?)\n(.*?)^```$/gms)]);
    return {
      entry,
      name: each.name,
      isType: !(target.flags & ts.SymbolFlags.Value),
      description: ts.displayPartsToString(target.getDocumentationComment(checker)),
      examples: blocks.map(([, language = '', code = '']) => ({ language, code })),
    };
  });
});

/**
 * Imports what the example uses without importing or declaring it, from this entry and the main
 * one.
 */
function imports(entry: string, code: string): string {
  const from = (module: string) => {
    const names = all
      .filter(({ entry, name }) => entry === module && new RegExp(`\\b${name}\\b`).test(code))
      .filter(({ name }) => !new RegExp(`^(import|interface|type) .*\\b${name}\\b`, 'm').test(code));
    const list = names.map(({ name, isType }) => (isType ? `type ${name}` : name)).join(', ');
    return `import { ${list} } from '${nameOfModule(module)}';\n`;
  };
  return [...new Set(['index', entry])].map(from).join('');
}

describe('every export', () => {
  let problems: Map<string, string>;
  // Numbered, because some names differ only in case.
  const fileOf = (each: Exported, at: number, language: string) =>
    `example.${each.entry}.${all.indexOf(each)}.${at}.${language}`;

  beforeAll(() => {
    const modules = all.flatMap((each) =>
      each.examples.map(({ code, language }, at) => {
        return [fileOf(each, at, language), imports(each.entry, code) + code] as const;
      }),
    );
    problems = compile(new Map(modules));
  }, 120_000);

  test.for(all)('$name of $entry is described, with an example that compiles', (each) => {
    expect(each.description).not.toBe('');
    expect(each.examples).not.toHaveLength(0);
    for (const [at, { language }] of each.examples.entries()) {
      expect(problems.get(fileOf(each, at, language))).toBe('');
    }
  });
});

test('npm run docs:api has nothing to warn of', { timeout: 120_000 }, async () => {
  const application = await Application.bootstrap({ options: `${root}typedoc.json`, logLevel: 'None' }, [
    new TypeDocReader(),
    new TSConfigReader(),
  ]);
  const said: string[] = [];
  application.logger.log = (message, level) => {
    if (level >= LogLevel.Warn) said.push(message);
  };
  const project = await application.convert();
  if (!project) throw new Error('nothing was converted');
  application.validate(project);
  expect(said).toEqual([]);
});
