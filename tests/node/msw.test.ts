import { http, HttpResponse, sse } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { FetchEventSource, fetchSse, SseClient, type SseClientOptions } from 'ssekit';

/** ssekit under Mock Service Worker, unchanged. MSW treats its requests like any other. */

/** An event as `sse` handlers send it. */
type Tick = { id?: string; event: 'tick'; data: string } | { data: string };

const url = 'https://example.test/prices';
const server = setupServer();
const clients = new Set<{ close(): void }>();

beforeAll(() => {
  server.listen({ onUnhandledRequest: 'error' });
});
afterEach(() => {
  for (const client of clients) client.close();
  clients.clear();
  server.resetHandlers();
  vi.unstubAllGlobals();
});
afterAll(() => {
  server.close();
});

function connect(options: SseClientOptions = {}): SseClient {
  const client = new SseClient<Record<string, string>>(url, options);
  clients.add(client);
  return client;
}

/** A stream that stays open after these chunks. */
function stream(...chunks: string[]): HttpResponse<ReadableStream> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
    },
  });
  return new HttpResponse(body, { headers: { 'content-type': 'text/event-stream' } });
}

/**
 * Resolves when the client leaves. MSW copies responses, so only the request shows it, not the
 * stream.
 */
const aborted = ({ signal }: Request) =>
  new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });

describe('http handlers with a stream', () => {
  test('answer an SseClient, which leaves the stream on close()', async () => {
    let left: Promise<void> | undefined;
    server.use(
      http.get(url, ({ request }) => {
        left = aborted(request);
        return stream('id: 1\nevent: tick\nda', 'ta: 42\n\n');
      }),
    );
    const client = connect();
    expect(await client.once('tick')).toMatchObject({ data: '42', lastEventId: '1' });
    expect(client.getSnapshot().transport).toBe('fetch');
    client.close();
    expect(left).toBeDefined();
    await left;
  });

  test('see the reconnect with its Last-Event-ID, after a status that is tried again', async () => {
    const ids: (string | null)[] = [];
    server.use(
      http.get(
        url,
        ({ request }) => {
          ids.push(request.headers.get('last-event-id'));
          return new HttpResponse('id: 1\nevent: tick\ndata: a\n\n', {
            headers: { 'content-type': 'text/event-stream' },
          });
        },
        { once: true },
      ),
      http.get(url, () => new HttpResponse(null, { status: 503, headers: { 'retry-after': '0' } }), {
        once: true,
      }),
      http.get(url, ({ request }) => {
        ids.push(request.headers.get('last-event-id'));
        return stream('event: tock\ndata: b\n\n');
      }),
    );
    const client = connect({ retryInterval: 0 });
    const codes: unknown[] = [];
    client.onError(({ code, status }) => codes.push(status ?? code));
    expect(await client.once('tock')).toMatchObject({ data: 'b' });
    expect(ids).toEqual([null, '1']);
    expect(codes).toEqual(['network', 503]);
  });

  test('answer a POST of fetchSse, and see its loop leave', async () => {
    let left: Promise<void> | undefined;
    server.use(
      http.post(url, async ({ request }) => {
        expect(await request.json()).toEqual({ prompt: 'Hi' });
        left = aborted(request);
        return stream('data: {"answer":"hello"}\n\n');
      }),
    );
    for await (const { data } of fetchSse(url, { json: { prompt: 'Hi' }, decode: 'json' })) {
      expect(data).toEqual({ answer: 'hello' });
      break;
    }
    expect(left).toBeDefined();
    await left;
  });

  test('answer an error that says why', async () => {
    server.use(
      http.post(url, () =>
        HttpResponse.json({ error: 'slow down' }, { status: 429, headers: { 'retry-after': '2' } }),
      ),
    );
    await expect(fetchSse(url, { json: {} }).next()).rejects.toMatchObject({
      code: 'http',
      status: 429,
      retryAfter: 2000,
      body: '{"error":"slow down"}',
    });
  });
});

describe('sse handlers', () => {
  /** MSW only creates them if there's an `EventSource`, which Node 20 doesn't have. */
  function prices(resolve: (client: { send(event: Tick): void; close(): void; error(): void }) => void) {
    vi.stubGlobal('EventSource', FetchEventSource);
    return sse<{ tick: string; message: string }>(url, ({ client }) => {
      resolve(client);
    });
  }

  test.for(['fetch', 'native'] as const)(
    'send named and unnamed events with ids to a client on %s',
    async (transport) => {
      server.use(
        prices((source) => {
          source.send({ id: '1', event: 'tick', data: '42' });
          source.send({ data: 'unnamed' });
        }),
      );
      const client = connect({ transport });
      const tick = client.once('tick');
      const unnamed = client.once('message');
      expect(await tick).toMatchObject({ data: '42', lastEventId: '1' });
      expect(await unnamed).toMatchObject({ data: 'unnamed', lastEventId: '1' });
      expect(client.getSnapshot().transport).toBe(transport);
    },
  );

  test.for(['close', 'error'] as const)('that %s() make the client come back', async (how) => {
    let requests = 0;
    server.use(
      prices((source) => {
        requests += 1;
        if (requests === 1) source[how]();
        else source.send({ event: 'tick', data: String(requests) });
      }),
    );
    const client = connect({ transport: 'fetch', retryInterval: 0 });
    expect(await client.once('tick')).toMatchObject({ data: '2' });
  });
});
