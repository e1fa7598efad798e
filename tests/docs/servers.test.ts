import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { languageServers } from '../servers/languages.ts';
import { read } from './snippets.ts';

/** The servers of docs/servers.md are the files that `npm run test:servers` runs. */

describe.for(['docs/servers.md', 'docs/servers.zh-CN.md'])('%s', (page) => {
  const text = read(page);
  const blocks = new Map(
    [...text.matchAll(/^<!-- file: (\S+) -->\n\n```\w+\n(.*?)^```$/gms)].map(([, file, code]) => [
      file,
      code,
    ]),
  );

  test.for([...new Set(languageServers.map(({ file }) => file.join('/')))])('shows %s, all of it', (file) => {
    expect(blocks.get(file)).toBe(readFileSync(new URL(`../servers/${file}`, import.meta.url), 'utf8'));
  });

  test.for(languageServers.map(({ name }) => name))('has a row with versions and marks of %s', (name) => {
    const row = text.split('\n').find((line) => line.startsWith(`| ${name} `)) ?? '';
    expect(
      row
        .split('|')
        .map((cell) => cell.trim())
        .slice(2, 8),
    ).toEqual([expect.stringMatching(/^\d+(\.\d+)+(, \d+(\.\d+)+)*$/), ...Array<string>(5).fill('✓')]);
  });
});
