// @vitest-environment jsdom
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SseClient, type TransportSink } from 'ssekit';
import { recordMissed } from '../../../src/components/missed-events.ts';

let sink: TransportSink;
let client: SseClient;
beforeEach(async () => {
  client = new SseClient('/missed', {
    transport: (request, given) => {
      sink = given;
      sink.open({ url: request.url });
      return undefined;
    },
  });
  await Promise.resolve();
});
afterEach(() => {
  client.close();
});

function emit(data: string, type = 'tick'): void {
  sink.message({ type, data, raw: data, lastEventId: '', origin: '' });
}

test('a component that comes back gets the events of its type, in order', () => {
  emit('before');
  const comeBack = recordMissed(client, 'tick');
  emit('a');
  emit('other', 'tock');
  emit('b');
  expect(comeBack()?.map(({ data }) => data)).toEqual(['a', 'b']);
});

test.for([
  ['1,000 events', 1000, 1],
  ['1 Mi characters', 2, 2 ** 19],
] as const)('%s are kept, and one more is too many', ([, count, size]) => {
  const [few, many] = [recordMissed(client, 'tick'), recordMissed(client, 'tick')];
  for (let i = 0; i < count; i++) emit('x'.repeat(size));
  expect(few()).toHaveLength(count);
  emit('x');
  expect(many()).toBeUndefined();
});

test('nothing listens once there were too many, nor once the component is back', () => {
  const offs: (() => void)[] = [];
  const on = client.on.bind(client);
  vi.spyOn(client, 'on').mockImplementation((...args) => {
    const off = vi.fn(on(...args));
    offs.push(off);
    return off;
  });
  const [first] = [recordMissed(client, 'tick'), recordMissed(client, 'tick')];
  first();
  emit('x'.repeat(2 ** 20 + 1));
  expect(offs.map((off) => vi.mocked(off).mock.calls.length)).toEqual([1, 1]);
});

test('nothing is kept for a component that is gone forever', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const payload = (() => {
    recordMissed(client, 'tick');
    const data = { text: 'a' };
    sink.message({ type: 'tick', data: data as never, raw: 'a', lastEventId: '', origin: '' });
    return new WeakRef(data);
  })();
  await vi.waitFor(() => {
    collect();
    // Not the payload itself: a failed expectation would hold it.
    expect(payload.deref() === undefined).toBe(true);
  });
});
