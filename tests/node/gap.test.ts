import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { FetchEventSource, SseClient, type OpenInfo, type SseClientOptions, type SseError } from 'ssekit';
import { script, type Attempt } from '../script.ts';
import { createTestServer, type TestServer } from '../server.ts';

/** A server says that it couldn't resume, and the client reports it. */

let server: TestServer;
const clients: { close(): void }[] = [];

beforeAll(async () => {
  server = await createTestServer();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(() => server.close());

async function connect(attempts: Attempt[], options: SseClientOptions = {}) {
  const s = await script(server.origin, attempts);
  const client = new SseClient(s.url, { retryInterval: 1, ...options });
  clients.push(client);
  const log: string[] = [];
  const errors: SseError[] = [];
  client.onOpen(({ lastEventId }) => log.push(`open after ${lastEventId || 'none'}`));
  client.onMessage(({ data }) => log.push(data));
  client.onError((error) => {
    errors.push(error);
    log.push(`${error.code} ${client.status}`);
  });
  const told = (entry: string) =>
    vi.waitFor(() => {
      expect(log).toContain(entry);
    }, 4000);
  return { s, client, log, errors, told };
}

const first: Attempt = { chunks: ['id: 1\ndata: a\n\n'] };
const forgot: Attempt = {
  headers: { 'last-event-id': 'earliest' },
  chunks: ['id: 9\ndata: i\n\n'],
  end: 'hold',
};

test('a gap is told after the opening and before the events that follow, and the stream goes on', async () => {
  const { told, log, errors, client } = await connect([first, forgot]);
  await told('i');
  expect(log).toEqual(['open after none', 'a', 'network reconnecting', 'open after 1', 'gap open', 'i']);
  expect(errors[1]).toMatchObject({ code: 'gap', willRetry: true, status: 200, failures: 1 });
  expect(client.getSnapshot()).toMatchObject({ status: 'open', error: undefined });
});

test('a first id that the server does not know is a gap, too', async () => {
  const { told, log } = await connect([forgot], { lastEventId: '3' });
  await told('i');
  expect(log).toEqual(['open after 3', 'gap open', 'i']);
});

test('the option looks at the response as it opens, only where there was an id to resume after', async () => {
  const resumed = vi.fn(({ headers }: OpenInfo) => headers?.get('x-history') === 'whole');
  const { told, log } = await connect(
    [
      { ...first, headers: { 'x-history': 'none' } },
      { headers: { 'x-history': 'whole' }, chunks: ['id: 2\ndata: b\n\n'] },
      { headers: { 'x-history': 'cut' }, chunks: ['id: 9\ndata: i\n\n'], end: 'hold' },
    ],
    { resumed },
  );
  await told('i');
  expect(log.filter((entry) => !entry.startsWith('open') && !entry.startsWith('network'))).toEqual([
    'a',
    'b',
    'gap open',
    'i',
  ]);
  expect(resumed.mock.calls.map(([{ lastEventId, transport }]) => `${transport} ${lastEventId}`)).toEqual([
    'fetch 1',
    'fetch 2',
  ]);
});

test('a listener of the opening that closes hears of no gap, and the option is not asked', async () => {
  const resumed = vi.fn(() => false);
  const { client, log, s, told } = await connect([forgot], { lastEventId: '3', resumed });
  client.onOpen(() => {
    client.close();
  });
  await told('open after 3');
  await s.closed();
  expect(log).toEqual(['open after 3']);
  expect(resumed).not.toHaveBeenCalled();
});

test('a listener of the gap may drop what is there and try again', async () => {
  const { client, log, told, s } = await connect([first, forgot, { chunks: ['data: z\n\n'], end: 'hold' }]);
  client.onError(({ code }) => {
    if (code === 'gap') client.reconnect();
  });
  await told('z');
  expect(log).not.toContain('i');
  expect((await s.log()).requests).toHaveLength(3);
});

test('an EventSource knows no gaps', async () => {
  const s = await script(server.origin, [{ chunks: ['retry: 1\nid: 1\ndata: a\n\n'] }, forgot]);
  const source = new FetchEventSource(s.url);
  clients.push(source);
  const log: string[] = [];
  source.onopen = () => log.push('open');
  source.onmessage = ({ data }) => log.push(String(data));
  source.onerror = () => log.push('error');
  await vi.waitFor(() => {
    expect(log).toContain('i');
  }, 4000);
  expect(log).toEqual(['open', 'a', 'error', 'open', 'i']);
});
