import { server } from 'vitest/browser';
import { describe, expect, inject, test, vi } from 'vitest';
import { ReadyState, SseClient, type SseClientOptions, type SseError } from 'ssekit';
import { script, type Attempt } from '../script.ts';

/**
 * R17: a request that carries the caller's headers or body goes where the caller sent it, and
 * nowhere else.
 */

const SAME = inject('sameOrigin');
const CROSS = inject('crossOrigin');

/**
 * The second chunk is for Firefox, which only ends an aborted, redirected request at the next byte.
 */
const live: Attempt = { chunks: ['data: a\n\n', { text: ':\n', wait: true }], end: 'hold' };

async function redirected(options: SseClientOptions, status = 302, origin = SAME) {
  const target = await script(origin, [live]);
  const s = await script(SAME, [{ status, headers: { location: `${target.url}?token=secret-query` } }]);
  const client = new SseClient(`${s.url}?token=secret-query`, { retry: false, ...options });
  const errors: SseError[] = [];
  const data: string[] = [];
  client.onError((error) => errors.push(error));
  client.onMessage((message) => data.push(message.data));
  await vi.waitFor(() => {
    expect(client.readyState === ReadyState.Closed || data.length > 0).toBe(true);
  }, 10_000);
  const state = client.getSnapshot();
  client.close();
  await target.release();
  return { errors, data, state, sent: await s.closed(), arrived: await target.closed() };
}

const withHeaders = { headers: { 'X-Token': 'secret-header' } };

describe('a redirect', () => {
  test.for<[string, SseClientOptions, number]>([
    ['headers', withHeaders, 302],
    ['headers, permanently', withHeaders, 301],
    ['headers, keeping the method', withHeaders, 307],
    ['a headers function', { headers: () => withHeaders.headers }, 302],
    ['a body', { body: 'secret-body' }, 308],
    ['json', { json: { key: 'secret-body' } }, 303],
    ["redirect: 'error'", { redirect: 'error' }, 302],
  ])('of a request with %s is an error that names the cure', async ([, options, status]) => {
    const { errors, data, state, sent, arrived } = await redirected(options, status);
    expect(arrived.requests).toEqual([]);
    expect(sent.requests).toHaveLength(1);
    expect(data).toEqual([]);
    expect(errors).toHaveLength(1);
    const [error] = errors;
    expect(error).toMatchObject({ code: 'http', willRetry: false });
    expect(error?.message).toContain("redirect: 'follow'");
    expect(state.error).toBe(error);
    for (let at: unknown = error; at instanceof Error; at = at.cause) {
      expect(`${String(at)} ${at.stack ?? ''} ${JSON.stringify(at)}`).not.toContain('secret');
    }
    expect(JSON.stringify(state)).not.toContain('secret');
  });

  test.for([301, 302, 303, 307, 308])('of a request without them is followed: %d', async (status) => {
    const { errors, data, arrived } = await redirected({}, status);
    expect(errors).toEqual([]);
    expect(data).toEqual(['a']);
    expect(arrived.requests).toHaveLength(1);
  });

  test("is followed with redirect: 'follow', headers and all", async () => {
    const { errors, data, arrived } = await redirected({ ...withHeaders, redirect: 'follow' });
    expect(errors).toEqual([]);
    expect(data).toEqual(['a']);
    expect(arrived.requests[0]?.headers['x-token']).toBe('secret-header');
  });

  test("is followed with redirect: 'follow', body and all where the status says so", async () => {
    const { data, arrived } = await redirected({ body: 'hello', redirect: 'follow' }, 307);
    expect(data).toEqual(['a']);
    expect(arrived.requests[0]).toMatchObject({ method: 'POST', body: 'hello' });
  });

  test('to another origin is one to go nowhere with headers, and to follow without them', async () => {
    const kept = await redirected(withHeaders, 302, CROSS);
    expect(kept.errors[0]?.message).toContain("redirect: 'follow'");
    expect(kept.arrived.requests).toEqual([]);
    expect(kept.arrived.preflights).toEqual([]);

    const followed = await redirected({}, 302, CROSS);
    expect(followed.data).toEqual(['a']);
    expect(followed.arrived.requests[0]?.headers.cookie).toBeUndefined();
  });

  const isFirefox = server.browser === 'firefox';

  test(
    isFirefox
      ? 'that was followed keeps its connection after close() until the next bytes of the server, in Firefox alone'
      : 'that was followed leaves no connection after close()',
    async () => {
      const target = await script(SAME, [live]);
      const s = await script(SAME, [{ status: 302, headers: { location: target.url } }]);
      const client = new SseClient(s.url, { transport: 'fetch' });
      await client.once('message');
      client.close();
      if (isFirefox) await target.release();
      expect((await target.closed()).requests).toHaveLength(1);
    },
  );

  test('tells listeners of open where the stream came from', async () => {
    const target = await script(CROSS, [live]);
    const s = await script(SAME, [{ status: 302, headers: { location: target.url } }]);
    const client = new SseClient(s.url, { transport: 'fetch' });
    const open = new Promise<string>((resolve) => {
      client.onOpen(({ url }) => {
        resolve(url);
      });
    });
    const { origin } = await client.once('message');
    expect(await open).toBe(target.url);
    expect(origin).toBe(CROSS);
    client.close();
    await target.release();
    await target.closed();
  });
});
