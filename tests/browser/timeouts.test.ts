import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { ReadyState, SseClient, type SseClientOptions, type SseError } from 'ssekit';
import { script } from '../script.ts';

const SAME = inject('sameOrigin');
const clients: SseClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

function connect(url: string, options: SseClientOptions) {
  const client = new SseClient(url, options);
  clients.push(client);
  const errors: SseError[] = [];
  const data: string[] = [];
  client.onError((error) => errors.push(error));
  client.onMessage((message) => data.push(message.data));
  return {
    client,
    errors,
    data,
    closed: () =>
      vi.waitFor(() => {
        expect(client.readyState).toBe(ReadyState.Closed);
      }, 10_000),
    received: (count: number) =>
      vi.waitFor(() => {
        expect(data).toHaveLength(count);
      }, 10_000),
  };
}

describe('openTimeout', () => {
  test('fails an attempt whose headers do not come: the server sees the close', async () => {
    const s = await script(SAME, [{ wait: true }]);
    const { closed, errors } = connect(s.url, { openTimeout: 200, retry: false });
    await closed();
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: 'timeout', willRetry: false });
    expect((await s.closed()).requests).toHaveLength(1);
  });

  test('is retried, and says nothing of a stream that is open and silent', async () => {
    const s = await script(SAME, [
      { wait: true },
      { chunks: ['data: a\n\n', { text: 'data: b\n\n', delay: 1200 }], end: 'hold' },
    ]);
    const { received, errors } = connect(s.url, { openTimeout: 1000, retryInterval: 100 });
    await received(2);
    expect(errors.map(({ code }) => code)).toEqual(['timeout']);
    const { requests, open } = await s.log();
    expect(requests).toHaveLength(2);
    expect(open).toBe(1);
  });

  test('does not hide the status of an error whose body is slow', async () => {
    const s = await script(SAME, [{ status: 503, chunks: ['half'], end: 'hold' }]);
    const { closed, errors } = connect(s.url, { openTimeout: 800, retry: false });
    await closed();
    expect(errors[0]).toMatchObject({ code: 'http', status: 503, body: 'half' });
    await s.closed();
  });
});

describe('idleTimeout', () => {
  test('fails a stream without a byte, and resumes it', async () => {
    const s = await script(SAME, [
      { chunks: ['id: 1\ndata: a\n\n'], end: 'hold' },
      { chunks: ['id: 2\ndata: b\n\n'], end: 'hold' },
    ]);
    const { client, received, errors } = connect(s.url, { idleTimeout: 300, retryInterval: 100 });
    await received(2);
    client.close();
    expect(errors.map(({ code, willRetry }) => [code, willRetry])).toEqual([['timeout', true]]);
    const { requests, maxOpen } = await s.closed();
    expect(requests.map(({ lastEventIdHex }) => lastEventIdHex)).toEqual([undefined, '31']);
    expect(maxOpen).toBe(1);
  });

  test('counts comments as bytes', async () => {
    const s = await script(SAME, [
      {
        chunks: [
          'data: a\n\n',
          ...Array.from({ length: 6 }, () => ({ text: ':\n', delay: 300 })),
          'data: b\n\n',
        ],
        end: 'hold',
      },
    ]);
    const { received, errors } = connect(s.url, { idleTimeout: 1200, retryInterval: 100 });
    await received(2);
    expect(errors).toEqual([]);
    expect((await s.log()).requests).toHaveLength(1);
  });

  test('and openTimeout end a stream that is headers alone: Firefox tells of these with the first byte', async () => {
    const s = await script(SAME, [{ end: 'hold' }]);
    const { closed, errors } = connect(s.url, { openTimeout: 500, idleTimeout: 500, retry: false });
    await closed();
    expect(errors[0]).toMatchObject({ code: 'timeout' });
    await s.closed();
  });
});
