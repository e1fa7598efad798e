import { format } from 'prettier';
import { replaySnippets, type Framework } from '../snippets.ts';
import { everyChoice, keyOf, replayOptions } from './choice.ts';
import { placeholder, printWidth } from './header.ts';

const parsers: Readonly<Record<Framework, string>> = {
  vanilla: 'typescript',
  react: 'typescript',
  vue: 'vue',
};

/** Formats a program for the code panel. */
export async function formatted(program: string, framework: Framework): Promise<string> {
  const text = await format(program, { parser: parsers[framework], printWidth, singleQuote: true });
  return text.trimEnd();
}

/**
 * The programs for every combination of the typewriter's settings, by `keyOf`. Runs at build time,
 * so the page has no formatter.
 */
export async function replayTable(): Promise<Record<string, Readonly<Record<Framework, string>>>> {
  const rows = everyChoice().map(async (choice) => {
    const url = choice.auth ? '/api/sse?auth=1' : '/api/sse';
    const programs = replaySnippets(url, replayOptions(choice, placeholder));
    const [vanilla, react, vue] = await Promise.all([
      formatted(programs.vanilla, 'vanilla'),
      formatted(programs.react, 'react'),
      formatted(programs.vue, 'vue'),
    ]);
    return [keyOf(choice), { vanilla, react, vue }] as const;
  });
  return Object.fromEntries(await Promise.all(rows));
}
