import { beforeEach, describe, expect, test, vi } from 'vitest';
import { MockEventSource } from 'ssekit/testing';
import { SseError } from '../../../src/errors.ts';
import { connectionOptions } from '../../../src/connection-options.ts';
import { prepareRequest } from '../../../src/connection/request.ts';
import { nativeTransport } from '../../../src/connection/native-transport.ts';
import type { SseMessage } from '../../../src/message.ts';
import type { TransportSink } from '../../../src/connection/transport.ts';

beforeEach(() => {
  MockEventSource.reset();
});

async function start({ types = [], lastEventId = '' }: { types?: string[]; lastEventId?: string } = {}) {
  const messages: SseMessage[] = [];
  const sink = {
    open: vi.fn<TransportSink['open']>(),
    message: (message: SseMessage) => {
      messages.push(message);
    },
    id: vi.fn<TransportSink['id']>(),
    reconnectionTime: vi.fn<TransportSink['reconnectionTime']>(),
    reestablishing: vi.fn<TransportSink['reestablishing']>(),
    fail: vi.fn<TransportSink['fail']>(),
    end: vi.fn<TransportSink['end']>(),
  };
  const abort = new AbortController();
  const request = await prepareRequest(
    connectionOptions('https://example.test/sse', { transport: 'native', withCredentials: true }),
    { failures: 0, lastEventId, error: undefined, signal: abort.signal },
    types,
  );
  const handle = nativeTransport(MockEventSource)(request, sink);
  if (!handle) throw new Error('no handle');
  return { source: MockEventSource.last, sink, messages, abort, handle };
}

test('constructs one EventSource with the URL and the credentials', async () => {
  const { source } = await start();
  expect(MockEventSource.instances).toHaveLength(1);
  expect([source.url, source.withCredentials]).toEqual(['https://example.test/sse', true]);
});

test('reports an open, every time', async () => {
  const { source, sink } = await start();
  source.open();
  source.drop();
  source.open();
  expect(sink.open.mock.calls).toEqual([
    [{ url: 'https://example.test/sse' }],
    [{ url: 'https://example.test/sse' }],
  ]);
});

test('names that come and go leave a hundred listeners at the source, and those in use', async () => {
  const { source, messages, handle } = await start({ types: ['stays'] });
  const listening = new Set(['stays']);
  const add = vi.spyOn(source, 'addEventListener');
  const remove = vi.spyOn(source, 'removeEventListener');
  add.mockImplementation((type) => void listening.add(type));
  remove.mockImplementation((type) => void listening.delete(type));
  handle.listen('again');
  for (let i = 0; i < 500; i++) {
    handle.listen(`name ${i}`);
    handle.unlisten?.(`name ${i}`);
    handle.unlisten?.('again');
    handle.listen('again');
  }
  for (const type of ['open', 'message', 'error']) handle.unlisten?.(type);
  expect(listening.size).toBeLessThanOrEqual(102);
  expect(['stays', 'again', 'name 499'].every((type) => listening.has(type))).toBe(true);
  source.open();
  source.emit('message', 'a');
  source.emit('stays', 'b');
  expect(messages.map(({ data }) => data)).toEqual(['a', 'b']);
});

describe('events', () => {
  test('unnamed ones are reported without being asked for', async () => {
    const { source, messages } = await start();
    source.open();
    source.emit('message', 'a\nb', { id: '7' });
    expect(messages).toEqual([
      { type: 'message', data: 'a\nb', raw: 'a\nb', lastEventId: '7', origin: 'https://example.test' },
    ]);
  });

  test('tells the origin that has served the stream since it was last opened', async () => {
    const { source, messages } = await start();
    const receive = (origin: string) => {
      source.dispatchEvent(new MessageEvent('message', { data: '1', origin }));
    };
    source.open();
    receive('https://a.test');
    source.drop();
    source.open();
    receive('https://b.test');
    expect(messages.map(({ origin }) => origin)).toEqual(['https://a.test', 'https://b.test']);
  });

  test('named ones are reported when they are asked for, at first or later', async () => {
    const { source, messages, handle } = await start({ types: ['early'] });
    source.open();
    source.emit('early', '1');
    source.emit('late', '2');
    handle.listen('late');
    source.emit('late', '3');
    expect(messages.map(({ type, data }) => type + data)).toEqual(['early1', 'late3']);
  });

  test('a type that is asked for twice is added once, for doubles that do not see to it', async () => {
    const added = vi.spyOn(MockEventSource.prototype, 'addEventListener');
    const { handle } = await start({ types: ['message', 'lol'] });
    handle.listen('lol');
    handle.listen('error');
    expect(added.mock.calls.map(([type]) => type)).toEqual(['open', 'error', 'message', 'lol']);
    added.mockRestore();
  });

  test('a type that is asked for twice is reported once', async () => {
    const { source, messages, handle } = await start({ types: ['message', 'lol'] });
    handle.listen('lol');
    handle.listen('open');
    source.open();
    source.emit('lol', '1');
    source.emit('message', '2');
    source.emit('open', '3');
    expect(messages.map(({ type, data }) => type + data)).toEqual(['lol1', 'message2', 'open3']);
  });

  test.for(['open', 'error', 'close', 'message', '__proto__', 'constructor', 'toString'])(
    'one that is named %s is data, and nothing else',
    async (type) => {
      const { source, messages, sink } = await start({ types: [type] });
      source.open();
      source.emit(type, 'payload');
      source.emit(type, '');
      expect(messages.map((message) => [message.type, message.data])).toEqual([
        [type, 'payload'],
        [type, ''],
      ]);
      expect(sink.open).toHaveBeenCalledOnce();
      expect(sink.reestablishing).not.toHaveBeenCalled();
      expect(sink.fail).not.toHaveBeenCalled();
    },
  );

  test('an event named like the lifecycle without data is not mistaken for it', async () => {
    const { source, sink, messages } = await start({ types: ['close'] });
    source.open();
    source.dispatchEvent(new Event('close'));
    source.dispatchEvent(new Event('message'));
    expect(messages).toEqual([]);
    expect(sink.fail).not.toHaveBeenCalled();
    expect(sink.reestablishing).not.toHaveBeenCalled();
  });
});

describe('the last event ID', () => {
  const ids = (messages: readonly SseMessage[]) => messages.map(({ lastEventId }) => lastEventId);

  test('is the one the source shows', async () => {
    const { source, messages } = await start();
    source.open();
    source.emit('message', '');
    source.emit('message', '', { id: '1' });
    source.emit('message', '');
    source.emit('message', '', { id: '2' });
    expect(ids(messages)).toEqual(['', '1', '1', '2']);
  });

  test('stays the one that was resumed after until the source shows its own', async () => {
    const { source, messages } = await start({ lastEventId: '41' });
    source.open();
    source.emit('message', '');
    source.emit('message', '', { id: '42' });
    expect(ids(messages)).toEqual(['41', '42']);
  });

  test('can be reset by the server', async () => {
    const { source, messages } = await start({ lastEventId: '41' });
    source.open();
    source.emit('message', '', { id: '42' });
    source.emit('message', '', { id: '' });
    source.emit('message', '');
    expect(ids(messages)).toEqual(['42', '', '']);
  });
});

describe('an error of the browser', () => {
  test('while it says CONNECTING is a loss it mends itself: it is left alone', async () => {
    const { source, sink, abort } = await start();
    source.open();
    source.drop();
    const error = sink.reestablishing.mock.calls[0]?.[0];
    expect(error).toBeInstanceOf(SseError);
    expect(error?.code).toBe('network');
    expect(sink.fail).not.toHaveBeenCalled();
    expect(source.readyState).toBe(0);
    expect(abort.signal.aborted).toBe(false);
    expect(MockEventSource.instances).toHaveLength(1);
  });

  test('once it is CLOSED is a failure without a reason', async () => {
    const { source, sink } = await start();
    source.fail();
    const error = sink.fail.mock.calls[0]?.[0];
    expect(error).toBeInstanceOf(SseError);
    expect(error?.code).toBe('failed');
    expect(error?.status).toBeUndefined();
    expect(error?.message).not.toContain('example.test');
    expect(sink.reestablishing).not.toHaveBeenCalled();
  });
});

test('an abort closes the source', async () => {
  const { source, abort } = await start();
  source.open();
  abort.abort();
  expect(source.readyState).toBe(2);
});
