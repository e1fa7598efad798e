// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SseClient, type TransportSink } from 'ssekit';
import { countdown } from '../../../src/components/countdown.ts';
import { SseError } from '../../../src/errors.ts';

let sink: TransportSink;
let client: SseClient;
beforeEach(async () => {
  vi.useFakeTimers();
  client = new SseClient('/countdown', {
    transport: (_, given) => {
      sink = given;
      return undefined;
    },
    retryInterval: 2500,
    retry: { jitter: false },
  });
  await vi.advanceTimersByTimeAsync(0);
});
afterEach(() => {
  client.close();
  vi.useRealTimers();
});

test('counts whole seconds while the client waits, and changes once a second', async () => {
  const { getSnapshot, subscribe } = countdown(client);
  const seen: (number | undefined)[] = [];
  const leave = subscribe(() => seen.push(getSnapshot()));
  expect(getSnapshot()).toBeUndefined();
  sink.fail(new SseError('network', 'cut'));
  await vi.advanceTimersByTimeAsync(0);
  expect(seen).toEqual([3]);
  await vi.advanceTimersByTimeAsync(499);
  expect(seen).toEqual([3]);
  await vi.advanceTimersByTimeAsync(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(seen).toEqual([3, 2, 1]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(seen.at(-1)).toBeUndefined();
  const { length } = seen;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(seen).toHaveLength(length);
  leave();
});

test('leaves no timer behind', async () => {
  sink.fail(new SseError('network', 'cut'));
  await vi.advanceTimersByTimeAsync(0);
  const before = vi.getTimerCount();
  const { getSnapshot, subscribe } = countdown(client);
  expect(getSnapshot()).toBe(3);
  const leave = subscribe(() => undefined);
  expect(vi.getTimerCount()).toBe(before + 1);
  leave();
  expect(vi.getTimerCount()).toBe(before);
});

test('is undefined without a client', () => {
  const { getSnapshot, subscribe } = countdown(null);
  subscribe(() => undefined)();
  expect(getSnapshot()).toBeUndefined();
});
