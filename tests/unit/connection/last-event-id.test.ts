// @vitest-environment jsdom
import { afterEach, describe, expect, test, vi } from 'vitest';
import { SseClient, type SseClientOptions } from 'ssekit';
import type { SseError } from '../../../src/errors.ts';
import { LastEventId, storageKey, type StoredIn } from '../../../src/connection/last-event-id.ts';
import type { SseMessage } from '../../../src/message.ts';
import type { Transport, TransportRequest, TransportSink } from '../../../src/connection/transport.ts';
import { flush, recordErrors, reportError, stopClock } from '../setup.ts';

stopClock();
recordErrors();
afterEach(() => {
  vi.restoreAllMocks();
  sessionStorage.clear();
});

/** A storage that keeps what's written, and records every write. */
function memory(stored?: string) {
  const writes: string[] = [];
  let kept = stored;
  return {
    writes,
    getItem: () => kept ?? null,
    setItem: (_key: string, value: string) => {
      kept = value;
      writes.push(value);
    },
  };
}

const quota = () => new DOMException('The quota has been exceeded.', 'QuotaExceededError');
const security = () => new DOMException('Access is denied for this document.', 'SecurityError');
const throwing = (error: () => Error) => () => {
  throw error();
};

function lastEventId(storage: StoredIn['storage'], initial = '') {
  const errors: SseError[] = [];
  const id = new LastEventId(initial, { storage, key: 'key' }, (error) => errors.push(error));
  return { id, errors };
}

/** Listeners of `pagehide` on the page. */
function pagehideListeners(): Set<unknown> {
  const listening = new Set<unknown>();
  const add = window.addEventListener.bind(window);
  const remove = window.removeEventListener.bind(window);
  vi.spyOn(window, 'addEventListener').mockImplementation(
    (type: string, listener: EventListenerOrEventListenerObject) => {
      if (type === 'pagehide') listening.add(listener);
      add(type, listener);
    },
  );
  vi.spyOn(window, 'removeEventListener').mockImplementation(
    (type: string, listener: EventListenerOrEventListenerObject) => {
      if (type === 'pagehide') listening.delete(listener);
      remove(type, listener);
    },
  );
  return listening;
}

/** A client whose attempts are driven by hand. */
function setup(options: SseClientOptions = {}, url = 'https://example.test/sse') {
  const requests: TransportRequest[] = [];
  const sinks: TransportSink[] = [];
  const errors: SseError[] = [];
  const client = new SseClient(url, {
    transport: (request, sink) => {
      requests.push(request);
      sinks.push(sink);
      return undefined;
    },
    ...options,
  });
  client.onError((error) => errors.push(error));
  return { client, requests, errors, sink: () => sinks.at(-1) };
}

const message = (lastEventId: string): SseMessage => ({
  type: 'message',
  data: 'a',
  raw: 'a',
  lastEventId,
  origin: 'https://example.test',
});

describe('while events wait for an asynchronous schema', () => {
  test('what is stored is the id before them, and theirs once they are handed on', () => {
    const storage = memory();
    const { id } = lastEventId(storage);
    id.set('1');
    id.set('2');
    const release2 = id.hold();
    id.set('3');
    const release3 = id.hold();
    vi.advanceTimersByTime(100);
    expect([storage.getItem(), id.value]).toEqual(['1', '3']);
    release2();
    vi.advanceTimersByTime(100);
    expect(storage.getItem()).toBe('2');
    release3();
    vi.advanceTimersByTime(100);
    expect(storage.getItem()).toBe('3');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a page that goes away stores it, too', () => {
    const storage = memory();
    const { id } = lastEventId(storage);
    id.set('1');
    id.set('3');
    const release = id.hold();
    window.dispatchEvent(new Event('pagehide'));
    expect(storage.getItem()).toBe('1');
    release();
    id.flush();
    expect([storage.getItem(), vi.getTimerCount()]).toEqual(['3', 0]);
  });

  test('an id without an event is stored only after the events before it', () => {
    const { id } = lastEventId(memory());
    id.set('1', 1);
    id.set('1b', 1);
    id.set('2', 2);
    const release = id.hold();
    id.set('2b', 2);
    expect(id.settled).toEqual({ id: '1b', number: 1 });
    release();
    expect(id.settled).toEqual({ id: '2b', number: 2 });
  });

  test('events that share an id are told apart by their numbers', () => {
    const { id } = lastEventId(memory());
    id.set('1', 1);
    const releases = [2, 3, 4].map((number) => {
      id.set('1', number);
      return id.hold();
    });
    expect(id.settled.number).toBe(1);
    releases[0]?.();
    releases[1]?.();
    expect(id.settled.number).toBe(3);
    id.rewind();
    expect([id.settled, id.value]).toEqual([{ id: '1', number: 3 }, '1']);
  });

  test('going back forgets them all, and what comes next counts again', () => {
    const storage = memory();
    const { id } = lastEventId(storage);
    id.set('1');
    id.set('2');
    id.hold();
    id.set('3');
    id.hold();
    id.rewind();
    expect(id.value).toBe('1');
    id.set('2');
    id.flush();
    expect(storage.getItem()).toBe('2');
  });
});

test('a page that is reloaded while a schema looks at an event gets that event again', async () => {
  let accept: (result: { value: string }) => void = () => undefined;
  const schema = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: () => new Promise<{ value: string }>((resolve) => (accept = resolve)),
    },
  } as const;
  const { client, sink } = setup({ storage: sessionStorage, schemas: { message: schema }, decode: 'text' });
  const heard: string[] = [];
  client.onMessage(({ lastEventId }) => heard.push(lastEventId));
  await flush();
  sink()?.open({ url: 'https://example.test/sse' });
  sink()?.message(message('1'));
  accept({ value: 'a' });
  await flush();
  sink()?.message(message('2'));
  sink()?.message(message('3'));
  window.dispatchEvent(new Event('pagehide'));
  expect(heard).toEqual(['1']);

  const after = setup({ storage: sessionStorage });
  await flush();
  expect(after.requests[0]?.lastEventId).toBe('1');
  after.client.close();
  client.close();
});

describe('an id', () => {
  test('is written 100 ms after it came, and not before', () => {
    const storage = memory();
    const { id } = lastEventId(storage);
    id.set('1');
    vi.advanceTimersByTime(99);
    expect(storage.writes).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(storage.writes).toEqual(['1']);
  });

  test('of a fast stream is written ten times a second, and the last one is among them', () => {
    const storage = memory();
    const { id } = lastEventId(storage);
    for (let i = 1; i <= 1000; i++) {
      id.set(String(i));
      vi.advanceTimersByTime(1);
    }
    vi.advanceTimersByTime(100);
    expect(storage.writes).toHaveLength(10);
    expect(storage.writes.at(-1)).toBe('1000');
  });

  test('that comes again is not written again', () => {
    const storage = memory();
    const { id } = lastEventId(storage);
    for (let i = 0; i < 5; i++) {
      id.set('1');
      vi.advanceTimersByTime(100);
    }
    expect(storage.writes).toEqual(['1']);
  });

  test('that the server takes back is taken back in the storage too', () => {
    const storage = memory('7');
    const { id } = lastEventId(storage);
    expect(id.toSend()).toBe('7');
    id.set('');
    vi.advanceTimersByTime(100);
    expect(lastEventId(storage).id.toSend()).toBe('');
  });

  test('is written at once when the page goes away, and later again when it came back', () => {
    const storage = memory();
    const { id } = lastEventId(storage);
    id.set('1');
    window.dispatchEvent(new Event('pagehide'));
    expect(storage.writes).toEqual(['1']);
    id.set('2');
    window.dispatchEvent(new Event('pagehide'));
    expect(storage.writes).toEqual(['1', '2']);
  });

  test('leaves neither timer nor listener once it is written', () => {
    const listening = pagehideListeners();
    const { id } = lastEventId(memory());
    for (const write of [
      () => vi.advanceTimersByTime(100),
      () => window.dispatchEvent(new Event('pagehide')),
      () => {
        id.flush();
      },
    ]) {
      id.set(id.value + '1');
      expect([vi.getTimerCount(), listening.size]).toEqual([1, 1]);
      write();
      expect([vi.getTimerCount(), listening.size]).toEqual([0, 0]);
    }
  });

  test('without a storage costs no timer and no listener', () => {
    const listening = pagehideListeners();
    const id = new LastEventId('', undefined, vi.fn());
    id.set('1');
    expect([vi.getTimerCount(), listening.size]).toEqual([0, 0]);
    expect(id.toSend()).toBe('1');
  });

  test('that no request could carry is not stored', () => {
    const storage = memory('7');
    const { id, errors } = lastEventId(storage);
    id.set('x'.repeat(1_000_000));
    vi.advanceTimersByTime(100);
    expect(storage.writes).toEqual(['']);
    expect(lastEventId(storage).id.toSend()).toBe('');
    expect(errors).toEqual([]);
  });

  test('that is stored goes before the one of the options', () => {
    expect(lastEventId(memory('7'), '3').id.toSend()).toBe('7');
    expect(lastEventId(memory(''), '3').id.toSend()).toBe('');
    expect(lastEventId(memory(), '3').id.toSend()).toBe('3');
  });

  test('is read back once, not before every attempt', () => {
    const storage = memory('7');
    const read = vi.spyOn(storage, 'getItem');
    const { id } = lastEventId(storage);
    id.toSend();
    id.set('8');
    expect(id.toSend()).toBe('8');
    expect(read).toHaveBeenCalledOnce();
  });
});

describe('a storage', () => {
  test.for<[string, unknown]>([
    ['with a line feed', '7\nX-Evil: 1'],
    ['with a carriage return', '7\r'],
    ['with NUL', '7\0'],
    ['with another control character', '\u{7f}'],
    ['over 4 KiB', 'x'.repeat(4097)],
    ['over 4 KiB in UTF-8', '好'.repeat(1366)],
    ['that is no text', 7],
    ['that is a promise', Promise.resolve('7')],
  ])('with an id %s is an error, and that id is never sent', ([, forged]) => {
    const { id, errors } = lastEventId({ ...memory(), getItem: () => forged as string }, '3');
    expect(id.toSend()).toBe('3');
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: 'storage', willRetry: true });
    expect(errors[0]?.message).toBe('The last event ID could not be read back.');
    expect(reportError).not.toHaveBeenCalled();
  });

  test.for([
    ['full', quota],
    ['forbidden', security],
  ] as const)('that is %s when it is written to is one error, however often it fails', ([, error]) => {
    const { id, errors } = lastEventId({ ...memory('7'), setItem: throwing(error) });
    expect(id.toSend()).toBe('7');
    for (let i = 8; i < 20; i++) {
      id.set(String(i));
      vi.advanceTimersByTime(100);
    }
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: 'storage', willRetry: true });
    expect((errors[0]?.cause as Error).name).toBe(error().name);
    expect(id.toSend()).toBe('19');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that fails again after it has worked is told again', () => {
    const storage = memory();
    const write = vi.spyOn(storage, 'setItem');
    const { id, errors } = lastEventId(storage);
    for (const [i, works] of [false, false, true, false, false].entries()) {
      if (works) write.mockRestore();
      else vi.spyOn(storage, 'setItem').mockImplementation(throwing(quota));
      id.set(String(i));
      vi.advanceTimersByTime(100);
    }
    expect(errors).toHaveLength(2);
    expect(storage.writes).toEqual(['2']);
  });

  test('that may not even be looked at is an error where it is given as a function', () => {
    const { id, errors } = lastEventId(throwing(security), '3');
    expect(id.toSend()).toBe('3');
    id.set('4');
    vi.advanceTimersByTime(100);
    expect(errors.map(({ code, willRetry }) => [code, willRetry])).toEqual([['storage', true]]);
    expect(id.toSend()).toBe('4');
  });

  test('that is given as a function is not asked for before the first attempt', async () => {
    const storage = vi.fn(() => sessionStorage);
    const { client, requests } = setup({ storage, autoConnect: false });
    expect(storage).not.toHaveBeenCalled();
    sessionStorage.setItem('ssekit:https://example.test/sse', '7');
    client.connect();
    await flush();
    expect(requests[0]?.lastEventId).toBe('7');
    client.close();
  });
});

describe('a client with a storage', () => {
  test('goes on over a failing one: the error is told, and events arrive', async () => {
    const { client, errors, sink } = setup({
      storage: { getItem: throwing(security), setItem: throwing(quota) },
    });
    const data: string[] = [];
    client.onMessage((event) => data.push(event.data));
    await flush();
    sink()?.open({ url: 'https://example.test/sse' });
    sink()?.message(message('1'));
    await vi.advanceTimersByTimeAsync(100);
    sink()?.message(message('2'));
    expect(data).toEqual(['a', 'a']);
    expect(client.status).toBe('open');
    expect(client.getSnapshot().error).toBeUndefined();
    expect(errors.map(({ code, willRetry }) => [code, willRetry])).toEqual([['storage', true]]);
    client.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('writes on close, and leaves neither timer nor listener', async () => {
    const listening = pagehideListeners();
    const storage = memory();
    const { client, sink } = setup({ storage });
    await flush();
    sink()?.open({ url: 'https://example.test/sse' });
    sink()?.message(message('1'));
    client.close();
    expect(storage.writes).toEqual(['1']);
    expect([vi.getTimerCount(), listening.size]).toEqual([0, 0]);
  });

  test('writes when a failure is final', async () => {
    const storage = memory();
    const { sink } = setup({ storage, retry: false });
    await flush();
    sink()?.open({ url: 'https://example.test/sse' });
    sink()?.message(message('1'));
    sink()?.end();
    expect(storage.writes).toEqual(['1']);
  });

  test('resumes there in the next page, and after close() and connect() in the same', async () => {
    const before = setup({ storage: sessionStorage });
    await flush();
    expect(before.requests[0]?.lastEventId).toBe('');
    before.sink()?.open({ url: 'https://example.test/sse' });
    before.sink()?.message(message('1'));
    before.sink()?.message(message('2'));
    before.client.close();
    before.client.connect();
    await vi.advanceTimersByTimeAsync(100);
    expect(before.requests[1]?.lastEventId).toBe('2');
    before.client.close();

    const after = setup({ storage: sessionStorage, lastEventId: '0' });
    await flush();
    expect(after.requests[0]?.lastEventId).toBe('2');
    after.client.close();
  });

  test('tells each state once, even where a listener of the failed last write connects again', async () => {
    const { client, sink } = setup({ storage: { ...memory(), setItem: throwing(quota) } });
    const states: string[] = [];
    client.onStateChange((now, before) => states.push(`${before.status} ${now.status}`));
    client.onError(() => {
      client.connect();
    });
    await flush();
    sink()?.open({ url: 'https://example.test/sse' });
    sink()?.message(message('1'));
    states.length = 0;
    client.close();
    expect(states).toEqual(['open closed', 'closed connecting']);
    client.close();
  });

  test('whose page has none of it resumes at the option `lastEventId`', async () => {
    const { client, requests } = setup({ storage: sessionStorage, lastEventId: '5' });
    await flush();
    expect(requests[0]?.lastEventId).toBe('5');
    client.close();
  });
});

describe('the key', () => {
  test('tells origins, paths and queries apart, and holds no query', () => {
    const urls = [
      'https://a.test/sse',
      'https://b.test/sse',
      'https://a.test/other',
      'https://a.test/sse?token=secret',
      'https://a.test/sse?token=secrets',
    ];
    const keys = urls.map((url) => storageKey(url));
    expect(new Set(keys).size).toBe(urls.length);
    for (const key of keys) expect(key).not.toContain('secret');
    expect(keys[0]).toBe('ssekit:https://a.test/sse');
  });

  test.for([
    ['?seat=AP', '?seat=B1'],
    ['?room=Aa', '?room=BB'],
    ['?a=AaAa', '?a=BBBB'],
    ['?ab=c', '?a=bc'],
  ] as const)('tells %s and %s apart, whose simple hashes are the same', ([one, other]) => {
    expect(storageKey(`https://a.test/sse${one}`)).not.toBe(storageKey(`https://a.test/sse${other}`));
  });

  test('is different for each of 20,000 queries', () => {
    const keys = Array.from({ length: 20_000 }, (_, i) => storageKey(`https://a.test/sse?seat=${i}`));
    expect(new Set(keys).size).toBe(20_000);
  });

  test('tells bodies apart, and holds none; a function counts as none', async () => {
    const written = async (options: SseClientOptions) => {
      const kept = new Map<string, string>();
      const storage = { getItem: () => null, setItem: (key: string, id: string) => void kept.set(key, id) };
      const transport: Transport = (_, sink) => {
        sink.message({ type: 'message', data: '', lastEventId: '1', origin: '', raw: '' });
        return undefined;
      };
      const client = new SseClient('https://a.test/sse', { ...options, storage, transport });
      await vi.waitFor(() => {
        expect(client.lastEventId).toBe('1');
      });
      client.close();
      return [...kept.keys()].join();
    };
    const keys = [
      await written({ transport: 'fetch' }),
      await written({ json: { topic: 'secret' } }),
      await written({ json: { topic: 'secrets' } }),
      await written({ body: 'secret' }),
    ];
    expect(new Set(keys).size).toBe(4);
    expect(keys.join()).not.toContain('secret');
    expect(await written({ body: () => 'secret' })).toBe(keys[0]);
  });

  test('is that of `storageKey`, where one is given', async () => {
    sessionStorage.setItem('mine', '9');
    const { client, requests } = setup({ storage: sessionStorage, storageKey: 'mine' });
    await flush();
    expect(requests[0]?.lastEventId).toBe('9');
    client.close();
  });

  test('must be given where the URL is a function', () => {
    const url = () => 'https://example.test/sse';
    expect(() => new SseClient(url, { storage: sessionStorage })).toThrow(/needs a `storageKey`/);
    const client = new SseClient(url, { storage: sessionStorage, storageKey: 'mine', autoConnect: false });
    expect(client.status).toBe('closed');
  });

  test('is not that of an object prototype, where one is named so', async () => {
    const { client, requests, errors } = setup({ storage: sessionStorage, storageKey: '__proto__' });
    await flush();
    expect(requests[0]?.lastEventId).toBe('');
    expect(errors).toEqual([]);
    client.close();
  });
});

test('a storage on native EventSource, which could not send what it keeps, is a TypeError with the cure', () => {
  const open = (options: SseClientOptions) => () =>
    new SseClient('https://example.test/sse', { ...options, autoConnect: false });
  // @ts-expect-error -- nor does it compile
  expect(open({ transport: 'native', storage: sessionStorage })).toThrow(
    /`storage`: .* Give `lastEventIdParam`/,
  );
  expect(open({ transport: 'native', storage: sessionStorage, lastEventIdParam: 'id' })).not.toThrow();
});
