import { describe, expect, test } from 'vitest';
import { fetchSse, SseClient, SseError, type SseState } from 'ssekit';
import { MockEventSource, mockSse, type MockEvent, type MockExchange } from 'ssekit/testing';

/** What `ssekit/testing` promises in every environment: jsdom, happy-dom and browsers. */

/** On the page's own origin. The ID header isn't sent to another one. */
const URL_ = new URL('/prices', location.href).href;

/** Resolves to the state once it has this status. */
function reached(client: SseClient, status: SseState['status']): Promise<SseState> {
  return new Promise((resolve) => {
    client.subscribe((state) => {
      if (state.status === status) resolve(state);
    });
  });
}

/** The text of one response, driven by hand, or the error it fails with. */
async function answered(drive: (exchange: MockExchange) => void): Promise<string> {
  const server = mockSse();
  const response = server.fetch(URL_);
  drive(await server.next());
  return textOf(await response);
}

/** Not `text()`: its error for a broken stream differs between engines. */
async function textOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  const reader = body?.getReader();
  let text = '';
  for (let chunk; (chunk = await reader?.read())?.value;)
    text += decoder.decode(chunk.value, { stream: true });
  return text;
}

export function describeDoubles(): void {
  describe('mockSse', () => {
    test('is the server of a client: events, a cut, and the reconnect after the last id', async () => {
      const server = mockSse();
      const client = new SseClient<{ tick: string }>(URL_, { fetch: server.fetch, retryInterval: 0 });
      const seen: string[] = [];
      client.on('tick', ({ data, lastEventId }) => seen.push(`${lastEventId} ${data}`));

      const first = await server.next();
      expect(first.request.url).toBe(URL_);
      expect(first.request.headers.get('last-event-id')).toBeNull();
      const tick = client.once('tick');
      first.send({ event: 'tick', data: '42', id: '1' });
      expect(await tick).toMatchObject({ data: '42', origin: location.origin });
      first.cut();

      const second = await server.next();
      expect(second.request.headers.get('last-event-id')).toBe('1');
      const next = client.once('tick');
      second.send({ event: 'tick', data: '43', id: '2' });
      await next;
      expect(seen).toEqual(['1 42', '2 43']);
      expect(server.exchanges).toEqual([first, second]);

      client.close();
      expect([first.isAborted, second.isAborted]).toEqual([false, true]);
    });

    test('is the server of fetchSse: a POST that can be read, and break as the client that leaves', async () => {
      const server = mockSse();
      const loop = (async () => {
        for await (const { data } of fetchSse(URL_, { json: { prompt: '你好' }, fetch: server.fetch })) {
          return data;
        }
        return undefined;
      })();
      const exchange = await server.next();
      expect(exchange.request.method).toBe('POST');
      expect(exchange.request.headers.get('content-type')).toBe('application/json');
      expect(await exchange.request.json()).toEqual({ prompt: '你好' });
      exchange.send({ data: 'a' });
      expect(await loop).toBe('a');
      expect(exchange.isAborted).toBe(true);
    });

    test('opens the stream without an event, too', async () => {
      const server = mockSse();
      const client = new SseClient(URL_, { fetch: server.fetch });
      const opened = new Promise((resolve) => client.onOpen(resolve));
      (await server.next()).open({ headers: { 'x-region': 'eu' } });
      expect(await opened).toMatchObject({ status: 200, transport: 'fetch' });
      expect(client.status).toBe('open');
      client.close();
    });

    test('answers with an error status, its headers and its body', async () => {
      const server = mockSse();
      const pending = fetchSse(URL_, { fetch: server.fetch }).next();
      const exchange = await server.next();
      exchange.open({ status: 429, headers: { 'retry-after': '2' } });
      exchange.send('slow down');
      exchange.end();
      const error: unknown = await pending.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(SseError);
      expect(error).toMatchObject({ code: 'http', status: 429, retryAfter: 2000, body: 'slow down' });
    });

    test('answers 204, with which a server ends a stream', async () => {
      const server = mockSse();
      const client = new SseClient(URL_, { fetch: server.fetch });
      const closed = reached(client, 'connecting').then(() => reached(client, 'closed'));
      const exchange = await server.next();
      exchange.open({ status: 204 });
      expect((await closed).error).toMatchObject({ code: 'no-content', willRetry: false });
      // The response is complete.
      expect(exchange.isAborted).toBe(false);
    });

    test('answers a content type of your own', async () => {
      const server = mockSse();
      const pending = fetchSse(URL_, { fetch: server.fetch }).next();
      const exchange = await server.next();
      exchange.open({ headers: { 'content-type': 'text/html' } });
      exchange.end();
      await expect(pending).rejects.toMatchObject({ code: 'content-type' });
    });

    test.for<[string, MockEvent, string]>([
      [
        'all fields',
        { retry: 5, id: '1', event: 'tick', data: 'a' },
        'retry: 5\nid: 1\nevent: tick\ndata: a\n\n',
      ],
      ['lines', { data: 'a\nb\r\nc\rd' }, 'data: a\ndata: b\ndata: c\ndata: d\n\n'],
      ['an object', { data: { price: 1 } }, 'data: {"price":1}\n\n'],
      ['a number', { data: 0 }, 'data: 0\n\n'],
      ['null', { data: null }, 'data: null\n\n'],
      ['empty data', { data: '' }, 'data: \n\n'],
      ['an id alone', { id: '' }, 'id: \n\n'],
    ])('writes %s as the standard has it', async ([, event, text]) => {
      expect(
        await answered((exchange) => {
          exchange.send(event);
          exchange.end();
        }),
      ).toBe(text);
    });

    test('sends text and bytes exactly as they are, a chunk each', async () => {
      const server = mockSse();
      const iterator = fetchSse(URL_, { fetch: server.fetch });
      const pending = iterator.next();
      const exchange = await server.next();
      exchange.send(': comment\nda');
      for (const byte of new TextEncoder().encode('ta: 你好\n')) exchange.send(new Uint8Array([byte]));
      exchange.send('\n');
      expect((await pending).value?.data).toBe('你好');
      exchange.end();
      expect((await iterator.next()).done).toBe(true);
    });

    test('cuts before the answer and within it; end() is no cut', async () => {
      await expect(
        answered((exchange) => {
          exchange.cut();
        }),
      ).rejects.toThrow('The connection was cut.');
      await expect(
        answered((exchange) => {
          exchange.open();
          exchange.cut();
        }),
      ).rejects.toThrow('The connection was cut.');
      expect(
        await answered((exchange) => {
          exchange.end();
          exchange.cut();
          exchange.send('too late');
        }),
      ).toBe('');
    });

    test('cuts after all that was sent, however slowly that is read', async () => {
      const server = mockSse();
      const iterator = fetchSse(URL_, { fetch: server.fetch });
      const first = iterator.next();
      const exchange = await server.next();
      for (const data of ['a', 'b', 'c']) exchange.send({ data });
      exchange.cut();
      expect((await first).value?.data).toBe('a');
      expect((await iterator.next()).value?.data).toBe('b');
      expect((await iterator.next()).value?.data).toBe('c');
      await expect(iterator.next()).rejects.toMatchObject({ code: 'network' });
      expect(exchange.isAborted).toBe(false);
    });

    test('hands out each request once, in order, whether it came before next() or comes after', async () => {
      const server = mockSse();
      const requests = ['1', '2', '3'].map((name) => `${URL_}/${name}`);
      const waiting = server.next();
      for (const url of requests) server.fetch(url).catch(() => undefined);
      const urls = [await waiting, await server.next(), await server.next()].map(
        ({ request }) => request.url,
      );
      expect(urls).toEqual(requests);
      expect(server.exchanges).toHaveLength(3);
    });

    test('rejects, as fetch does, what is no request, and what is aborted', async () => {
      const { fetch, exchanges } = mockSse();
      await expect(fetch('https://[')).rejects.toThrow();
      const reason = new Error('stop');
      await expect(fetch(URL_, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(exchanges).toEqual([]);
    });

    test('sees the client leave: before the answer, and within it', async () => {
      for (const isOpen of [false, true]) {
        const server = mockSse();
        const controller = new AbortController();
        const response = server.fetch(URL_, { signal: controller.signal });
        const exchange = await server.next();
        const reason = new Error('stop');
        if (isOpen) {
          exchange.open();
          const text = expect(textOf(await response)).rejects.toBe(reason);
          controller.abort(reason);
          await text;
        } else {
          const settled = expect(response).rejects.toBe(reason);
          controller.abort(reason);
          await settled;
        }
        expect(exchange.isAborted).toBe(true);
        exchange.send('nobody reads this');
      }
    });

    test.for(['abort', 'cancel'])(
      'drops what it sent in the tick in which the client left: %s',
      async (how) => {
        const server = mockSse();
        const controller = new AbortController();
        const response = server.fetch(URL_, { signal: controller.signal });
        const exchange = await server.next();
        exchange.open();
        const reader = (await response).body?.getReader();
        const reason = new Error('stop');
        const read = reader?.read().catch((error: unknown) => error);
        exchange.send('too late');
        exchange.send('and this');
        if (how === 'abort') controller.abort(reason);
        else await reader?.cancel();
        expect(await read).toEqual(how === 'abort' ? reason : { done: true, value: undefined });
        expect(exchange.isAborted).toBe(true);
      },
    );
  });

  describe('MockEventSource', () => {
    test('is the EventSource of a client: open, events, a loss and the way back, a failure', async () => {
      MockEventSource.reset();
      const coming = MockEventSource.next();
      const client = new SseClient<{ tick: string; error: string }>(URL_, {
        transport: 'native',
        EventSource: MockEventSource,
      });
      const seen: string[] = [];
      client.on('tick', ({ data, lastEventId }) => seen.push(`${lastEventId} ${data}`));
      client.on('error', ({ data }) => seen.push(`error ${data}`));
      client.onStateChange((now, before) => {
        if (now.status !== before.status) seen.push(now.status);
      });

      const source = await coming;
      expect([source.url, source.readyState]).toEqual([URL_, MockEventSource.CONNECTING]);
      source.open();
      source.emit('tick', '42', { id: '1' });
      source.emit('error', 'data like any other');
      source.drop();
      source.open();
      source.emit('tick', '43');
      source.fail();
      expect(seen).toEqual([
        'open',
        '1 42',
        'error data like any other',
        'reconnecting',
        'open',
        '1 43',
        'closed',
      ]);
      expect(client.getSnapshot().error).toMatchObject({ code: 'failed' });
      expect(MockEventSource.instances).toEqual([source]);
    });

    test('is a real EventTarget with real events', () => {
      const source = new MockEventSource(URL_);
      const seen: unknown[] = [];
      source.addEventListener('tick', (event) => {
        seen.push(event instanceof MessageEvent && [event.type, event.data, event.target === source]);
      });
      source.open();
      source.emit('tick', '42');
      expect(source).toBeInstanceOf(EventTarget);
      expect(seen).toEqual([['tick', '42', true]]);
    });

    test('is closed by the client that leaves', async () => {
      const coming = MockEventSource.next();
      const client = new SseClient(URL_, { transport: 'native', EventSource: MockEventSource });
      const source = await coming;
      source.open();
      client.close();
      expect(source.readyState).toBe(MockEventSource.CLOSED);
    });
  });
}
