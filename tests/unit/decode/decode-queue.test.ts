import { describe, expect, test, vi } from 'vitest';
import type { Decode } from '../../../src/message.ts';
import { SseError } from '../../../src/errors.ts';
import { createDecodeQueue } from '../../../src/decode/decode-queue.ts';
import type { SseMessage } from '../../../src/message.ts';

const message = (type: string, data: string): SseMessage => ({
  type,
  data,
  lastEventId: '',
  origin: '',
  raw: data,
});

/**
 * Decodes events of type `async` when the test settles them, `sync` at once, and `bad` never. All
 * others are text.
 */
function setup(cause: () => void = () => undefined) {
  const log: string[] = [];
  const pending = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  const decodes: Record<string, Decode> = {
    sync: (given) => ({ ...given, data: `decoded ${given.raw}` }),
    bad: ({ raw }) => {
      throw new SseError('decode', `bad ${raw}`);
    },
    causing: (given) => {
      cause();
      return decodes.async?.(given) ?? given;
    },
    async: (given) =>
      new Promise((resolve, reject) => {
        pending.set(given.raw, {
          resolve: () => {
            resolve({ ...given, data: `awaited ${given.raw}` });
          },
          reject,
        });
      }),
  };
  const onDelivery = vi.fn<(message: SseMessage<unknown>) => void>();
  /** The events that are in the queue, by number. */
  const held: number[] = [];
  let entered = 0;
  const order = createDecodeQueue(
    (type) => decodes[type],
    (delivered) => {
      log.push(String(delivered.data));
      onDelivery(delivered);
    },
    (error) => log.push(String(error)),
    () => {
      const number = ++entered;
      held.push(number);
      return () => {
        held.splice(held.indexOf(number), 1);
      };
    },
  );
  const push = (type: string, ...data: string[]) => {
    for (const each of data) order.push(message(type, each));
  };
  /** Settles the event the schema is validating, which must be this one. */
  const settle = async (data: string, how: 'resolve' | 'reject' = 'resolve') => {
    const turn = pending.get(data);
    if (!turn) throw new Error(`${data} is not being decoded`);
    pending.delete(data);
    if (how === 'resolve') turn.resolve();
    else turn.reject(new SseError('decode', `refused ${data}`));
    await flush();
  };
  return { order, log, pending, push, settle, onDelivery, held };
}

const flush = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('without promises', () => {
  test('each event is delivered before push() returns', () => {
    const { push, log } = setup();
    push('text', '1');
    push('sync', '2');
    expect(log).toEqual(['1', 'decoded 2']);
  });

  test('a bad event is reported in its place', () => {
    const { push, log } = setup();
    push('text', '1');
    push('bad', '2');
    push('text', '3');
    expect(log).toEqual(['1', 'SseError: bad 2', '3']);
  });
});

describe('behind an asynchronous schema', () => {
  test('events of every type wait, and keep their order', async () => {
    const { push, settle, log } = setup();
    push('text', '1');
    push('async', '2');
    push('text', '3');
    push('sync', '4');
    push('bad', '5');
    push('async', '6');
    push('text', '7');
    expect(log).toEqual(['1']);
    await settle('2');
    expect(log).toEqual(['1', 'awaited 2', '3', 'decoded 4', 'SseError: bad 5']);
    await settle('6');
    expect(log.slice(5)).toEqual(['awaited 6', '7']);
  });

  test('an event is held from its arrival until it is delivered, or reported as bad', async () => {
    const { push, settle, held, onDelivery } = setup();
    push('async', '1');
    push('bad', '2');
    push('async', '3');
    expect(held).toEqual([1, 2, 3]);
    // A listener that closes the client has had this event.
    onDelivery.mockImplementationOnce(() => {
      expect(held).toEqual([2, 3]);
    });
    await settle('1');
    expect(held).toEqual([3]);
    await settle('3', 'reject');
    expect(held).toEqual([]);
    expect.assertions(4);
  });

  test('one is decoded at a time', async () => {
    const { push, settle, pending } = setup();
    push('async', '1', '2', '3');
    expect([...pending.keys()]).toEqual(['1']);
    await settle('1');
    expect([...pending.keys()]).toEqual(['2']);
  });

  test('one that is refused is reported, and the next goes on', async () => {
    const { push, settle, log } = setup();
    push('async', '1');
    push('text', '2');
    await settle('1', 'reject');
    expect(log).toEqual(['SseError: refused 1', '2']);
  });

  test('nothing is waited for any more once all is settled', async () => {
    const { push, settle, log } = setup();
    push('async', '1');
    await settle('1');
    push('text', '2');
    expect(log).toEqual(['awaited 1', '2']);
  });

  test('an event that a listener causes does not overtake those that wait', async () => {
    const { push, settle, log, onDelivery } = setup();
    push('async', '1');
    push('text', '2');
    onDelivery.mockImplementationOnce(() => {
      push('text', '3');
    });
    await settle('1');
    expect(log).toEqual(['awaited 1', '2', '3']);
  });

  test('an event that a decoder causes waits for what is being decoded', async () => {
    const { order, pending, push, settle, log } = setup(() => {
      order.push(message('async', '2'));
    });
    push('causing', '1');
    push('text', '3');
    expect([...pending.keys()]).toEqual(['1']);
    await settle('1');
    await settle('2');
    expect(log).toEqual(['awaited 1', 'awaited 2', '3']);
  });

  test('100,000 small events wait, as many as one replay may bring, and none is lost', async () => {
    const { push, settle, log } = setup();
    const data = Array.from({ length: 100_000 }, (_, i) => String(i));
    push('async', 'first');
    push('text', ...data);
    await settle('first');
    expect(log).toEqual(['awaited first', ...data]);
  });

  const mebi = 'x'.repeat(2 ** 20);

  test('16 Mi characters wait; what is more is reported as an overflow, and what waits is kept', async () => {
    const { push, settle, log } = setup();
    push('async', 'first');
    push('text', ...Array.from({ length: 17 }, (_, i) => `${i}${mebi}`));
    const overflow = 'SseError: More than 16777216 characters of events wait for a schema.';
    expect(log).toEqual([overflow, overflow]);
    await settle('first');
    expect(log.slice(2).map((data) => data.replace(mebi, ''))).toEqual([
      'awaited first',
      ...Array.from({ length: 15 }, (_, i) => String(i)),
    ]);
    // There's room again.
    push('async', 'second');
    push('text', `last${mebi}`);
    await settle('second');
    expect(log.at(-1)).toBe(`last${mebi}`);
  });

  test('ids and names count, too', () => {
    const { order, log } = setup();
    order.push(message('async', 'first'));
    for (let i = 0; i < 17; i++) order.push({ ...message('text', ''), lastEventId: `${i}${mebi}` });
    expect(log).toHaveLength(2);
  });

  test('an event that is dropped by an overflow is not held', () => {
    const { push, held } = setup();
    push('async', 'first');
    push('text', mebi.repeat(16));
    expect(held).toEqual([1]);
  });

  test('an overflow tells which event it dropped', () => {
    const fail = vi.fn<(error: unknown) => void>();
    const order = createDecodeQueue(
      () => () => new Promise(() => undefined),
      () => undefined,
      fail,
    );
    order.push(message('slow', ''));
    order.push(message('tick', mebi.repeat(16)));
    order.push(message('tick', '1'));
    expect(fail.mock.calls).toHaveLength(1);
    expect(fail.mock.calls[0]?.[0]).toMatchObject({ code: 'overflow', event: 'tick', raw: mebi.repeat(16) });
  });
});

describe('clear()', () => {
  test('forgets what waits and what is being decoded', async () => {
    const { order, push, settle, log } = setup();
    push('async', '1');
    push('text', '2');
    order.clear();
    await settle('1');
    expect(log).toEqual([]);
  });

  test('does not release what it drops, so that it is asked for again', async () => {
    const { order, push, settle, held } = setup();
    push('async', '1', '2');
    push('text', '3');
    await settle('1');
    order.clear();
    expect(held).toEqual([2, 3]);
  });

  test('in a decoder drops the event that it is decoding', () => {
    const { order, push, log } = setup(() => {
      order.clear();
    });
    push('causing', '1');
    push('text', '2');
    expect(log).toEqual(['2']);
  });

  test('lets the next event go at once, and the forgotten one cannot disturb it', async () => {
    const { order, push, settle, log } = setup();
    push('async', '1');
    order.clear();
    push('text', '2');
    push('async', '3');
    push('text', '4');
    await settle('1');
    expect(log).toEqual(['2']);
    await settle('3');
    expect(log).toEqual(['2', 'awaited 3', '4']);
  });
});

describe('after()', () => {
  test('calls back at once where nothing waits', () => {
    const { order, push, log } = setup();
    push('text', '1');
    order.after(() => log.push('after'));
    expect(log).toEqual(['1', 'after']);
  });

  test('calls back when all that came before has been handed on', async () => {
    const { order, push, settle, log } = setup();
    push('async', '1');
    push('async', '2');
    order.after(() => log.push('after'));
    push('text', '3');
    await settle('1');
    expect(log).toEqual(['awaited 1']);
    await settle('2');
    expect(log).toEqual(['awaited 1', 'awaited 2', 'after', '3']);
  });

  test('calls back when what came before is forgotten', () => {
    const { order, push, log } = setup();
    push('async', '1');
    push('text', '2');
    order.after(() => log.push('after'));
    order.clear();
    expect(log).toEqual(['after']);
  });
});
