/** Servers of protocols, from npm, as their documentation shows them. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { EventType } from '@ag-ui/core';
import { EventEncoder } from '@ag-ui/encoder';
import { InMemoryEventStore } from '@modelcontextprotocol/sdk/examples/shared/inMemoryEventStore.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { initTRPC, tracked } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { createUIMessageStream, pipeUIMessageStreamToResponse } from 'ai';
import { createGraphQLError, createSchema, createYoga } from 'graphql-yoga';

/** One MCP session. Its tool `slow` closes the stream and finishes once `finish` is called. */
export async function mcp({ json = false } = {}): Promise<{ handle: RequestListener; finish: () => void }> {
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const server = new McpServer({ name: 'test', version: '1.0.0' });
  server.registerTool('fast', {}, () => ({ content: [{ type: 'text', text: 'done' }] }));
  server.registerTool('slow', {}, async ({ closeSSEStream }) => {
    closeSSEStream?.();
    await finished;
    return { content: [{ type: 'text', text: 'done at last' }] };
  });
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    eventStore: new InMemoryEventStore(),
    retryInterval: 10,
    enableJsonResponse: json,
  });
  await server.connect(transport);
  return { handle: (request, response) => void transport.handleRequest(request, response), finish };
}

export function aiSdk(_: IncomingMessage, response: ServerResponse): void {
  const stream = createUIMessageStream({
    execute({ writer }) {
      writer.write({ type: 'text-start', id: '1' });
      for (const delta of ['The sky', ' is', ' blue']) writer.write({ type: 'text-delta', id: '1', delta });
      writer.write({ type: 'text-end', id: '1' });
      throw new Error('out of tokens');
    },
    onError: (error) => String(error),
  });
  void pipeUIMessageStreamToResponse({ response, stream });
}

export function agUi({ headers }: IncomingMessage, response: ServerResponse): void {
  const encoder = new EventEncoder({ accept: headers.accept ?? '' });
  response.setHeader('Content-Type', encoder.getContentType());
  const run = { threadId: 't', runId: 'r' };
  response.write(encoder.encodeSSE({ type: EventType.RUN_STARTED, ...run }));
  for (const delta of ['The sky', ' is', ' blue']) {
    response.write(encoder.encodeSSE({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: 'm', delta }));
  }
  response.write(encoder.encodeSSE({ type: EventType.RUN_ERROR, message: 'out of tokens' }));
  response.end();
}

const handleGraphql = createYoga({
  logging: false,
  schema: createSchema({
    typeDefs: 'type Query { ok: Boolean } type Subscription { count(to: Int!): Int! }',
    resolvers: {
      Subscription: {
        count: {
          async *subscribe(_: unknown, { to }: { to: number }) {
            for (let count = 1; count <= to; count++) yield await Promise.resolve({ count });
          },
          resolve({ count }: { count: number }) {
            if (count === 4) throw createGraphQLError('four are too many');
            return count;
          },
        },
      },
    },
  }),
});

export const yoga: RequestListener = (request, response) => void handleGraphql(request, response);

const { router, procedure } = initTRPC.create({ sse: { client: { reconnectAfterInactivityMs: 5000 } } });

/** Counts from the input to 5, and fails on the way if the input is 0. */
export const trpcRouter = router({
  count: procedure
    .input((value) => value as number)
    .subscription(async function* ({ input }) {
      for (let n = input; n <= 5; n++) {
        if (n === 2 && input === 0) throw new Error('failed on the way');
        yield await Promise.resolve(n);
      }
    }),
  /** Never ends. A client that resumes gets the numbers after its last. */
  numbers: procedure
    .input((value) => value as { lastEventId?: string } | undefined)
    .subscription(async function* ({ input, signal }) {
      for (let n = Number(input?.lastEventId ?? 0) + 1; signal?.aborted !== true; n++) {
        yield tracked(String(n), n);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }),
});

export const trpc: RequestListener = createHTTPHandler({ router: trpcRouter, basePath: '/trpc/' });

/** Sends each path to its listener. */
export function serveProtocols(listeners: Readonly<Record<string, RequestListener>>) {
  return createServer((request, response) => {
    const [, listener] = Object.entries(listeners).find(([path]) => request.url?.startsWith(path)) ?? [];
    if (listener) listener(request, response);
    else response.writeHead(404).end();
  });
}
