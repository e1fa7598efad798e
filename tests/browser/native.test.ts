import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { ReadyState, SseClient, type SseClientOptions, type SseState } from 'ssekit';
import text from '../../demo/server/index.txt?raw';
import { script } from '../script.ts';

/** SseClient over the browser's own EventSource, against real servers. */

const clients = new Set<{ close(): void }>();

afterEach(() => {
  for (const client of clients) client.close();
  clients.clear();
  vi.restoreAllMocks();
});

type Options = Pick<SseClientOptions, 'withCredentials' | 'signal' | 'EventSource' | 'autoConnect'>;

function connect(url: string, options: Options = {}): SseClient {
  const client = new SseClient(url, { transport: 'native', ...options });
  clients.add(client);
  return client;
}

/** Resolves to the state once it has this status. */
function reached(client: SseClient, status: SseState['status']): Promise<SseState> {
  return new Promise((resolve) => {
    client.subscribe((state) => {
      if (state.status === status) resolve(state);
    });
  });
}

const codePoints = Array.from(text);

describe('the typed text', () => {
  test.for([
    ['as fast as it goes', 0],
    ['at a pace', 1],
  ] as const)('equals the file of the server to the code point: %s', async ([, interval]) => {
    const client = connect(`/api/sse?interval=${interval}`);
    const typed: string[] = [];
    const ids: string[] = [];
    client.on('lol', ({ data, lastEventId }) => {
      typed.push(data);
      ids.push(lastEventId);
    });
    const done = await client.once('done');
    expect(typed.join('')).toBe(text);
    expect(typed).toEqual(codePoints);
    expect(ids).toEqual(codePoints.map((_, i) => String(i + 1)));
    expect(JSON.parse(done.data)).toEqual({ count: codePoints.length });
    expect(client.lastEventId).toBe('end');
  });

  test('is followed by the 204 that keeps the client away: closed', async () => {
    const session = crypto.randomUUID();
    const client = connect(`/api/sse?interval=0&retry=50&session=${session}`);
    const { error, failures } = await reached(client, 'closed');
    expect([error?.code, error?.willRetry, failures]).toEqual(['failed', false, 2]);
    const stats: unknown = await (await fetch('/api/stats')).json();
    expect(stats).toMatchObject({ sessions: { [session]: { open: 0, requests: 2 } } });
  });
});

describe('events', () => {
  test('are told apart by name; those without one are messages', async () => {
    const s = await script('', [
      {
        chunks: [
          'data: 1\n\n',
          'event: tick\ndata: 2\nid: a\n\n',
          'event: other\ndata: 3\n\n',
          'data: 4\ndata:  5\n\n',
          'event: end\ndata\n\n',
        ],
        end: 'hold',
      },
    ]);
    const client = connect(s.url);
    const seen: unknown[] = [];
    client.onMessage(({ type, data, lastEventId }) => seen.push([type, data, lastEventId]));
    client.on('tick', (message) => seen.push({ ...message }));
    const end = await client.once('end');
    expect(seen).toEqual([
      ['message', '1', ''],
      { type: 'tick', data: '2', raw: '2', lastEventId: 'a', origin: location.origin },
      ['message', '4\n 5', 'a'],
    ]);
    expect([end.type, end.data]).toEqual(['end', '']);
  });

  test('of a name that is listened to late are delivered from then on', async () => {
    const s = await script('', [
      { chunks: ['data: first\n\n', { text: 'event: late\ndata: 1\n\n', wait: true }], end: 'hold' },
    ]);
    const client = connect(s.url);
    await client.once('message');
    const late = client.once('late');
    await s.release();
    expect((await late).data).toBe('1');
  });

  test('named open, error, close, message, __proto__ or constructor are data, and disturb nothing', async () => {
    const names = ['open', 'error', 'close', 'message', '__proto__', 'constructor', 'hasOwnProperty'];
    const s = await script('', [
      {
        chunks: [...names.map((name) => `event: ${name}\ndata: of the server\n\n`), 'event: end\ndata\n\n'],
        end: 'hold',
      },
    ]);
    const client = connect(s.url);
    const seen: string[] = [];
    const opened = vi.fn();
    const failed = vi.fn();
    for (const name of names) client.on(name, ({ type, data }) => seen.push(`${type}: ${data}`));
    client.onOpen(opened);
    client.onError(failed);
    await client.once('end');
    expect(seen).toEqual(names.map((name) => `${name}: of the server`));
    expect(opened).toHaveBeenCalledOnce();
    expect(failed).not.toHaveBeenCalled();
    expect(client.status).toBe('open');
    expect((await s.log()).requests).toHaveLength(1);
  });

  test('have the origin that served them, after a redirect', async () => {
    const there = await script(inject('crossOrigin'), [{ chunks: ['data: 1\n\n'], end: 'hold' }]);
    const here = await script('', [{ status: 307, headers: { location: there.url } }]);
    const { origin } = await connect(here.url).once('message');
    expect(origin).toBe(inject('crossOrigin'));
  });

  test('still reach the other listeners when one throws', async () => {
    const report = vi.spyOn(globalThis, 'reportError').mockImplementation(() => undefined);
    const s = await script('', [{ chunks: ['data: 1\n\ndata: 2\n\n', 'event: end\ndata\n\n'], end: 'hold' }]);
    const client = connect(s.url);
    const bug = new Error('a bug');
    const seen: string[] = [];
    client.onMessage(() => {
      throw bug;
    });
    client.onMessage(({ data }) => seen.push(data));
    await client.once('end');
    expect(seen).toEqual(['1', '2']);
    expect(report.mock.calls).toEqual([[bug], [bug]]);
  });
});

describe('the state', () => {
  test('is that of the EventSource: connecting until the answer is there, then open', async () => {
    const s = await script('', [{ wait: true, chunks: [': hello\n\n'], end: 'hold' }]);
    const client = connect(s.url, { withCredentials: true });
    expect([client.url, client.withCredentials]).toEqual([s.url, true]);
    await s.requests(1);
    expect([client.status, client.readyState]).toEqual(['connecting', ReadyState.Connecting]);
    expect(client.getSnapshot().transport).toBe('native');
    const opened = vi.fn();
    client.onOpen(opened);
    await s.release();
    await reached(client, 'open');
    expect(client.readyState).toBe(EventSource.OPEN);
    expect(opened.mock.calls).toEqual([[{ url: s.url, transport: 'native', lastEventId: '' }]]);
    client.close();
    expect([client.status, client.readyState]).toEqual(['closed', EventSource.CLOSED]);
    await s.closed();
  });

  test('is told to subscribers in order', async () => {
    const s = await script('', [{ chunks: ['data: 1\n\n'], end: 'hold' }]);
    const client = connect(s.url);
    const statuses: string[] = [];
    client.subscribe(({ status }) => {
      if (status !== statuses.at(-1)) statuses.push(status);
    });
    await client.once('message');
    client.close();
    expect(statuses).toEqual(['connecting', 'open', 'closed']);
  });
});

describe('cookies', () => {
  test.for([
    [true, 'ssekit-test=1'],
    [false, undefined],
  ] as const)('cross origins with withCredentials only: %s', async ([withCredentials, cookie]) => {
    document.cookie = 'ssekit-test=1; path=/test';
    const s = await script(inject('crossOriginSameSite'), [{ chunks: ['data: 1\n\n'], end: 'hold' }]);
    await connect(s.url, { withCredentials }).once('message');
    const { requests } = await s.log();
    expect(requests[0]?.headers.cookie).toBe(cookie);
    document.cookie = 'ssekit-test=; path=/test; max-age=0';
  });
});

describe('close()', () => {
  test('within a chunk is final: none of the events that have already arrived is delivered', async () => {
    const numbered = Array.from({ length: 200 }, (_, i) => `data: ${i}\nid: ${i}\n\n`).join('');
    const s = await script('', [{ chunks: [numbered], end: 'hold' }]);
    const client = connect(s.url);
    const seen: string[] = [];
    const after = vi.fn();
    client.onMessage(({ data }) => {
      seen.push(data);
      if (data !== '2') return;
      client.close();
      client.onError(after);
      client.onStateChange(after);
    });
    client.onMessage(({ data }) => seen.push(`${data} again`));
    await reached(client, 'closed');
    await s.closed();
    expect(seen).toEqual(['0', '0 again', '1', '1 again', '2']);
    expect(after).not.toHaveBeenCalled();
    expect(client.lastEventId).toBe('2');
  });

  test('before the answer takes the request back', async () => {
    const s = await script('', [{ wait: true }]);
    const client = connect(s.url);
    await s.requests(1);
    client.close();
    expect((await s.closed()).requests).toHaveLength(1);
  });

  test('in the tick of the constructor, or right before connect(), costs no request', async () => {
    const s = await script('', [{ chunks: ['data: 1\n\n'], end: 'hold' }]);
    const client = connect(s.url);
    for (let i = 0; i < 10; i++) {
      client.close();
      client.connect();
    }
    await client.once('message');
    expect((await s.log()).requests).toHaveLength(1);
  });

  test('leaves no connection on the server after 100 cycles', async () => {
    const s = await script('', [{ chunks: ['data: 1\n\n'], end: 'hold' }]);
    const client = connect(s.url, { autoConnect: false });
    for (let i = 0; i < 100; i++) {
      client.connect();
      await client.once('message');
      client.close();
    }
    const { requests, open } = await s.closed();
    expect(requests).toHaveLength(100);
    expect(open).toBe(0);
  });

  test('is what an AbortSignal does when it aborts', async () => {
    const s = await script('', [{ chunks: ['data: 1\n\n'], end: 'hold' }]);
    const abort = new AbortController();
    const client = connect(s.url, { signal: abort.signal });
    await client.once('message');
    abort.abort();
    expect(client.status).toBe('closed');
    expect((await s.closed()).requests).toHaveLength(1);
  });
});

test('the EventSource that is given is used', async () => {
  const urls: string[] = [];
  class Counted extends EventSource {
    constructor(url: string | URL, init?: EventSourceInit) {
      super(url, init);
      urls.push(this.url);
    }
  }
  const s = await script('', [{ chunks: ['data: 1\n\n'], end: 'hold' }]);
  await connect(s.url, { EventSource: Counted }).once('message');
  expect(urls).toEqual([s.url]);
});
