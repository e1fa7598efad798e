import { dirname, join } from 'node:path';
import ts from 'typescript';
import { read, root } from './snippets.ts';

/**
 * Compiles modules that exist on no disk, each with the names of tests/docs/prelude.ts as globals.
 * Uses one program for all, because the libraries take most of the time.
 *
 * @param modules - By file name, relative to the root.
 * @returns The errors of each, or `''`.
 */
export function compile(modules: ReadonlyMap<string, string>): Map<string, string> {
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
  const texts = new Map([...modules].map(([name, code]) => [join(root, name), `${code}\nexport {};\n`]));
  texts.set(join(root, 'tests/docs/prelude.global.d.ts'), prelude());
  const disk = ts.createCompilerHost(config.options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (name) => texts.has(name) || disk.fileExists(name),
    readFile: (name) => texts.get(name) ?? disk.readFile(name),
    getSourceFile: (name, options, ...rest) => {
      const text = texts.get(name);
      return text === undefined
        ? disk.getSourceFile(name, options, ...rest)
        : ts.createSourceFile(name, text, options);
    },
  };
  const program = ts.createProgram([...texts.keys()], config.options, host);
  const problems = (name: string) =>
    ts.formatDiagnostics(ts.getPreEmitDiagnostics(program, program.getSourceFile(join(root, name))), {
      getCanonicalFileName: (file) => file,
      getCurrentDirectory: () => dirname(join(root, name)),
      getNewLine: () => '\n',
    });
  const wrong = problems('tests/docs/prelude.global.d.ts');
  if (wrong) throw new Error(wrong);
  return new Map([...modules.keys()].map((name) => [name, problems(name)]));
}

/** The names of tests/docs/prelude.ts, as globals. */
function prelude(): string {
  const lines = read('tests/docs/prelude.ts').split('\n');
  const imports = lines.filter((line) => line.startsWith('import '));
  const names = lines.filter((line) => !line.startsWith('import ')).join('\n');
  return `${imports.join('\n')}\ndeclare global {\n${names.replaceAll('export declare ', '')}\n}\n`;
}
