// @vitest-environment jsdom
import { fromEventPattern, map, Observable, scan, take, toArray, firstValueFrom } from 'rxjs';
import { derived, get } from 'svelte/store';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SseClient, type SseMessage, type SseState } from 'ssekit';
import { mockSse, type MockSse } from 'ssekit/testing';

/**
 * Svelte and RxJS (so Angular too) need no binding: a client is a store, and `on` returns its
 * unsubscribe function.
 */

let server: MockSse;
let client: SseClient<{ tick: string }>;
beforeEach(() => {
  server = mockSse();
  client = new SseClient('/stores', { fetch: server.fetch, autoConnect: false });
});
afterEach(() => {
  client.close();
});

test('a client is a Svelte store of its state', async () => {
  expect(get(client).status).toBe('closed');
  const seen: string[] = [];
  // svelte/store is what `$client` compiles to. Derived stores subscribe and unsubscribe as
  // components do.
  const unsubscribe = derived(client, ({ status }) => status).subscribe((status) => seen.push(status));
  client.connect();
  (await server.next()).open();
  await vi.waitFor(() => {
    expect(get(client).status).toBe('open');
  });
  unsubscribe();
  client.close();
  expect(seen).toEqual(['closed', 'connecting', 'open']);
});

test('events are an RxJS observable, whose end unsubscribes', async () => {
  const ticks = fromEventPattern<SseMessage>(
    (listener) => client.on('tick', listener),
    (_, off: () => void) => {
      off();
    },
  );
  const off = vi.fn();
  const on = client.on.bind(client);
  vi.spyOn(client, 'on').mockImplementation((...args) => {
    const end = on(...args);
    return () => {
      off();
      end();
    };
  });
  const sum = firstValueFrom(
    ticks.pipe(
      map(({ data }) => Number(data)),
      scan((sum, value) => sum + value, 0),
      take(3),
      toArray(),
    ),
  );
  client.connect();
  const exchange = await server.next();
  for (const data of [1, 2, 3, 4]) exchange.send({ event: 'tick', data });
  expect(await sum).toEqual([1, 3, 6]);
  expect(off).toHaveBeenCalledOnce();
});

test('the state is an RxJS observable', async () => {
  const state = new Observable<SseState>((subscriber) =>
    client.subscribe((state) => {
      subscriber.next(state);
    }),
  );
  const statuses = firstValueFrom(
    state.pipe(
      map(({ status }) => status),
      take(2),
      toArray(),
    ),
  );
  client.connect();
  expect(await statuses).toEqual(['closed', 'connecting']);
});
