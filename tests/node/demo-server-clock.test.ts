import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createApp } from '../../demo/server/app.ts';
import { listen, type Listening } from '../../demo/server/listen.ts';

// The server's timers are faked and moved by hand, and the sockets are real. Uses node:http,
// because fetch has its own timers.
let server: Listening;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  server = await listen(createApp());
});
afterEach(async () => {
  await server.close();
  vi.useRealTimers();
});

interface Opened {
  readonly path: string;
  readonly body?: object;
}

const sse = '/api/sse?session=a';

function send({ path, body }: Opened) {
  const sent = request(server.url + path, {
    method: body ? 'POST' : 'GET',
    headers: { 'Content-Type': 'application/json' },
    agent: false,
  });
  sent.on('error', () => undefined); // the test destroys it
  sent.end(body && JSON.stringify(body));
  return sent;
}

async function open(opened: Opened) {
  const sent = send(opened);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.setEncoding('utf8').on('error', () => undefined);
  let received = '';
  response.on('data', (chunk: string) => {
    received += chunk;
  });
  return {
    received: () => received,
    async until(fragment: string) {
      while (!received.includes(fragment)) await once(response, 'data');
    },
    leave() {
      sent.destroy();
    },
  };
}

async function openCount(): Promise<number> {
  const [response] = (await once(send({ path: '/api/stats' }), 'response')) as [IncomingMessage];
  const chunks: string[] = [];
  for await (const chunk of response.setEncoding('utf8')) chunks.push(String(chunk));
  return (JSON.parse(chunks.join('')) as { open: number }).open;
}

async function untilOpen(count: number): Promise<void> {
  while ((await openCount()) !== count);
}

/**
 * Whatever the server has written by now arrives before the response to a later request, or not at
 * all.
 */
async function roundTrip(): Promise<void> {
  for (let trip = 0; trip < 3; trip++) await openCount();
}

async function arm(fault: object): Promise<void> {
  const sent = send({ path: '/api/faults', body: { session: 'a', ...fault } });
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  response.resume();
  await once(response, 'end');
}

describe('without ?interval=', () => {
  test('the text types a code point every 300 ms', async () => {
    const stream = await open({ path: sse });
    await stream.until('id: 1\n\n');
    for (const id of [2, 3]) {
      vi.advanceTimersByTime(299);
      await roundTrip();
      expect(stream.received()).toMatch(new RegExp(`id: ${id - 1}\n\n$`));
      vi.advanceTimersByTime(1);
      await stream.until(`id: ${id}\n\n`);
    }
  });

  test('metrics tick every second', async () => {
    const stream = await open({ path: '/api/metrics' });
    await stream.until('id: 1\n\n');
    vi.advanceTimersByTime(999);
    await roundTrip();
    expect(stream.received()).toMatch(/id: 1\n\n$/);
    vi.advanceTimersByTime(1);
    await stream.until('id: 2\n\n');
  });

  test('the chat types every 40 ms', async () => {
    const stream = await open({ path: '/api/chat', body: { prompt: 'a' } });
    await stream.until('"delta":{"content":"Yo"},"finish_reason":null}]}\n\n');
    vi.advanceTimersByTime(39);
    await roundTrip();
    expect(stream.received()).toMatch(/"Yo".*\n\n$/);
    vi.advanceTimersByTime(1);
    await stream.until('"delta":{"content":"u"},"finish_reason":null}]}\n\n');
  });
});

describe('the heartbeat', () => {
  test('is a comment every 15 s', async () => {
    const stream = await open({ path: `${sse}&interval=3600000` });
    await stream.until('id: 1\n\n');
    vi.advanceTimersByTime(14_999);
    await roundTrip();
    expect(stream.received()).not.toContain(': hb');
    for (let beat = 1; beat <= 3; beat++) {
      vi.advanceTimersByTime(beat === 1 ? 1 : 15_000);
      await stream.until('id: 1\n\n' + ': hb\n\n'.repeat(beat));
    }
  });

  test('has the pace that ?heartbeat= says, and 0 is none', async () => {
    const fast = await open({ path: `${sse}&interval=3600000&heartbeat=20` });
    const none = await open({ path: `${sse}&interval=3600000&heartbeat=0` });
    await fast.until('id: 1\n\n');
    await none.until('id: 1\n\n');
    vi.advanceTimersByTime(20);
    await fast.until(': hb\n\n');
    vi.advanceTimersByTime(60_000);
    await roundTrip();
    expect(none.received()).not.toContain(': hb');
  });
});

test('silence lets nothing through, no heartbeat either, and loses nothing', async () => {
  const stream = await open({ path: sse });
  await stream.until('id: 1\n\n');
  await arm({ kind: 'silence', ms: 60_000 });
  vi.advanceTimersByTime(59_999);
  await roundTrip();
  expect(stream.received()).toMatch(/id: 1\n\n$/);
  vi.advanceTimersByTime(1);
  await stream.until('id: 2\n\n');
  vi.advanceTimersByTime(300);
  await stream.until('id: 3\n\n');
  expect(stream.received()).not.toContain('hb');
});

test('silence without ms lasts as long as the connection', async () => {
  const stream = await open({ path: sse });
  await stream.until('id: 1\n\n');
  await arm({ kind: 'silence' });
  vi.advanceTimersByTime(3_600_000);
  await roundTrip();
  expect(stream.received()).toMatch(/id: 1\n\n$/);
  expect(await openCount()).toBe(1);
});

test('slow-open holds the headers back for 5 s', async () => {
  await arm({ kind: 'slow-open' });
  const sent = send({ path: sse });
  let answered = false;
  const response = once(sent, 'response').then(() => {
    answered = true;
  });
  await untilOpen(1);
  vi.advanceTimersByTime(4999);
  await roundTrip();
  expect(answered).toBe(false);
  vi.advanceTimersByTime(1);
  await response;
});

describe('no timer runs', () => {
  test.each<Opened>([
    { path: sse },
    { path: '/api/metrics' },
    { path: '/api/chat', body: { prompt: 'a' } },
    { path: '/api/sse?interval=0&lastEventId=795&heartbeat=10' },
  ])('for a client that left $path', async (opened) => {
    const stream = await open(opened);
    await stream.until('\n\n');
    stream.leave();
    await untilOpen(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('while fifty clients come and go', async () => {
    for (let index = 0; index < 50; index++) {
      const stream = await open({ path: index % 2 === 0 ? sse : '/api/metrics' });
      await stream.until('id: 1\n\n');
      expect(vi.getTimerCount()).toBe(2);
      stream.leave();
      await untilOpen(0);
    }
    expect(vi.getTimerCount()).toBe(0);
  });

  test('for a client that left while its headers were held back', async () => {
    await arm({ kind: 'slow-open' });
    const sent = send({ path: sse });
    await untilOpen(1);
    expect(vi.getTimerCount()).toBe(1);
    sent.destroy();
    await untilOpen(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('for a client that left in silence', async () => {
    await arm({ kind: 'silence', ms: 60_000 });
    const stream = await open({ path: sse });
    await stream.until('retry: 1000\n\n');
    stream.leave();
    await untilOpen(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each(['cut', 'unavailable'])('after the server cut the stream by %s', async (kind) => {
    const stream = await open({ path: sse });
    await stream.until('id: 1\n\n');
    await arm({ kind });
    await untilOpen(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
