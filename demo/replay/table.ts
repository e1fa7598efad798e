import { setImmediate as nextTurn } from 'node:timers/promises';
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
  const table: Record<string, Readonly<Record<Framework, string>>> = {};
  for (const choice of everyChoice()) {
    // In development, the streams come from the same process: each gets its turn.
    await nextTurn();
    const url = choice.auth ? '/api/sse?auth=1' : '/api/sse';
    const programs = replaySnippets(url, replayOptions(choice, placeholder));
    table[keyOf(choice)] = {
      vanilla: await formatted(programs.vanilla, 'vanilla'),
      react: await formatted(programs.react, 'react'),
      vue: await formatted(programs.vue, 'vue'),
    };
  }
  return table;
}
