import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compile } from './compile.ts';
import { documents, read, root, snippets } from './snippets.ts';

/** llms.txt has the form that llmstxt.org describes, and all its links work. */

const text = read('llms.txt');
const links = [...text.matchAll(/^- \[([^\]]+)\]\(([^)]+)\): (.+)$/gm)].map(([, , target = '']) => target);

describe('llms.txt', () => {
  test('begins with a title and a summary, and ends with sections that are lists of links and nothing else', () => {
    expect(text).toMatch(/^# ssekit\n\n> .+\n\n/);
    const [, ...sections] = text.split(/^## .+$/m);
    expect(sections).toHaveLength(3);
    for (const section of sections) expect(section.trim()).toMatch(/^(- \[[^\]]+\]\([^)]+\): .+\n?)+$/);
  });

  test('links to files that are there, and to every page in English', () => {
    for (const target of links) expect(existsSync(root + target), target).toBe(true);
    const pages = documents.filter((file) => /^docs\/(?!.*\.zh-CN\.md$)/.test(file));
    expect(links).toEqual(expect.arrayContaining(pages));
  });

  test('has code that compiles', { timeout: 120_000 }, () => {
    const blocks = snippets('llms.txt');
    expect(blocks).toHaveLength(3);
    const modules = blocks.map(({ line, language, code }) => [`llms.${line}.${language}`, code] as const);
    for (const problem of compile(new Map(modules)).values()) expect(problem).toBe('');
  });
});
