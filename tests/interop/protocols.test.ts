import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { SseClient } from 'ssekit';
import { read, root, run, snippet, snippets } from '../docs/snippets.ts';
import { anthropic, gemini, openAiChat, openAiResponses } from './protocols/doubles.ts';
import { agUi, aiSdk, mcp, serveProtocols, trpc, yoga } from './protocols/packaged.ts';

/** The recipes of docs/protocols.md against the servers of its table. */

const PAGE = 'docs/protocols.md';
const recipe = async <T>(name: string) => (await run(snippet(PAGE, name))) as T;

let server: Server;
let session: Awaited<ReturnType<typeof mcp>>;
let jsonSession: Awaited<ReturnType<typeof mcp>>;
let isJson = false;
/** The rows that have passed. */
const passed = new Set<string>();

beforeAll(async () => {
  [session, jsonSession] = await Promise.all([mcp(), mcp({ json: true })]);
  server = serveProtocols({
    '/mcp': (request, response) => {
      (isJson ? jsonSession : session).handle(request, response);
    },
    '/ai': aiSdk,
    '/agent': agUi,
    '/graphql': yoga,
    '/trpc/': trpc,
    '/v1/chat/completions': openAiChat,
    '/v1/responses': openAiResponses,
    '/v1/messages': anthropic,
    '/v1beta/': gemini,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubGlobal('location', new URL(origin));
  const { fetch } = globalThis;
  // In a page, a path is a URL.
  vi.stubGlobal('fetch', (input: string | URL, init?: RequestInit) => fetch(new URL(input, origin), init));
});
afterAll(async () => {
  vi.unstubAllGlobals();
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
});

/** The text, and the message of the error that ended it. */
async function collect(stream: AsyncIterable<string>): Promise<{ text: string; error?: string }> {
  let text = '';
  try {
    for await (const part of stream) text += part;
    return { text };
  } catch (error) {
    return { text, error: error instanceof Error ? error.message : String(error) };
  }
}

const sky = 'The sky is blue';

describe('MCP', () => {
  interface Message {
    readonly lastEventId?: string;
    readonly id?: number;
    readonly result?: { readonly content?: unknown };
  }
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
  };
  const rpc = (method: string, id?: number, params: object = {}) => ({
    jsonrpc: '2.0',
    method,
    params,
    ...(id !== undefined && { id }),
  });
  const initialize = rpc('initialize', 0, {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'recipe', version: '1' },
  });

  /** Starts a session as a page does, and returns what its requests send. */
  async function connect(): Promise<Record<string, string>> {
    const response = await fetch('/mcp', { method: 'POST', headers, body: JSON.stringify(initialize) });
    await response.text();
    return {
      ...headers,
      'Mcp-Session-Id': response.headers.get('Mcp-Session-Id') ?? '',
      'MCP-Protocol-Version': '2025-11-25',
    };
  }
  const all = async (messages: AsyncIterable<Message>) => {
    const list: Message[] = [];
    for await (const message of messages) list.push(message);
    return list;
  };
  type Send = (message: object, headers: Record<string, string>) => AsyncIterable<Message>;
  type Resume = (id: number, lastEventId: string, headers: Record<string, string>) => Promise<unknown>;

  test('a stream with its priming event, 202, JSON, and a POST whose stream is resumed by GET', async () => {
    const { send } = await recipe<{ send: Send }>('mcp');
    const { resume } = await recipe<{ resume: Resume }>('mcp-resume');
    const signed = await connect();
    expect(await all(send(rpc('notifications/initialized'), signed))).toEqual([]);

    const [primer, answer] = await all(send(rpc('tools/call', 1, { name: 'fast' }), signed));
    expect(primer).toEqual({ lastEventId: expect.stringMatching(/./) as string });
    expect(answer).toMatchObject({ id: 1, result: { content: [{ type: 'text', text: 'done' }] } });

    const closed = await all(send(rpc('tools/call', 2, { name: 'slow' }), signed));
    expect(closed).toEqual([{ lastEventId: expect.stringMatching(/./) as string }]);
    const resumed = resume(2, closed[0]?.lastEventId ?? '', signed);
    session.finish();
    expect(await resumed).toMatchObject({ content: [{ text: 'done at last' }] });

    isJson = true;
    const json = await connect();
    expect(await all(send(rpc('tools/call', 3, { name: 'fast' }), json))).toMatchObject([
      { id: 3, result: { content: [{ text: 'done' }] } },
    ]);
    passed.add('MCP, Streamable HTTP');
  });
});

type Ask = (input: object) => AsyncIterable<string>;

test.for([
  ['AI SDK, UI message stream', 'ai-sdk', 'askAiSdk', 'Error: out of tokens'],
  ['AG-UI', 'ag-ui', 'runAgent', 'out of tokens'],
  ['OpenAI, Chat Completions', 'openai-chat', 'complete', undefined],
  ['OpenAI, Responses', 'openai-responses', 'respond', /"message":"out of tokens"/],
  ['Anthropic, Messages', 'anthropic-messages', 'message', undefined],
] as const)('%s: the text arrives, and an error after it', async ([row, block, name, error]) => {
  const { [name]: ask } = await recipe<Record<typeof name, Ask>>(block);
  const collected = await collect(ask([]));
  expect(collected).toEqual(
    error === undefined ? { text: sky } : { text: sky, error: expect.stringMatching(error) as string },
  );
  passed.add(row);
});

test('Gemini, `alt=sse`: the text arrives, and the stream ends without a marker', async () => {
  type Generate = (model: string, contents: readonly object[]) => AsyncIterable<string>;
  const { generate } = await recipe<{ generate: Generate }>('gemini');
  expect(await collect(generate('gemini-2.5-flash', []))).toEqual({ text: sky });
  passed.add('Gemini, `alt=sse`');
});

test('GraphQL over SSE: results until `complete`, and errors', async () => {
  type Subscribe = (query: string, variables?: object) => AsyncIterable<{ count: number }>;
  const { subscribe } = await recipe<{ subscribe: Subscribe }>('graphql');
  const counts: number[] = [];
  const query = 'subscription ($to: Int!) { count(to: $to) }';
  for await (const { count } of subscribe(query, { to: 3 })) counts.push(count);
  expect(counts).toEqual([1, 2, 3]);
  await expect(async () => {
    for await (const { count } of subscribe(query, { to: 4 })) counts.push(count);
  }).rejects.toThrow('four are too many');
  passed.add('GraphQL over SSE');
});

test('tRPC, subscription: values until `return`, and a failure that is retried', async () => {
  type CountFrom = (input: number) => SseClient<{ message: number }>;
  const { countFrom } = await recipe<{ countFrom: CountFrom }>('trpc');
  const client = countFrom(3);
  const counts: number[] = [];
  for await (const { data } of client.events('message')) counts.push(data);
  expect([counts, client.status]).toEqual([[3, 4, 5], 'closed']);

  const failing = countFrom(0);
  const failure = await new Promise((resolve) => failing.onError(resolve));
  failing.close();
  expect(failure).toMatchObject({ code: 'server', willRetry: true });
  passed.add('tRPC, subscription');
});

describe.for([PAGE, 'docs/protocols.zh-CN.md'])('%s', (page) => {
  const rows = read(page)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()).slice(1, -1)); // prettier-ignore

  test('has a row for each protocol that has passed, and no other', () => {
    expect(rows.filter((row) => row[3] === '✓').map(([name]) => name).sort()).toEqual([...passed].sort()); // prettier-ignore
    expect(rows).toHaveLength(passed.size);
  });

  test.for(rows)('%s: the version is the one that was tested, or a double', ([, name = '', version]) => {
    const [, pkg] = /^`(.+)`$/.exec(name) ?? [];
    if (pkg === undefined) expect([name, version]).toEqual([expect.stringMatching(/^(a double|替身)$/), '–']);
    else {
      const manifest = readFileSync(`${root}node_modules/${pkg}/package.json`, 'utf8');
      expect(version).toBe((JSON.parse(manifest) as { version: string }).version);
    }
  });

  test.for(snippets(page).map(({ name = '', code }) => [name, code] as const))(
    '%s has at most ten lines',
    ([, code]) => {
      expect(code.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(10);
    },
  );
});
