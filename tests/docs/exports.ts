import ts from 'typescript';
import { createProgram } from './compile.ts';
import { root } from './snippets.ts';

const entries = ['index', 'react', 'vue', 'xhr', 'miniprogram', 'devtools', 'testing'] as const;
/** The name by which an entry is imported. */
export const nameOfModule = (entry: string) => (entry === 'index' ? 'ssekit' : `ssekit/${entry}`);

export interface Exported {
  readonly entry: string;
  readonly name: string;
  readonly isType: boolean;
  readonly description: string;
  /** The code of each `@example`, including those of members. */
  readonly examples: readonly { readonly language: string; readonly code: string }[];
}

const sourceOf = (entry: string) => `${root}src/${entry}.ts`;
/** What each entry exports, with its comments. */
export function allExports(): Exported[] {
  const program = createProgram(entries.map(sourceOf));
  const checker = program.getTypeChecker();
  return entries.flatMap((entry): Exported[] => {
    const source = program.getSourceFile(sourceOf(entry));
    const symbol = source && checker.getSymbolAtLocation(source);
    if (!symbol) throw new Error(`src/${entry}.ts is no module`);
    return checker.getExportsOfModule(symbol).map((each) => {
      const target = each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each;
      const tags = [target, ...(target.members?.values() ?? [])].flatMap((each) =>
        each.getJsDocTags(checker),
      );
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
}
