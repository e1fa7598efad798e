import { Application, LogLevel, TSConfigReader, TypeDocReader } from 'typedoc';
import { beforeAll, describe, expect, test } from 'vitest';
import { compile } from './compile.ts';
import { allExports, nameOfModule, type Exported } from './exports.ts';
import { root } from './snippets.ts';

/**
 * The reference of `npm run docs:api`: every public name has a description and an example that
 * compiles.
 */

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

const all = allExports();

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
  const application = await Application.bootstrapWithPlugins(
    { options: `${root}typedoc.json`, logLevel: 'None' },
    [new TypeDocReader(), new TSConfigReader()],
  );
  const said: string[] = [];
  application.logger.log = (message, level) => {
    if (level >= LogLevel.Warn) said.push(message);
  };
  const project = await application.convert();
  if (!project) throw new Error('nothing was converted');
  application.validate(project);
  expect(said).toEqual([]);
});
