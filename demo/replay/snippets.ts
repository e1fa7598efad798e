import type { Snippets } from '../snippets.ts';
import { keyOf, type ReplayChoice } from './choice.ts';
import { withHeader } from './header.ts';

/** The programs that do the same as the typewriter. Loads them at the first call. */
export async function snippetsFor(
  choice: ReplayChoice,
  header: { readonly name: string; readonly value: string },
): Promise<Snippets> {
  const { default: table } = await import('virtual:replay-table');
  const programs = Object.entries(table[keyOf(choice)] ?? {});
  return Object.fromEntries(
    programs.map(([framework, program]) => [framework, withHeader(program, header.name, header.value)]),
  );
}
