import EventSource, { sources } from 'eventsourcemock';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { SseClient } from 'ssekit';
import type { EventSourceClass } from 'ssekit';

/*
 * The client over a third-party double. It delivers whatever it's given, so events are created by
 * hand. Its emitOpen() only reaches `onopen`, so an open is emitted like an event.
 */

const url = 'https://example.test/sse';
const clients: SseClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

async function connect(): Promise<{ client: SseClient; source: EventSource }> {
  const client = new SseClient(url, {
    transport: 'native',
    withCredentials: true,
    EventSource: EventSource as unknown as EventSourceClass,
  });
  clients.push(client);
  return { client, source: await vi.waitFor(() => sourceAt(url)) };
}

function sourceAt(key: string): EventSource {
  const source = sources[key];
  if (!source) throw new Error('not constructed yet');
  Reflect.deleteProperty(sources, key);
  return source;
}

describe('over eventsourcemock', () => {
  test('named and unnamed events are delivered', async () => {
    const { client, source } = await connect();
    const seen: string[] = [];
    client.on('lol', ({ type, data, lastEventId }) => seen.push(`${type} ${data} ${lastEventId}`));
    client.onMessage(({ type, data }) => seen.push(`${type} ${data}`));
    source.emit('open', new Event('open'));
    source.emit('lol', new MessageEvent('lol', { data: '哈', lastEventId: '1' }));
    source.emit('message', new MessageEvent('message', { data: '嗨' }));
    expect(seen).toEqual(['lol 哈 1', 'message 嗨']);
    expect(client.status).toBe('open');
    expect(source.withCredentials).toBe(true);
  });

  test('a loss is reconnecting while the source says CONNECTING', async () => {
    const { client, source } = await connect();
    source.emit('open', new Event('open'));
    source.emit('error', new Event('error'));
    expect(client.status).toBe('reconnecting');
    source.emit('open', new Event('open'));
    expect(client.status).toBe('open');
  });

  test('close() closes the source, and nothing is delivered after it', async () => {
    const { client, source } = await connect();
    const listener = vi.fn();
    client.onMessage(listener);
    client.close();
    expect(source.readyState).toBe(2);
    source.emit('message', new MessageEvent('message', { data: '嗨' }));
    expect(listener).not.toHaveBeenCalled();
  });
});
