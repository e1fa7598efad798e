import { errorEntries } from '../../demo/errors/plugin.ts';
import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { SseError } from 'ssekit';
import { read, root } from './snippets.ts';

/** Every message of the library has its entry on the page of errors, in both languages. */

interface Message {
  readonly entry: string;
  /** The longest part of the message that never changes. */
  readonly text: string;
}

const longest = (parts: readonly string[]) =>
  parts.reduce((some, other) => (other.trim().length > some.trim().length ? other : some), '').trim();

/** What doesn't change in a message: of a template, its longest text; of a condition, the first. */
function fixedText(node: ts.Node): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return longest([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)]);
  return '';
}

/** The entry that an expression names: `'a'`, or `CHECKED && 'a'`. */
function literal(node: ts.Node | undefined): string | undefined {
  if (!node) return undefined;
  if (ts.isStringLiteralLike(node)) return node.text;
  return ts.isBinaryExpression(node) ? literal(node.right) : undefined;
}

function helpOf(details: ts.Node | undefined): string | undefined {
  if (!details || !ts.isObjectLiteralExpression(details)) return undefined;
  const property = details.properties.find(
    ({ name }) => name && ts.isIdentifier(name) && name.text === 'help',
  );
  return property && ts.isPropertyAssignment(property) ? literal(property.initializer) : undefined;
}

const messages: Message[] = [];
for (const file of readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })) {
  if (!file.endsWith('.ts')) continue;
  const source = ts.createSourceFile(
    file,
    readFileSync(`${root}src/${file}`, 'utf8'),
    ts.ScriptTarget.Latest,
  );
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return;
    const [first, second, third] = node.arguments ?? [];
    const name = ts.isIdentifier(node.expression) ? node.expression.text : '';
    if (!first || !second) return;
    const add = (entry: string | undefined, text: ts.Node) => {
      if (entry) messages.push({ entry, text: fixedText(text) });
    };
    if (name === 'SseError') {
      // Whoever waits names what it waits for: see `timeLimit`.
      if (file.endsWith('time-limit.ts')) return;
      add(helpOf(third) ?? literal(first), second);
    } else if (name === 'fail') add(helpOf(second), first);
    else if (name === 'refuse') add(literal(first), second);
    else if (name === 'misuse') add(literal(second), first);
    else if (name === 'check') add(literal(third) ?? 'options', second);
    else if (name === 'overflow') add(literal(first), second);
    else if (name === 'timeLimit') {
      const [word = ''] = fixedText(second).split(' ');
      messages.push({ entry: `timeout-${word}`, text: `No ${fixedText(second).split(' of ', 1).join()}` });
    }
  };
  visit(source);
}

const pages = ['docs/errors.md', 'docs/errors.zh-CN.md'];

/** The text of each entry. */
function entries(page: string): Map<string, string> {
  const [, ...sections] = read(page).split(/^### /m);
  return new Map(sections.map((text) => [text.split('\n', 1).join(), text.split(/^## /m, 1).join()]));
}

describe.for(pages)('%s', (page) => {
  test.for(messages)('explains $entry: $text', ({ entry, text }) => {
    const found = entries(page).get(entry);
    expect(found, entry).toBeDefined();
    // The cure may be in other words, and what varies is left out.
    const [, start = ''] = /^[`\s]*(.*?)\s*(?:[:.,"]|$)/.exec(text) ?? [];
    const varies = /^(?:The data of an event|.* must .*)$/.test(start);
    expect(found?.replaceAll(/\s+/g, ' ')).toContain(varies ? '' : start);
  });

  test('says for each entry what you see, why, and what to do', () => {
    const labels = page.includes('zh') ? ['看到', '原因', '解决'] : ['You see', 'Why', 'Cure'];
    for (const [entry, text] of entries(page)) {
      for (const label of labels) expect(text, entry).toContain(`**${label}**`);
    }
  });
});

test('both languages have the same entries, and each belongs to a message', () => {
  const [english = [], chinese = []] = pages.map((page) => [...entries(page).keys()]);
  expect(chinese).toEqual(english);
  const used = new Set(messages.map(({ entry }) => entry));
  expect(english.filter((entry) => !used.has(entry) && !/^http-\d/.test(entry))).toEqual([]);
});

test('every status leads to an entry that exists, and every entry of a status is used', () => {
  const statuses = Array.from({ length: 500 }, (_, i) => i + 100);
  const used = new Set(statuses.map((status) => new SseError('http', '', { status }).help.split('#')[1]));
  const explained = [...entries('docs/errors.md').keys()].filter((entry) => /^http(-\d+)?$/.test(entry));
  expect([...used].sort()).toEqual(explained.sort());
});

test('the help of an error is an entry of the page that the package contains', () => {
  const { files } = JSON.parse(read('package.json')) as { files: string[] };
  expect(files).toEqual(expect.arrayContaining(pages));
  const help = [
    new SseError('network', ''),
    new SseError('http', '', { status: 401 }),
    new SseError('http', ''),
    new SseError('failed', '', { help: 'failed-native' }),
  ].map((error) => error.help);
  expect(help).toEqual(
    ['network', 'http-401', 'http', 'failed-native'].map((entry) => `ssekit/docs/errors.md#${entry}`),
  );
  for (const each of help) expect([...entries('docs/errors.md').keys()]).toContain(each.split('#')[1]);
  expect(new SseError('server', '', { help: 'https://a.test/cure' }).help).toBe('https://a.test/cure');
});

test('the demo finds why and what to do in every entry of an SseError', () => {
  const found = errorEntries();
  const names = Object.keys(found.en);
  expect(Object.keys(found.zh)).toEqual(names);
  expect([...entries('docs/errors.md').keys()].slice(0, names.length)).toEqual(names);
  expect(names).toContain('storage');
  for (const { why, cure } of [...Object.values(found.en), ...Object.values(found.zh)]) {
    expect(`${why} ${cure}`).toMatch(/^[^`]+[.。!]/);
    expect(cure).not.toBe('');
  }
});
