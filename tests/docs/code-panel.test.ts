import { beforeAll, describe, expect, test } from 'vitest';
import { literal } from '../../demo/literal.ts';
import { everyChoice, keyOf } from '../../demo/replay/choice.ts';
import { withHeader } from '../../demo/replay/header.ts';
import { formatted, replayTable } from '../../demo/replay/table.ts';
import { dashboardSnippets, soakSnippets, tabsSnippets, type Framework } from '../../demo/snippets.ts';
import { compile } from './compile.ts';

/** The demo's code panel: what it shows compiles, is formatted, and is what runs. */

let table: Awaited<ReturnType<typeof replayTable>>;
beforeAll(async () => {
  table = await replayTable();
}, 120_000);

const fixed = { dashboard: dashboardSnippets, tabs: tabsSnippets, soak: soakSnippets };

/** Headers that a visitor may type: short, quoted, long. */
const headers = [
  ['Authorization', 'Bearer demo'],
  ['X-Token', "it's \\ me"],
  ['X-Quoted', 'say "hi"'],
  ['Authorization', `Bearer ${'x'.repeat(48)}`],
  ['Authorization', `Bearer ${'x'.repeat(49)}`],
  ['X-Long', `Bearer ${'x'.repeat(90)}`],
] as const;

/** A program as a module. Names that the template of a Vue component uses count as used. */
function moduleOf(name: string, framework: Framework, program: string): [string, string] {
  if (framework !== 'vue') return [`${name}.${framework}.${framework === 'react' ? 'tsx' : 'ts'}`, program];
  const setup = /<script setup lang="ts">\n(.*)\n<\/script>/s.exec(program)?.[1] ?? '';
  return [`${name}.vue.ts`, `${setup}\nexport { status, text };`];
}

const programsOf = (snippets: Readonly<Partial<Record<Framework, string>>>) =>
  Object.entries(snippets) as [Framework, string][];

describe('the code panel', () => {
  test('shows programs that compile, for every combination of settings', { timeout: 120_000 }, () => {
    expect(Object.keys(table)).toEqual(everyChoice().map(keyOf));
    const programs = new Map(
      Object.entries({ ...table, ...fixed }).flatMap(([name, snippets]) =>
        programsOf(snippets).map(([framework, program]) =>
          moduleOf(name, framework, withHeader(program, 'X-Token', "it's \\ me")),
        ),
      ),
    );
    expect(programs.size).toBe(3 * Object.keys(table).length + 3);
    programs.set('broken.ts', `${soakSnippets.vanilla ?? ''}\nclient.on('nobody', () => {});`);
    const problems = compile(programs, { prelude: false });
    expect(problems.get('broken.ts')?.match(/error TS/g)).toHaveLength(1);
    problems.delete('broken.ts');
    expect([...problems.values()].join('')).toBe('');
  });

  test.for(headers)('is formatted, with the header %s: %s', async ([name, value]) => {
    for (const snippets of [table['fetch steady json header auth'], table['auto default text header']]) {
      for (const [framework, program] of programsOf(snippets ?? {})) {
        const filled = withHeader(program, name, value);
        expect(filled).toContain(name);
        expect(await formatted(filled, framework)).toBe(filled);
      }
    }
  });

  test.for(Object.entries(fixed))('is formatted: %s', async ([, snippets]) => {
    for (const [framework, program] of programsOf(snippets))
      expect(await formatted(program, framework)).toBe(program);
  });

  test('writes out the options that the client got', () => {
    for (const [, program] of programsOf(table['fetch thrice json header auth'] ?? {})) {
      const written = withHeader(program, 'X-Token', 'secret');
      expect(written).toContain("'/api/sse?auth=1'");
      expect(written).toMatch(/headers: {\n +'X-Token': 'secret',\n/);
      expect(written).toContain('idleTimeout: 5000');
      expect(written).toContain('retry: 3');
      expect(written).toContain("decode: { done: 'json' }");
    }
    expect(table['auto default text']?.vanilla).toContain("new SseClient<Events>('/api/sse');");
  });

  test('quotes what it writes', () => {
    const value = { a: "it's \\ \n", 'b-c': 1, d: { e: true }, f: undefined, g: {} };
    expect(literal(value)).toBe(String.raw`{ a: 'it\'s \\ \n', 'b-c': 1, d: { e: true } }`);
  });
});
