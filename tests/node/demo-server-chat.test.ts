import { EventSourceParserStream } from 'eventsource-parser/stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createApp } from '../../demo/server/app.ts';
import { listen, type Listening } from '../../demo/server/listen.ts';

interface Chunk {
  id: string;
  object: string;
  choices: { index: number; delta: { role?: string; content?: string }; finish_reason: string | null }[];
}

let server: Listening;
beforeEach(async () => {
  server = await listen(createApp());
});
afterEach(async () => {
  await server.close();
});

function post(body: string, headers: Record<string, string> = {}, query = ''): Promise<Response> {
  return fetch(`${server.url}/api/chat${query}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body,
  });
}

async function ask(question: object): Promise<{ chunks: Chunk[]; end: string | undefined; answer: string }> {
  const response = await post(JSON.stringify({ interval: 0, ...question }));
  expect(response.status).toBe(200);
  expect(response.headers.get('Content-Type')).toBe('text/event-stream; charset=utf-8');
  if (!response.body) throw new Error('the response has no body');
  const messages = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  const list = [];
  for await (const { data } of messages) list.push(data);
  const end = list.pop();
  const chunks = list.map((data) => JSON.parse(data) as Chunk);
  return { chunks, end, answer: chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('') };
}

test('an answer comes in chat completion chunks, ends with stop and then [DONE]', async () => {
  const { chunks, end } = await ask({ prompt: 'What is SSE?' });
  expect(end).toBe('[DONE]');
  expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  expect(chunks[0]).toMatchObject({
    id: expect.stringMatching(/^chatcmpl-/) as unknown,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta: { role: 'assistant' }, finish_reason: null }],
  });
  expect(chunks.at(-1)).toMatchObject({ choices: [{ delta: {}, finish_reason: 'stop' }] });
  expect(chunks.slice(0, -1).every(({ choices }) => choices[0]?.finish_reason === null)).toBe(true);
});

test('a chunk has one to four code points, and none is torn', async () => {
  const { chunks } = await ask({ prompt: '👩‍🚀𠮷' });
  for (const { choices } of chunks.slice(1, -1)) {
    const content = choices[0]?.delta.content ?? '';
    expect(Array.from(content).length).toBeGreaterThanOrEqual(1);
    expect(Array.from(content).length).toBeLessThanOrEqual(4);
    expect(content).not.toMatch(/\p{Surrogate}/u);
  }
});

test('the answer repeats the prompt, in the language of the prompt', async () => {
  const english = await ask({ prompt: 'What is SSE?' });
  expect(english.answer).toContain('What is SSE?');
  expect(english.answer).not.toMatch(/\p{Script=Han}/u);
  const chinese = await ask({ prompt: 'SSE 是什么？' });
  expect(chinese.answer).toContain('SSE 是什么？');
  expect(chinese.answer).toMatch(/模拟服务/);
});

test('the last of the messages is the prompt', async () => {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'And emoji 🎉?' },
  ];
  const { answer } = await ask({ messages });
  expect(answer).toContain('And emoji 🎉?');
  expect(answer).not.toContain('Be brief.');
});

test('the last chunk counts the tokens if the request asks for it, and then [DONE]', async () => {
  const messages = [
    { role: 'user', content: 'Five!' },
    { role: 'assistant', content: 'Ten letters' },
    { role: 'user', content: 'More?' },
  ];
  const { chunks, end } = await ask({ messages, stream_options: { include_usage: true } });
  const completion = chunks.filter(({ choices }) => choices[0]?.delta.content).length;
  expect(chunks.at(-1)).toMatchObject({
    choices: [],
    usage: { prompt_tokens: 9, completion_tokens: completion, total_tokens: 9 + completion },
  });
  expect(end).toBe('[DONE]');
});

test('a follow-up is another answer, which says how many messages came', async () => {
  const content = 'Why?';
  const first = await ask({ messages: [{ role: 'user', content }] });
  const third = await ask({
    messages: [content, first.answer, content].map((text) => ({ role: 'user', content: text })),
  });
  expect(third.answer).not.toBe(first.answer);
  expect(third.answer).toContain('3 messages');
});

test('a very long prompt is repeated in part', async () => {
  const { answer } = await ask({ prompt: '🎉'.repeat(5000) });
  expect(answer).toContain(`${'🎉'.repeat(200)}…`);
});

test.each([
  ['no JSON', '{"prompt":'],
  ['nothing', ''],
  ['a list', '[]'],
  ['no prompt', '{}'],
  ['an empty prompt', '{"prompt":" "}'],
  ['a number for a prompt', '{"prompt":1}'],
  ['no messages', '{"messages":[]}'],
  ['messages without content', '{"messages":[null]}'],
])('%s is a 400 with a JSON error', async (_, body) => {
  const response = await post(body);
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ error: { message: expect.stringMatching(/./) as unknown } });
});

test('a body of another content type is a 400 that names the cure', async () => {
  const response = await post('{"prompt":"a"}', { 'Content-Type': 'text/plain' });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('application/json');
});

test('a body that is too large is a 413 with a JSON error', async () => {
  const response = await post(JSON.stringify({ prompt: 'a'.repeat(200_000) }));
  expect(response.status).toBe(413);
  expect(await response.json()).toHaveProperty('error.message');
});

test('with ?auth=1 the token is asked for', async () => {
  const body = '{"prompt":"a","interval":0}';
  for (const headers of [{}, { Authorization: 'Bearer other' }]) {
    const response = await post(body, headers, '?auth=1');
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toMatch(/^Bearer /);
  }
  expect((await post(body, { Authorization: 'Bearer demo' }, '?auth=1')).status).toBe(200);
  expect((await post(body)).status).toBe(200);
});
