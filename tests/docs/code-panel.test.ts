import { describe, expect, test } from 'vitest';
import type { SseClientOptions } from 'ssekit';
import { literal } from '../../demo/literal.ts';
import { dashboardSnippets, replaySnippets, soakSnippets, tabsSnippets } from '../../demo/snippets.ts';
import type { Replay } from '../../demo/type-stream.ts';
import { compile } from './compile.ts';

/** The demo's code panel: what it shows compiles and is what runs. */

const retries = [
  {},
  { retry: false },
  { retry: 3 },
  { retryInterval: 1000, retry: { factor: 1, jitter: false } },
] as const;
const decodes = [{ decode: {} }, { decode: { done: 'json' } }] as const;

/** Every combination that the form allows. */
const combinations = retries.flatMap((retry) =>
  decodes.flatMap((decode): SseClientOptions<Replay>[] => [
    { ...retry, ...decode },
    { headers: { Authorization: "Bearer it's \\ me" }, ...retry, ...decode },
    { transport: 'native', ...retry, ...decode, lastEventId: '', lastEventIdParam: 'lastEventId' },
    { transport: 'fetch', idleTimeout: 5000, headers: { 'X-Token': 'secret' }, ...retry, ...decode },
  ]),
);

describe('the code panel', () => {
  test('shows programs that compile, for every combination of settings', { timeout: 120_000 }, () => {
    const programs = new Map(
      combinations.flatMap((options, i): [string, string][] => {
        const { vanilla = '', react = '', vue = '' } = replaySnippets('/api/sse', options);
        const setup = /<script setup lang="ts">\n(.*)\n<\/script>/s.exec(vue)?.[1] ?? '';
        return [
          [`vanilla-${i}.ts`, vanilla],
          [`react-${i}.tsx`, react],
          // Names that the template uses count as used.
          [`vue-${i}.ts`, `${setup}\nexport { status, text };`],
        ];
      }),
    );
    programs.set('dashboard.ts', dashboardSnippets.vanilla ?? '');
    programs.set('tabs.ts', tabsSnippets.vanilla ?? '');
    programs.set('soak.ts', soakSnippets.vanilla ?? '');
    programs.set('broken.ts', `${soakSnippets.vanilla ?? ''}\nclient.on('nobody', () => {});`);
    const problems = compile(programs, { prelude: false });
    expect(problems.get('broken.ts')?.match(/error TS/g)).toHaveLength(1);
    problems.delete('broken.ts');
    expect([...problems.values()].join('')).toBe('');
  });

  test('writes out the options that the client got', () => {
    const options = combinations.at(-1) ?? {};
    const { vanilla = '', react = '', vue = '' } = replaySnippets('/api/sse?auth=1', options);
    for (const program of [vanilla, react, vue]) {
      expect(program).toContain("'/api/sse?auth=1'");
      expect(program).toContain("headers: { 'X-Token': 'secret' }");
      expect(program).toContain('idleTimeout: 5000');
      expect(program).toContain("decode: { done: 'json' }");
    }
    expect(replaySnippets('/api/sse', { decode: {} }).vanilla).toContain(
      "new SseClient<Events>('/api/sse');",
    );
  });

  test('quotes what it writes', () => {
    const value = { a: "it's \\ \n", 'b-c': 1, d: { e: true }, f: undefined, g: {} };
    expect(literal(value)).toBe(String.raw`{ a: 'it\'s \\ \n', 'b-c': 1, d: { e: true } }`);
  });
});
