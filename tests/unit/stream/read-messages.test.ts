import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Decode } from '../../../src/message.ts';
import { SseError } from '../../../src/errors.ts';
import type { SseMessage } from '../../../src/message.ts';
import type { ByteSource } from '../../../src/stream/read-messages.ts';
import { readMessages, type ReadOptions } from '../../../src/stream/read-messages.ts';

const encode = (text: string) => new TextEncoder().encode(text);

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Messages from bytes that the test provides, one `read()` at a time. */
function setup(options: ReadOptions & { readonly decode?: Decode } = {}) {
  const cancel = vi.fn();
  const open = vi.fn<(signal: AbortSignal) => Promise<ByteSource>>();
  const reads: ((bytes: Uint8Array | undefined) => void)[] = [];
  const failures: ((error: unknown) => void)[] = [];
  const read = vi.fn(
    () =>
      new Promise<Uint8Array | undefined>((resolve, reject) => {
        reads.push(resolve);
        failures.push(reject);
      }),
  );
  open.mockImplementation(() => Promise.resolve({ origin: 'https://example.test', read }));
  const iterator = readMessages(open, options, cancel);
  const asked = (count: number) =>
    vi.waitFor(() => {
      expect(read).toHaveBeenCalledTimes(count);
    });
  return {
    iterator,
    open,
    read,
    cancel,
    asked,
    next: async () => (await iterator.next()).value?.data,
    /** Answers read number `count` once it's requested. */
    give: async (count: number, text: string | undefined) => {
      await asked(count);
      reads[count - 1]?.(text === undefined ? undefined : encode(text));
    },
    fail: async (count: number, error: unknown) => {
      await asked(count);
      failures[count - 1]?.(error);
    },
  };
}

const done = { done: true, value: undefined };

describe('iteration', () => {
  test('begins with the first next(), not before', async () => {
    const { iterator, open, read, give } = setup();
    await Promise.resolve();
    expect(open).not.toHaveBeenCalled();
    const first = iterator.next();
    await give(1, 'id: 1\nevent: lol\ndata: a\n\n');
    expect(await first).toEqual({
      done: false,
      value: { type: 'lol', data: 'a', raw: 'a', lastEventId: '1', origin: 'https://example.test' },
    });
    expect(open).toHaveBeenCalledTimes(1);
    expect(read).toHaveBeenCalledTimes(1);
  });

  test('hands over what has come already in one microtask', async () => {
    const { iterator, give } = setup();
    const first = iterator.next();
    await give(1, 'data: a\n\ndata: b\n\n');
    await first;
    const heard: unknown[] = [];
    void iterator.next().then(({ value }) => heard.push(value?.data));
    await Promise.resolve();
    expect(heard).toEqual(['b']);
  });

  test('ends with the stream, and stays at its end', async () => {
    const { iterator, give, cancel } = setup();
    const first = iterator.next();
    await give(1, 'data: incomplete');
    await give(2, undefined);
    expect(await first).toEqual(done);
    expect(await iterator.next()).toEqual(done);
    expect(cancel).toHaveBeenCalledTimes(1);
  });

  test('asks for more bytes only when all messages of those before are taken', async () => {
    const { next, read, give } = setup();
    const first = next();
    await give(1, 'data: a\n\ndata: b\n\ndata: c\n\n');
    expect([await first, await next(), await next()]).toEqual(['a', 'b', 'c']);
    expect(read).toHaveBeenCalledTimes(1);
    const fourth = next();
    await give(2, ': nothing yet\n');
    await give(3, '\ndata: d\n\n');
    expect(await fourth).toBe('d');
    expect(read).toHaveBeenCalledTimes(3);
  });

  test('keeps order over several next() at once, with one read() at a time', async () => {
    const { next, read, give } = setup();
    const all = Promise.all([next(), next(), next(), next()]);
    await give(1, 'data: a\n\ndata: b\n\n');
    await give(2, 'data: c\n\n');
    expect(read).toHaveBeenCalledTimes(2);
    await give(3, undefined);
    expect(await all).toEqual(['a', 'b', 'c', undefined]);
    expect(read).toHaveBeenCalledTimes(3);
  });

  test('starts from the last event ID that is given', async () => {
    const { iterator, give } = setup({ lastEventId: '41' });
    const first = iterator.next();
    await give(1, 'data: a\n\n');
    expect((await first).value?.lastEventId).toBe('41');
  });
});

describe('a failure', () => {
  test('of open rejects the first next(), and there is nothing after it', async () => {
    const { iterator, open } = setup();
    const error = new SseError('http', 'The server answered 401.', { status: 401 });
    open.mockRejectedValue(error);
    await expect(iterator.next()).rejects.toBe(error);
    expect(await iterator.next()).toEqual(done);
    expect(open).toHaveBeenCalledTimes(1);
  });

  test('of read comes after the messages before it', async () => {
    const { next, iterator, give, fail, cancel } = setup();
    const first = next();
    await give(1, 'data: a\n\ndata: b\n\n');
    expect(await first).toBe('a');
    expect(await next()).toBe('b');
    const third = iterator.next();
    const error = new SseError('network', 'cut');
    await fail(2, error);
    await expect(third).rejects.toBe(error);
    expect(await iterator.next()).toEqual(done);
    expect(cancel).toHaveBeenCalledTimes(1);
  });

  test.for([null, undefined, 'text', 0])('that is no Error is rejected with as it is: %j', async (reason) => {
    const { iterator, fail } = setup();
    const first = iterator.next();
    const settled = expect(first).rejects.toBe(reason);
    await fail(1, reason);
    await settled;
  });

  test('by overflow comes after the messages before it', async () => {
    const { iterator, next, give, cancel } = setup({ maxEventSize: 5 });
    const first = next();
    await give(1, 'data: a\n\ndata: 123456\n\n');
    expect(await first).toBe('a');
    await expect(iterator.next()).rejects.toMatchObject({ code: 'overflow' });
    expect(cancel).toHaveBeenCalledTimes(1);
  });
});

describe('a failure behind messages that nobody has taken yet', () => {
  /** One message is taken of those before an overflow. */
  async function setupOverflow() {
    const controller = new AbortController();
    const all = setup({ maxEventSize: 5, signal: controller.signal });
    const first = all.next();
    await all.give(1, 'data: a\n\ndata: b\n\ndata: 123456\n\n');
    expect(await first).toBe('a');
    return { ...all, controller };
  }

  test('ends the source at once', async () => {
    const { cancel, open } = await setupOverflow();
    expect(cancel).toHaveBeenCalledTimes(1);
    expect(open.mock.calls[0]?.[0].aborted).toBe(true);
  });

  test('gives way to the reason of an abort', async () => {
    const { iterator, controller } = await setupOverflow();
    controller.abort('enough');
    await expect(iterator.next()).rejects.toBe('enough');
  });

  test('is told to nobody where the loop is left while a schema looks at the message before it', async () => {
    const decode = vi.fn<Decode>(() => new Promise(() => undefined));
    const { iterator, give } = setup({ maxEventSize: 5, decode });
    const first = iterator.next();
    await give(1, 'data: a\n\ndata: 123456\n\n');
    await vi.waitFor(() => {
      expect(decode).toHaveBeenCalled();
    });
    await iterator.return?.();
    expect(await first).toEqual(done);
  });

  test('is told to nobody after return()', async () => {
    const { iterator } = await setupOverflow();
    await iterator.return?.();
    expect(await iterator.next()).toEqual(done);
  });
});

describe('return()', () => {
  test('ends a next() that waits in order, even if the signal aborts right after it', async () => {
    const controller = new AbortController();
    const { iterator, asked, give } = setup({ signal: controller.signal });
    const first = iterator.next();
    await asked(1);
    const left = iterator.return?.();
    controller.abort('cleanup');
    await give(1, undefined);
    expect([await first, await left]).toEqual([done, done]);
  });

  test('does not wait for a source that does not heed its end', async () => {
    const { iterator, asked } = setup();
    void iterator.next();
    await asked(1);
    expect(await iterator.return?.()).toEqual(done);
  });

  test('is what break, return and throw in a loop come to: the source is cancelled', async () => {
    for (const leave of ['break', 'throw']) {
      const { iterator, open, give, cancel } = setup();
      const loop = (async () => {
        for await (const { data } of iterator) {
          if (leave === 'throw') throw new Error(String(data));
          break;
        }
      })();
      const settled =
        leave === 'throw' ? expect(loop).rejects.toThrow('a') : expect(loop).resolves.toBeUndefined();
      await give(1, 'data: a\n\ndata: b\n\n');
      await settled;
      expect(cancel).toHaveBeenCalledTimes(1);
      expect(open.mock.calls[0]?.[0].aborted).toBe(true);
      expect(await iterator.next()).toEqual(done);
    }
  });

  test('settles a next() that waits for functions of the caller which never settle', async () => {
    const { iterator, open, cancel } = setup();
    open.mockImplementation(() => new Promise(() => undefined));
    const first = iterator.next();
    await vi.waitFor(() => {
      expect(open).toHaveBeenCalled();
    });
    expect(await iterator.return?.()).toEqual(done);
    expect(await first).toEqual(done);
    expect(cancel).toHaveBeenCalledTimes(1);
  });

  test('before the first next() opens nothing, and cancels what is open already', async () => {
    const { iterator, open, cancel } = setup();
    expect(await iterator.return?.()).toEqual(done);
    expect(await iterator.next()).toEqual(done);
    expect(open).not.toHaveBeenCalled();
    expect(cancel).toHaveBeenCalledTimes(1);
  });

  test('drops messages that have come already, and a second one does nothing', async () => {
    const { iterator, next, give, cancel } = setup();
    const first = next();
    await give(1, 'data: a\n\ndata: b\n\n');
    expect(await first).toBe('a');
    await iterator.return?.();
    await iterator.return?.();
    expect(await iterator.next()).toEqual(done);
    expect(cancel).toHaveBeenCalledTimes(1);
  });
});

describe('the signal', () => {
  test.for([new Error('stop'), 'stop', null, 0])(
    'that is aborted already rejects with its reason: %s',
    async (reason) => {
      const { iterator, open, cancel } = setup({ signal: AbortSignal.abort(reason) });
      await expect(iterator.next()).rejects.toBe(reason);
      expect(await iterator.next()).toEqual(done);
      expect(open).not.toHaveBeenCalled();
      expect(cancel).toHaveBeenCalledTimes(1);
    },
  );

  test('rejects a pending next() with its reason and cancels the source, however late that is', async () => {
    const controller = new AbortController();
    const { iterator, asked, fail, cancel } = setup({ signal: controller.signal });
    const first = iterator.next();
    await asked(1);
    const reason = new Error('stop');
    controller.abort(reason);
    expect(cancel).toHaveBeenCalledTimes(1);
    const settled = expect(first).rejects.toBe(reason);
    await fail(1, new Error('what the source makes of it'));
    await settled;
    expect(await iterator.next()).toEqual(done);
  });

  test('drops messages that have come already', async () => {
    const controller = new AbortController();
    const { iterator, next, give } = setup({ signal: controller.signal });
    const first = next();
    await give(1, 'data: a\n\ndata: b\n\n');
    expect(await first).toBe('a');
    controller.abort();
    await expect(iterator.next()).rejects.toBe(controller.signal.reason);
  });

  test('yields to return(): after that there is nothing to reject', async () => {
    const controller = new AbortController();
    const { iterator } = setup({ signal: controller.signal });
    controller.abort();
    await iterator.return?.();
    expect(await iterator.next()).toEqual(done);
  });

  test('has no listener from an iterator that never begins', async () => {
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const unused = setup({ signal });
    await setup({ signal }).iterator.return?.();
    expect(added).not.toHaveBeenCalled();
    void unused.iterator.next();
    expect(added).toHaveBeenCalledTimes(1);
  });

  test('that aborts before the first next() rejects that with its reason', async () => {
    const controller = new AbortController();
    const { iterator, open, cancel } = setup({ signal: controller.signal });
    controller.abort('stop');
    await expect(iterator.next()).rejects.toBe('stop');
    expect(await iterator.next()).toEqual(done);
    expect(open).not.toHaveBeenCalled();
    expect(cancel).toHaveBeenCalledTimes(1);
  });

  test('keeps no listener once the iteration is over', async () => {
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    const { iterator, give } = setup({ signal });
    const first = iterator.next();
    await give(1, undefined);
    await first;
    expect(added).toHaveBeenCalledTimes(1);
    expect(removed).toHaveBeenCalledWith(...(added.mock.calls[0] ?? []));
  });
});

describe('a function that never answers does not keep next() waiting', () => {
  /** What `next()` comes to. */
  async function outcome(next: Promise<unknown>): Promise<unknown> {
    const settled = vi.fn<(how: unknown) => void>();
    next.then(settled, settled);
    await vi.waitFor(() => {
      expect(settled).toHaveBeenCalled();
    });
    return settled.mock.calls[0]?.[0];
  }

  test('when it aborts the signal while it opens the source', async () => {
    const controller = new AbortController();
    const reason = new Error('stop');
    const { iterator, open } = setup({ signal: controller.signal });
    open.mockImplementation(() => {
      controller.abort(reason);
      return new Promise(() => undefined);
    });
    expect(await outcome(iterator.next())).toBe(reason);
  });

  test('when it leaves the loop while it opens the source', async () => {
    const { iterator, open } = setup();
    open.mockImplementation(() => {
      void iterator.return?.();
      return new Promise(() => undefined);
    });
    expect(await outcome(iterator.next())).toEqual(done);
  });

  test('when it aborts the signal while it decodes an event', async () => {
    const controller = new AbortController();
    const reason = new Error('stop');
    const decode: Decode = () => {
      controller.abort(reason);
      return new Promise(() => undefined);
    };
    const { iterator, give } = setup({ signal: controller.signal, decode });
    const next = outcome(iterator.next());
    await give(1, 'data: a\n\n');
    expect(await next).toBe(reason);
  });
});

describe('a body that ends in order', () => {
  test.for<[string, string[], string[]]>([
    ['after LF', ['data: a\n\ndata: b\n'], ['a', 'b']],
    ['after CR', ['data: a\r\rdata: b\r'], ['a', 'b']],
    ['after CRLF', ['data: a\r\n\r\ndata: b\r\n'], ['a', 'b']],
    ['after CRLF in two chunks', ['data: a\r', '\n', '\r\ndata: b\r', '\n'], ['a', 'b']],
    ['after several lines', ['event: message\nda', 'ta: a\ndata: b\nid: 1\n'], ['a\nb']],
    ['after a comment', ['data: a\n: bye\n'], ['a']],
    ['and an empty chunk', ['data: a\n', ''], ['a']],
    ['within a line', ['data: a\n\ndata: b\ndata: c'], ['a']],
    ['within the only line', ['data: a'], []],
    ['after its blank line', ['data: a\n\n'], ['a']],
    ['after a block without data', ['data: a\n\nid: 1\n'], ['a']],
    ['empty', [], []],
  ])('%s delivers what its complete lines say', async ([, chunks, events]) => {
    const { next, give } = setup();
    const all: unknown[] = [];
    const loop = (async () => {
      for (let data; (data = await next()) !== undefined;) all.push(data);
    })();
    for (const [i, text] of [...chunks, undefined].entries()) await give(i + 1, text);
    await loop;
    expect(all).toEqual(events);
  });

  test('and whose last event is the one of `until` is complete', async () => {
    const { iterator, next, give } = setup({ until: '[DONE]' });
    const first = next();
    await give(1, 'data: a\n\ndata: [DONE]\n');
    expect(await first).toBe('a');
    const second = iterator.next();
    await give(2, undefined);
    expect(await second).toEqual(done);
  });

  test('is not one that was cut, of which no half event comes', async () => {
    const { iterator, next, give, fail } = setup();
    const first = next();
    await give(1, 'data: a\n\ndata: b\n');
    expect(await first).toBe('a');
    const second = iterator.next();
    const error = new SseError('network', 'cut');
    await fail(2, error);
    await expect(second).rejects.toBe(error);
    expect(await iterator.next()).toEqual(done);
  });

  test('and whose last event nobody waits for any more is dropped', async () => {
    const controller = new AbortController();
    const { iterator, give, asked } = setup({ signal: controller.signal });
    const first = iterator.next();
    await give(1, 'data: a\n');
    await asked(2);
    controller.abort('stop');
    await give(2, undefined);
    await expect(first).rejects.toBe('stop');
  });
});

describe('until', () => {
  test.for<[string, ReadOptions['until']]>([
    ['text', '[DONE]'],
    ['a function', ({ type, data }: SseMessage) => type === 'message' && data === '[DONE]'],
  ])('as %s ends the stream before that message, and cancels it', async ([, until]) => {
    const { next, iterator, give, read, cancel } = setup({ until });
    const first = next();
    await give(1, 'data: a\n\ndata: b\n\ndata: [DONE]\n\ndata: c\n\n');
    expect([await first, await next()]).toEqual(['a', 'b']);
    expect(await iterator.next()).toEqual(done);
    expect(read).toHaveBeenCalledTimes(1);
    expect(cancel).toHaveBeenCalledTimes(1);
  });

  test.for<[string, ReadOptions['until']]>([
    ['text', '[DONE]'],
    ['a function', () => false],
  ])(
    'as %s that never comes is a failure at the end of the stream, after all messages',
    async ([, until]) => {
      const { iterator, next, give, cancel } = setup({ until });
      const first = next();
      await give(1, 'data: a\n\n');
      expect(await first).toBe('a');
      const second = iterator.next();
      await give(2, undefined);
      await expect(second).rejects.toMatchObject({
        code: 'network',
        message: expect.stringContaining('`until` waits for') as string,
      });
      expect(await iterator.next()).toEqual(done);
      expect(cancel).toHaveBeenCalledTimes(1);
    },
  );

  test.for(['[DONE]', ' [DONE]', '[DONE]  ', '\t[DONE]\t', '[DONE]\ndata:', '\u00a0[DONE]\u3000'])(
    'as text ignores white space around the data: %j',
    async (data) => {
      for (const until of ['[DONE]', ' [DONE] ']) {
        const { iterator, give, cancel } = setup({ until });
        const first = iterator.next();
        await give(1, `data:${data}\n\n`);
        expect(await first).toEqual(done);
        expect(cancel).toHaveBeenCalledTimes(1);
      }
    },
  );

  test.for(['"[DONE]"', '[DONE].', '[ DONE ]', '[done]', ''])(
    'as text leaves other data alone: %j',
    async (data) => {
      const { next, give } = setup({ until: '[DONE]' });
      const first = next();
      await give(1, `data: ${data}\n\n`);
      expect(await first).toBe(data);
    },
  );

  test('is looked at once for each message up to the last', async () => {
    const until = vi.fn(({ data }: SseMessage) => data === 'b');
    const { next, give } = setup({ until });
    const first = next();
    await give(1, 'data: a\n\ndata: b\n\ndata: c\n\n');
    expect([await first, await next()]).toEqual(['a', undefined]);
    expect(until.mock.calls.map(([{ data }]) => data)).toEqual(['a', 'b']);
  });

  test('that throws is reported and ends nothing', async () => {
    const reportError = vi.fn();
    vi.stubGlobal('reportError', reportError);
    const bug = new Error('a bug');
    const { next, give } = setup({
      until: () => {
        throw bug;
      },
    });
    const first = next();
    await give(1, 'data: a\n\n');
    expect(await first).toBe('a');
    expect(reportError.mock.calls).toEqual([[bug]]);
  });
});
