import { describe, expect, test, vi } from 'vitest';
import { iterate, type Feed } from '../../src/iterate.ts';

interface Value {
  readonly n: number;
}

/** An iterator over what the test pushes. */
function setup({ limit = 10, signal }: { limit?: number; signal?: AbortSignal } = {}) {
  const stop = vi.fn();
  let feed: Feed<Value> | undefined;
  const start = vi.fn((given: Feed<Value>, over: AbortSignal) => {
    feed = given;
    over.addEventListener('abort', stop);
  });
  const iterator = iterate<Value>(start, { limit, signal });
  return {
    iterator,
    start,
    stop,
    push: (...values: number[]) => {
      for (const n of values) feed?.push({ n });
    },
    end: (error?: unknown) => feed?.end(error),
    next: async () => (await iterator.next()).value?.n,
  };
}

const done = { done: true, value: undefined };

describe('iteration', () => {
  test('gives what was pushed, in order, and waits for more', async () => {
    const { push, next } = setup();
    push(1, 2);
    expect([await next(), await next()]).toEqual([1, 2]);
    const third = next();
    push(3);
    expect(await third).toBe(3);
  });

  test('answers several next() at once in the order they were asked', async () => {
    const { push, end, next } = setup();
    const all = Promise.all([next(), next(), next()]);
    push(1, 2);
    end();
    expect(await all).toEqual([1, 2, undefined]);
  });

  test('ends after what is queued, and stays at its end', async () => {
    const { iterator, push, end, next, stop } = setup();
    push(1);
    end();
    push(2);
    expect(await next()).toBe(1);
    expect(await iterator.next()).toEqual(done);
    expect(await iterator.next()).toEqual(done);
    expect(stop).toHaveBeenCalledTimes(1);
  });

  test('works in a loop', async () => {
    const { iterator, push, end } = setup();
    const all: number[] = [];
    push(1, 2);
    end();
    for await (const { n } of iterator) all.push(n);
    expect(all).toEqual([1, 2]);
  });
});

describe('an error', () => {
  test('comes after what is queued, once', async () => {
    const { iterator, push, end, next } = setup();
    const error = new Error('failed');
    push(1);
    end(error);
    end(new Error('too late'));
    expect(await next()).toBe(1);
    await expect(iterator.next()).rejects.toBe(error);
    expect(await iterator.next()).toEqual(done);
  });

  test('rejects the first of several pending next(), and the others find the end', async () => {
    const { iterator, end } = setup();
    const all = [iterator.next(), iterator.next(), iterator.next()];
    const settled = Promise.allSettled(all);
    end(new Error('failed'));
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });

  test('may be anything, null included', async () => {
    const { iterator, end } = setup();
    end(null);
    await expect(iterator.next()).rejects.toBeNull();
  });
});

describe('the limit', () => {
  test('is how many values wait; one more ends the loop with overflow after all of them', async () => {
    const { iterator, push, next, stop } = setup({ limit: 3 });
    push(1, 2, 3);
    expect(stop).not.toHaveBeenCalled();
    push(4, 5);
    expect(stop).toHaveBeenCalledTimes(1);
    expect([await next(), await next(), await next()]).toEqual([1, 2, 3]);
    await expect(iterator.next()).rejects.toMatchObject({
      name: 'SseError',
      code: 'overflow',
      message: 'The loop fell more than 3 events behind.',
    });
    expect(await iterator.next()).toEqual(done);
  });

  test('does not count what a pending next() takes, nor what has been taken', async () => {
    const { push, next } = setup({ limit: 1 });
    for (let n = 0; n < 5; n++) {
      const pending = next();
      push(n, n + 100);
      expect([await pending, await next()]).toEqual([n, n + 100]);
    }
  });
});

test('the cost of a value does not grow with how many wait', async () => {
  /** CPU microseconds to take one value of this many. */
  const cost = async (count: number) => {
    const { push, next } = setup({ limit: Infinity });
    push(...Array.from({ length: count }, (_, n) => n));
    const begun = process.cpuUsage();
    for (let n = 0; n < count; n++) await next();
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / count;
  };
  await cost(5000);
  const few = Math.min(await cost(30_000), await cost(30_000));
  // An array whose first item is taken with shift() is ten times as slow here.
  expect(await cost(120_000)).toBeLessThan(few * 3);
});

test('the cost of a pending next() does not grow with how many wait', async () => {
  const cost = async (count: number) => {
    const { iterator, push } = setup({ limit: 1 });
    const all = Promise.all(Array.from({ length: count }, () => iterator.next()));
    const begun = process.cpuUsage();
    for (let n = 0; n < count; n++) push(n);
    const { user, system } = process.cpuUsage(begun);
    const results = await all;
    expect(results.every(({ value }, n) => value?.n === n)).toBe(true);
    return (user + system) / count;
  };
  await cost(5000);
  const few = Math.max(await cost(20_000), await cost(20_000));
  // An array whose first item is taken with shift() is a hundred times as slow here.
  expect(await cost(100_000)).toBeLessThan(few * 4);
});

describe('return()', () => {
  test('is what break, return and throw come to: the pushing stops', async () => {
    for (const leave of ['break', 'throw']) {
      const { iterator, push, stop } = setup();
      push(1, 2);
      const loop = (async () => {
        for await (const { n } of iterator) {
          if (leave === 'throw') throw new Error(String(n));
          break;
        }
      })();
      await (leave === 'throw' ? expect(loop).rejects.toThrow('1') : loop);
      expect(stop).toHaveBeenCalledTimes(1);
      expect(await iterator.next()).toEqual(done);
    }
  });

  test('settles every pending next()', async () => {
    const { iterator } = setup();
    const pending = Promise.all([iterator.next(), iterator.next()]);
    expect(await iterator.return?.()).toEqual(done);
    expect(await pending).toEqual([done, done]);
  });

  test('drops an error that nobody has seen yet', async () => {
    const { iterator, end } = setup();
    end(new Error('failed'));
    await iterator.return?.();
    expect(await iterator.next()).toEqual(done);
  });
});

describe('the signal', () => {
  test('rejects a pending next() with its reason, and the pushing stops', async () => {
    const controller = new AbortController();
    const { iterator, stop } = setup(controller);
    const pending = iterator.next();
    const reason = new Error('stop');
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    expect(await iterator.next()).toEqual(done);
    expect(stop).toHaveBeenCalledTimes(1);
  });

  test('drops what is queued', async () => {
    const controller = new AbortController();
    const { iterator, push } = setup(controller);
    push(1, 2);
    controller.abort('stop');
    await expect(iterator.next()).rejects.toBe('stop');
    expect(await iterator.next()).toEqual(done);
  });

  test('that is aborted already rejects, and nothing starts', async () => {
    const { iterator, start } = setup({ signal: AbortSignal.abort('stop') });
    expect(start).not.toHaveBeenCalled();
    await expect(iterator.next()).rejects.toBe('stop');
  });

  test('keeps no listener once the iteration is over', async () => {
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    const ended = setup({ signal });
    const left = setup({ signal });
    const pending = [ended.iterator.next(), left.iterator.next()];
    expect(added).toHaveBeenCalledTimes(2);
    ended.end();
    await left.iterator.return?.();
    expect(await Promise.all(pending)).toEqual([done, done]);
    const listeners = added.mock.calls.map(([, listener]) => listener);
    expect(removed.mock.calls).toEqual(listeners.map((listener) => ['abort', listener]));
  });

  test('has no listener from an iteration that never begins', async () => {
    const controller = new AbortController();
    const added = vi.spyOn(controller.signal, 'addEventListener');
    const { push, iterator, stop } = setup(controller);
    push(1);
    expect(added).not.toHaveBeenCalled();
    controller.abort('stop');
    await expect(iterator.next()).rejects.toBe('stop');
    expect(stop).toHaveBeenCalledTimes(1);
    expect(added).not.toHaveBeenCalled();
  });
});

test('what ends while it starts is stopped, too', async () => {
  const stop = vi.fn();
  const iterator = iterate<Value>(
    (feed, over) => {
      over.addEventListener('abort', stop);
      feed.push({ n: 1 });
      feed.end();
    },
    { limit: 1 },
  );
  expect(stop).toHaveBeenCalledTimes(1);
  expect(await iterator.next()).toEqual({ done: false, value: { n: 1 } });
  expect(await iterator.next()).toEqual(done);
});
