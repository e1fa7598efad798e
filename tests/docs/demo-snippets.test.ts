import { describe, expect, test } from 'vitest';
import { chatSnippets } from '../../demo/chat/snippets.ts';
import { en } from '../../demo/dictionary.ts';
import { isRequest, readRequest, type Entered, type Field } from '../../demo/your-stream/request.ts';
import { ownSnippet } from '../../demo/your-stream/snippet.ts';
import { compile } from './compile.ts';

/** The code that the demo shows beside the chat and your own stream. */

const plain: Entered = {
  url: 'https://example.com/events?a=1',
  method: 'GET',
  headers: '',
  body: '',
  transport: 'auto',
  decode: 'text',
};

const requests: readonly Partial<Entered>[] = [
  {},
  { url: '/events' },
  { url: "https://example.com/it's" },
  { transport: 'native' },
  { transport: 'native', decode: 'json' },
  { transport: 'fetch', decode: 'json' },
  { headers: 'Authorization: Bearer s3cr3t\nX-Api-Key: s3cr3t' },
  { headers: 'Authorization: s3cr3t\nclient: s3cr3t\n9: s3cr3t\n!#: s3cr3t' },
  {
    method: 'POST',
    body: '{"messages":[{"role":"user","content":"it\'s\\nlong, so that it needs two lines"}],"n":1}',
  },
  { method: 'POST', body: '[]', decode: 'json', headers: 'X-Token: s3cr3t' },
  { method: 'PUT', body: '"text"', transport: 'fetch' },
  { method: 'DELETE' },
];

function program(entered: Partial<Entered>): string {
  const request = readRequest({ ...plain, ...entered }, 'https://page.example/');
  if (!isRequest(request)) throw new Error('the request has problems');
  return ownSnippet(request);
}

describe('the code of your stream and of the chat', () => {
  test('compiles, for every kind of request and every framework', { timeout: 120_000 }, () => {
    const programs = new Map(requests.map((entered, i) => [`own-${i}.ts`, program(entered)]));
    const { vanilla = '', react = '', vue = '' } = chatSnippets;
    const setup = /<script setup lang="ts">\n(.*)\n<\/script>/s.exec(vue)?.[1] ?? '';
    programs.set('chat.ts', vanilla);
    programs.set('chat.tsx', react);
    programs.set('chat-vue.ts', `${setup}\nexport { ask, stop, value, status, error };`);
    programs.set('broken.ts', `${program({})}\nclient.nothing();`);
    const problems = compile(programs, { prelude: false });
    expect(problems.get('broken.ts')?.match(/error TS/g)).toHaveLength(1);
    problems.delete('broken.ts');
    expect([...problems.values()].join('')).toBe('');
  });

  test('has no value of a header', () => {
    const programs = requests.map(program);
    expect(programs.join('\n')).not.toContain('s3cr3t');
    expect(programs[6]).toContain(
      "headers: {\n    Authorization: `Bearer ${token}`,\n    'X-Api-Key': xApiKey,",
    );
  });
});

test.each<[Field, Partial<Entered>, string]>([
  ['url', { url: '' }, en.yoursNoUrl],
  ['url', { url: 'http://' }, en.yoursNoUrl],
  ['url', { url: 'ftp://example.com' }, en.yoursNoUrl],
  ['url', { url: 'https://user:pass@example.com' }, en.yoursCredentials],
  ['headers', { headers: 'a: b\nno colon' }, en.yoursBadLine(2)],
  ['headers', { headers: 'no name: b' }, en.yoursBadName('no name')],
  ['headers', { headers: 'X-Name: 你好' }, en.yoursBadValue('X-Name')],
  ['body', { body: '{}' }, en.yoursNoBody],
  ['transport', { transport: 'native', headers: 'a: b' }, en.yoursNative],
  ['transport', { transport: 'native', method: 'POST' }, en.yoursNative],
])('a bad %s is told beside its field: %o', (field, entered, message) => {
  const problems = readRequest({ ...plain, ...entered }, 'https://page.example/');
  if (isRequest(problems)) throw new Error('nothing is wrong');
  expect(Object.keys(problems)).toEqual([field]);
  expect(problems[field]?.(en)).toBe(message);
});

test('a body that isn’t JSON says why', () => {
  const problems = readRequest({ ...plain, method: 'POST', body: '{' }, 'https://page.example/');
  expect(isRequest(problems) ? '' : problems.body?.(en)).toMatch(/^This isn’t JSON: .*JSON/);
});
