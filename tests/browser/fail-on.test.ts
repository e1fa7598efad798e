import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { sharedConnection, SseClient } from 'ssekit';
import { script } from '../script.ts';

/** `failOn` where tabs share a connection, with the browser's locks and channels. */

test('an event that reports a failure reaches no tab, each gets one error, and all resume before it', async () => {
  const s = await script(inject('sameOrigin'), [
    { chunks: ['id: 1\ndata: a\n\nid: 2\nevent: error\ndata: no room\n\n'], end: 'hold' },
    { chunks: ['id: 2\ndata: b\n\n'], end: 'hold' },
  ]);
  const tabs = ['first', 'second'].map(() => {
    const client = new SseClient(s.url, {
      share: sharedConnection(s.url),
      failOn: ({ type }) => type === 'error',
      retryInterval: 100,
    });
    onTestFinished(() => {
      client.close();
    });
    const log: string[] = [];
    client.onMessage(({ data }) => log.push(data));
    client.on('error', ({ data }) => log.push(`error ${data}`));
    client.onError(({ code, event, raw, willRetry }) => log.push([code, event, raw, willRetry].join()));
    return { client, log };
  });
  await vi.waitFor(() => {
    for (const { log } of tabs) expect(log.at(-1)).toBe('b');
  }, 10_000);
  // The second tab may join after the first event.
  for (const { log } of tabs) {
    expect(log.filter((line) => line !== 'a')).toEqual(['server,error,no room,true', 'b']);
  }
  const { requests, open } = await s.log();
  expect(open).toBe(1);
  expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1']);
});
