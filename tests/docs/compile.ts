import { dirname, join } from 'node:path';
import ts from 'typescript';
import { read, root } from './snippets.ts';

const PRELUDE = 'tests/docs/prelude.global.d.ts';

/**
 * Every file on the disk, parsed and bound once. A program spends most of its time on the
 * libraries.
 */
const parsed = new Map<string, ts.SourceFile | undefined>();
let setup: { readonly options: ts.CompilerOptions; readonly cache: ts.ModuleResolutionCache } | undefined;

/**
 * Creates a program from files on the disk and from texts, by absolute path. All files of the
 * project `docs` run in one worker, so only the first program has to parse the libraries.
 */
export function createProgram(
  files: readonly string[],
  texts: ReadonlyMap<string, string> = new Map(),
): ts.Program {
  const { options, cache } = (setup ??= readSetup());
  const disk = ts.createCompilerHost(options);
  return ts.createProgram([...files, ...texts.keys()], options, {
    ...disk,
    fileExists: (name) => texts.has(name) || disk.fileExists(name),
    readFile: (name) => texts.get(name) ?? disk.readFile(name),
    getModuleResolutionCache: () => cache,
    getSourceFile: (name, languageVersion, ...rest) => {
      const text = texts.get(name);
      if (text !== undefined) return ts.createSourceFile(name, text, languageVersion);
      if (!parsed.has(name)) parsed.set(name, disk.getSourceFile(name, languageVersion, ...rest));
      return parsed.get(name);
    },
  });
}

/**
 * Compiles modules that aren't on the disk.
 *
 * @param modules - By file name, relative to the root.
 * @param setting - With `prelude` (the default), modules see the names of tests/docs/prelude.ts as
 * globals.
 * @returns What's wrong with each, or `''`.
 */
export function compile(
  modules: ReadonlyMap<string, string>,
  { prelude = true }: { readonly prelude?: boolean } = {},
): Map<string, string> {
  const texts = new Map([...modules].map(([name, code]) => [join(root, name), `${code}\nexport {};\n`]));
  if (prelude) texts.set(join(root, PRELUDE), globals());
  const program = createProgram([], texts);
  const problems = (name: string) =>
    ts.formatDiagnostics(ts.getPreEmitDiagnostics(program, program.getSourceFile(join(root, name))), {
      getCanonicalFileName: (file) => file,
      getCurrentDirectory: () => dirname(join(root, name)),
      getNewLine: () => '\n',
    });
  const wrong = prelude ? problems(PRELUDE) : '';
  if (wrong) throw new Error(wrong);
  return new Map([...modules.keys()].map((name) => [name, problems(name)]));
}

function readSetup(): NonNullable<typeof setup> {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.json'),
    { types: [] },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
        throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
      },
    },
  );
  if (!config) throw new Error('tsconfig.json cannot be read');
  // Angular's decorators.
  const options = { ...config.options, experimentalDecorators: true };
  return { options, cache: ts.createModuleResolutionCache(root, (name) => name, options) };
}

/** The names of tests/docs/prelude.ts, as globals. */
function globals(): string {
  const lines = read('tests/docs/prelude.ts').split('\n');
  const imports = lines.filter((line) => line.startsWith('import '));
  const names = lines.filter((line) => !line.startsWith('import ')).join('\n');
  return `${imports.join('\n')}\ndeclare global {\n${names.replaceAll('export declare ', '')}\n}\n`;
}
