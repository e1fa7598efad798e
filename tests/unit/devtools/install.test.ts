import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FetchEventSource, fetchSse, SseClient, sharedConnection } from 'ssekit';
import { MockEventSource, mockSse, type MockSse } from 'ssekit/testing';
import { HOLDERS } from '../../../src/connection/devtools-hook.ts';
import { install } from '../../../src/devtools/install.ts';
import { Recorder } from '../../../src/devtools/recorder.ts';
import type { GivenOptions } from '../../../src/components/component-options.ts';
import { createClientStore } from '../../../src/components/registry.ts';
import { flush, stopClock } from '../setup.ts';

const URL_ = 'https://example.test/prices?token=secret';
const SECRET = 'Bearer hidden';

stopClock();

let recorder: Recorder;
let uninstall: () => void;
beforeEach(() => {
  recorder = new Recorder();
  uninstall = install(recorder);
});
afterEach(() => {
  uninstall();
});

/** Answers the latest request with an event. */
const send = (server: MockSse, data: string, event?: string, id?: string) => {
  server.exchanges.at(-1)?.send({ data, event, id });
};

const rows = (kind?: string) => recorder.shown.filter((row) => !kind || row.kind === kind);
const lines = (kind?: string) => rows(kind).map(({ type, data }) => `${type}: ${data}`);

describe('a client over fetch', () => {
  test('shows its requests, responses, states, events, bytes and errors, in the order they came', async () => {
    const server = mockSse();
    const client = new SseClient(URL_, {
      fetch: server.fetch,
      headers: { authorization: SECRET },
      retry: { jitter: false },
    });
    await flush();
    send(server, 'hello', 'greeting', '1');
    await flush();
    server.exchanges.at(-1)?.cut();
    await vi.advanceTimersByTimeAsync(1000);
    server.exchanges.at(-1)?.open();
    await flush();
    expect(lines()).toEqual([
      'connecting: connecting',
      'request: GET https://example.test/prices, attempt 1',
      '200: after 0 ms',
      'open: connecting → open over fetch',
      'greeting: hello',
      'reconnecting: open → reconnecting, next attempt in 1000 ms',
      expect.stringMatching(/^network: .* Will retry\.$/),
      'request: GET https://example.test/prices, attempt 2, after 1000 ms because of network, resumes after ID 1',
      '200: after 0 ms',
      'open: reconnecting → open over fetch',
    ]);
    const [stream] = recorder.streams;
    expect(stream).toMatchObject({ kind: 'SseClient', method: 'GET', events: 1, attempts: 2 });
    expect(stream?.bytes).toBeGreaterThan('data: hello'.length);
    expect(stream?.state).toBe(client.getSnapshot());
    client.close();
    expect(lines().at(-1)).toBe('closed: open → closed');
  });

  test('shows names of headers and never a value, and no query', async () => {
    const server = mockSse();
    const client = new SseClient(URL_, { fetch: server.fetch, headers: { authorization: SECRET } });
    await flush();
    server.exchanges.at(-1)?.open({ status: 500, headers: { 'x-token': SECRET } });
    server.exchanges.at(-1)?.end();
    await flush();
    client.close();
    const text = JSON.stringify(recorder.shown);
    expect(text).toContain('authorization');
    expect(text).not.toContain('hidden');
    expect(text).not.toContain('secret');
  });

  test('does what the panel asks, as far as its state allows', async () => {
    const server = mockSse();
    const client = new SseClient(URL_, { fetch: server.fetch });
    const [stream] = recorder.streams;
    await flush();
    expect(stream?.actions).toEqual(['reconnect', 'close']);
    stream?.act('close');
    expect(client.status).toBe('closed');
    expect(stream?.actions).toEqual(['connect']);
    stream?.act('connect');
    expect(client.status).toBe('connecting');
    client.close();
  });

  test('that was made before appears with its next change, and is seen from then on', async () => {
    uninstall();
    const server = mockSse();
    const client = new SseClient(URL_, { fetch: server.fetch });
    await flush();
    send(server, 'unseen');
    await flush();
    uninstall = install(recorder);
    send(server, 'unseen, too');
    await flush();
    expect(recorder.streams).toEqual([]);
    client.reconnect();
    await vi.advanceTimersByTimeAsync(100);
    send(server, 'seen');
    await flush();
    expect(lines('event')).toEqual(['message: seen']);
    client.close();
  });

  test('is left as it was by the last unmount', async () => {
    const server = mockSse();
    const onMessage = vi.fn();
    const client = new SseClient(URL_, { fetch: server.fetch });
    client.onMessage(onMessage);
    await flush();
    server.exchanges.at(-1)?.open();
    await flush();
    uninstall();
    const { length } = recorder.shown;
    send(server, 'a');
    await flush();
    client.close();
    expect(onMessage).toHaveBeenCalledTimes(1);
    expect(recorder.shown).toHaveLength(length);
    expect(Symbol.for('ssekit.devtools') in globalThis).toBe(false);
  });

  test('shows a payload that cannot be decoded, and a function that throws', async () => {
    const server = mockSse();
    const client = new SseClient<{ tick: { price: number } }>(URL_, { fetch: server.fetch, decode: 'json' });
    client.on('tick', () => undefined);
    client.onError(() => undefined);
    await flush();
    send(server, '{broken', 'tick');
    await flush();
    expect(lines('error')[0]).toMatch(/^decode: .* The stream continues\.$/);
    expect(rows('error')[0]?.facts).toMatchObject({ event: 'tick', raw: '{broken' });
    client.close();
    const broken = new SseClient(
      () => {
        throw new Error('no URL today');
      },
      { retry: false, transport: 'fetch' },
    );
    broken.onError(() => undefined);
    await flush();
    expect(lines('error')[1]).toMatch(/^failed: .*no URL today.* Final\.$/);
  });

  test('costs no call of the recorder if nothing is mounted', async () => {
    uninstall();
    const get = vi.fn();
    Object.defineProperty(globalThis, Symbol.for('ssekit.devtools'), { get, configurable: true });
    const server = mockSse();
    const client = new SseClient(URL_, { fetch: server.fetch });
    await flush();
    send(server, 'first');
    await flush();
    const before = get.mock.calls.length;
    for (let i = 0; i < 100; i++) send(server, String(i));
    await flush();
    expect(get).toHaveBeenCalledTimes(before);
    client.close();
    Reflect.deleteProperty(globalThis, Symbol.for('ssekit.devtools'));
  });
});

test('a client over native shows its attempt and its events', async () => {
  const client = new SseClient(URL_, { EventSource: MockEventSource });
  client.onMessage(() => undefined);
  await flush();
  const source = MockEventSource.instances.at(-1);
  source?.open();
  source?.emit('message', 'a', { id: '5' });
  expect(lines()).toEqual([
    'connecting: connecting',
    'request: https://example.test/prices over native, attempt 1',
    'open: connecting → open over native',
    'message: a',
  ]);
  client.close();
});

test('a FetchEventSource is seen, and can be closed', async () => {
  const server = mockSse();
  const source = new FetchEventSource(URL_, { fetch: server.fetch });
  await flush();
  send(server, 'a');
  await flush();
  const [stream] = recorder.streams;
  expect(stream).toMatchObject({ kind: 'FetchEventSource', events: 1 });
  expect(stream?.actions).toEqual(['close']);
  stream?.act('close');
  expect(source.readyState).toBe(FetchEventSource.CLOSED);
  expect(stream?.actions).toEqual([]);
});

describe('a loop of fetchSse', () => {
  const answer =
    (text: string, status = 200) =>
    () =>
      Promise.resolve(new Response(text, { status, headers: { 'content-type': 'text/event-stream' } }));

  test('shows every event, also those it does not take, and its end', async () => {
    const loop = fetchSse(URL_, {
      fetch: answer('data: a\n\nid: 2\ndata: [DONE]\n\n'),
      json: {},
      until: '[DONE]',
    });
    for await (const { data } of loop) expect(data).toBe('a');
    expect(recorder.streams[0]).toMatchObject({ kind: 'fetchSse', method: 'POST', events: 2, url: URL_ });
    expect(lines('event')).toEqual(['message: a', 'message: [DONE]']);
    expect(lines('state')).toEqual([
      'connecting: closed → connecting',
      'open: connecting → open',
      'closed: open → closed',
    ]);
  });

  test('shows the error it rejects with', async () => {
    await expect(fetchSse(URL_, { fetch: answer('', 401) }).next()).rejects.toThrow();
    expect(lines('error')).toEqual([expect.stringMatching(/^http: .* Final\.$/)]);
    expect(recorder.streams[0]?.state).toMatchObject({ status: 'closed', error: { status: 401 } });
  });

  test('that never starts is not in the list', async () => {
    fetchSse(URL_, { fetch: answer('') });
    await flush();
    expect(recorder.streams).toEqual([]);
  });
});

test('a shared client says which part its tab has', async () => {
  const locks = { request: () => Promise.resolve() };
  vi.stubGlobal('navigator', { locks });
  const client = new SseClient(URL_, { share: sharedConnection('prices'), transport: 'fetch' });
  await flush();
  expect(recorder.streams[0]?.shared).toEqual({
    name: expect.stringMatching(/:prices$/) as string,
    leads: false,
  });
  client.close();
  vi.unstubAllGlobals();
});

test('a client of components says how many hold it', async () => {
  const server = mockSse();
  const offs = [1, 2].map(() =>
    createClientStore(URL_, { fetch: server.fetch, transport: 'fetch' } as GivenOptions).subscribe(
      () => undefined,
    ),
  );
  await flush();
  expect(recorder.streams[0]?.components).toBe(2);
  expect(recorder.streams).toHaveLength(1);
  for (const off of offs) off();
  await flush();
  expect(HOLDERS.description).toBe('ssekit.holders');
});
