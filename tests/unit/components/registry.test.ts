// @vitest-environment jsdom
import { afterEach, describe, expect, test, vi } from 'vitest';
import { areSame, identify } from '../../../src/components/identity.ts';
import { createClientStore, type ClientStore } from '../../../src/components/registry.ts';
import { sharedConnection } from '../../../src/share/shared-connection.ts';
import { mockSse } from '../../../src/testing.ts';
import type { SseClientOptions } from '../../../src/options.ts';

const macrotask = () => new Promise((resolve) => setTimeout(resolve));

describe('the key', () => {
  const text = (url: string | URL | null | undefined, options: object = {}) => identify(url, options).text;
  /** Whether two components with these options share a connection. */
  const share = (one: object, other: object) => {
    return areSame(identify('/a', one), identify('/a', other));
  };
  const schema = () => ({ '~standard': { version: 1, vendor: 'test', validate: () => ({ value: 1 }) } });
  const tick = schema();
  const isOver = () => true;
  /** Makes functions that nothing but their identity tells apart. */
  const over = () => () => true;
  const aClass = () => class extends EventTarget {};
  const storage = () => ({ getItem: () => null, setItem: () => undefined });
  class Prompt {
    readonly text: string;
    constructor(text: string) {
      this.text = text;
    }
  }
  const form = (value: string) => {
    const data = new FormData();
    data.set('a', value);
    return data;
  };
  const signal = new AbortController().signal;

  test.for<[string, object, object]>([
    [
      'the order of names',
      { debug: true, retry: { limit: 1, factor: 2 } },
      { retry: { factor: 2, limit: 1 }, debug: true },
    ],
    ['undefined and absent', { json: undefined }, {}],
    ['one and the same function', { until: isOver }, { until: isOver }],
    [
      'one and the same function at any depth',
      { retry: { shouldRetry: isOver } },
      { retry: { shouldRetry: isOver } },
    ],
    ['other functions with one `key`', { key: 'a', headers: () => ({}) }, { key: 'a', headers: () => ({}) }],
    [
      'other schemas, signals and storages with one `key`',
      { key: 'a', schemas: { tick: schema() }, signal, storage: storage() },
      { key: 'a', schemas: { tick: schema() }, signal: new AbortController().signal, storage: storage() },
    ],
    ['other `onOpen` and `onError`', { onOpen: () => 1, onError: () => 1 }, { onError: () => 2 }],
    ['one `json` made of instances', { json: new Prompt('a') }, { json: new Prompt('a') }],
    ['one shared connection', { share: sharedConnection('a') }, { share: sharedConnection('a') }],
    ['one and the same schema', { schemas: { tick } }, { schemas: { tick } }],
    ['inherited options', Object.create({ method: 'POST' }) as object, { method: 'POST' }],
    ['headers', { headers: new Headers({ b: '2', A: '1' }) }, { headers: new Headers({ a: '1', B: '2' }) }],
    ['query parameters', { body: new URLSearchParams('a=1') }, { body: new URLSearchParams({ a: '1' }) }],
    ['forms', { body: form('1') }, { body: form('1') }],
    ['bytes', { body: new Uint8Array([1]) }, { body: new Uint8Array([1]) }],
    ['dates', { json: new Date(0) }, { json: new Date(0) }],
    ['objects without a prototype', { json: { a: Object.create(null) as object } }, { json: { a: {} } }],
    ['one and the same object', { signal }, { signal }],
  ])('is the same for %s', ([, one, other]) => {
    expect(share(one, other)).toBe(true);
  });

  test.for<[string, object, object]>([
    ['another value', { retryInterval: 1 }, { retryInterval: 2 }],
    ['a number and a string', { json: 1 }, { json: '1' }],
    ['null and undefined', { json: null }, {}],
    ['another order of a list', { json: [1, 2] }, { json: [2, 1] }],
    ['another function with the same name and text', { until: over() }, { until: over() }],
    ['another function at any depth', { retry: { shouldRetry: over() } }, { retry: { shouldRetry: over() } }],
    ['another class', { EventSource: aClass() }, { EventSource: aClass() }],
    ['another schema', { schemas: { tick } }, { schemas: { tick: schema() } }],
    [
      'another schema that is a function',
      { schemas: { tick: Object.assign(() => 1, schema()) } },
      { schemas: { tick: Object.assign(() => 1, schema()) } },
    ],
    ['another storage', { storage: storage() }, { storage: storage() }],
    ['another iterator, which can be read only once', { headers: [].values() }, { headers: [].values() }],
    ['another `key`', { key: 'a' }, { key: 'b' }],
    ['a `key` and none', { key: 'a' }, {}],
    ['another `key` in spite of the same functions', { key: 1, until: isOver }, { key: 2, until: isOver }],
    ['other plain options with one `key`', { key: 'a', json: 1 }, { key: 'a', json: 2 }],
    ['another shared connection by another function', { share: over() }, { share: over() }],
    ['other `json` made of instances', { json: new Prompt('a') }, { json: new Prompt('b') }],
    ['another shared connection', { share: sharedConnection('a') }, { share: sharedConnection('b') }],
    ['a function and none', { headers: () => ({}) }, { headers: {} }],
    ['other names of schemas', { schemas: { tick: schema() } }, { schemas: { tock: schema() } }],
    ['other headers', { headers: new Headers({ a: '1' }) }, { headers: new Headers({ a: '2' }) }],
    ['other objects', { signal }, { signal: new AbortController().signal }],
    ['other blobs, whose bytes cannot be seen', { body: new Blob() }, { body: new Blob() }],
    ['other forms', { body: form('1') }, { body: form('2') }],
    ['nested values', { json: { a: { b: 1 } } }, { json: { a: { b: 2 } } }],
  ])('differs for %s', ([, one, other]) => {
    expect(share(one, other)).toBe(false);
  });

  test('takes a URL as the page resolves it', () => {
    expect(text('/a')).toBe(text(new URL('/a', location.href)));
    expect(text('/a')).not.toBe(text('/b'));
    expect([text(null), text(undefined)]).toEqual([undefined, undefined]);
  });

  test('leaves an iterator unread', () => {
    const headers = new Map([['a', '1']]).entries();
    expect(text('/a', { headers })).toBeDefined();
    expect([...headers]).toEqual([['a', '1']]);
  });

  test('names a URL that cannot be resolved, but not what may be secret in it', () => {
    expect(() => text('http://user:word@[?token=1')).toThrow(/cannot be resolved.*You gave: http:\[$/);
  });
});

describe('a connection', () => {
  let count = 0;
  const leaves: (() => void)[] = [];
  afterEach(async () => {
    for (const leave of leaves.splice(0)) leave();
    await macrotask();
  });

  /** Stores of components that use the same stream. */
  function components(options: SseClientOptions = {}) {
    const server = mockSse();
    const url = `/registry/${++count}`;
    const given = { fetch: server.fetch, ...options };
    return {
      server,
      store: () => createClientStore(url, given),
    };
  }
  function hold(store: ClientStore, onChange: () => void = () => undefined) {
    const leave = store.subscribe(onChange);
    leaves.push(leave);
    return leave;
  }

  test('is shown by all of its stores, those included that nobody subscribed to', async () => {
    const { store, server } = components();
    const [one, other] = [store(), store()];
    const onChange = vi.fn();
    expect(one.getSnapshot()).toBe(one.getSnapshot());
    expect(one.getSnapshot()).toMatchObject({ client: null, status: 'connecting', readyState: 0 });
    hold(one, onChange);
    expect(other.getSnapshot()).toBe(one.getSnapshot());
    const before = one.getSnapshot();
    (await server.next()).open();
    await vi.waitFor(() => {
      expect(one.getSnapshot()).toMatchObject({ status: 'open', readyState: 1, transport: 'fetch' });
    });
    expect(one.getSnapshot()).not.toBe(before);
    expect(one.getSnapshot().client).toBe(before.client);
    expect(onChange).toHaveBeenCalled();
  });

  test('without a URL is closed, and never begins', () => {
    const store = createClientStore(null, {});
    hold(store);
    expect(store.getSnapshot()).toMatchObject({ client: null, status: 'closed', readyState: 2 });
  });

  test('waits for connect() with autoConnect: false, and does not connect when somebody comes', async () => {
    const { store, server } = components({ autoConnect: false });
    const one = store();
    expect(one.initial.status).toBe('closed');
    hold(one);
    hold(store());
    await macrotask();
    expect(server.exchanges).toHaveLength(0);
    one.getSnapshot().client?.connect();
    await server.next();
    expect(one.getSnapshot().status).toBe('connecting');
  });

  test('is not closed when somebody comes in the task in which the last one left, again and again', async () => {
    const { store, server } = components();
    let leave = hold(store());
    const exchange = await server.next();
    for (let i = 0; i < 3; i++) {
      leave();
      leave = hold(store());
      await macrotask();
    }
    expect([server.exchanges.length, exchange.isAborted]).toEqual([1, false]);
  });

  test('goes on after the last event ID for a component that comes back; a new component begins anew', async () => {
    const { store, server } = components();
    const one = store();
    const leave = hold(one);
    const first = await server.next();
    first.send({ data: 'a', id: '7' });
    await vi.waitFor(() => {
      expect(one.getSnapshot().client?.lastEventId).toBe('7');
    });
    const { client } = one.getSnapshot();
    leave();
    await macrotask();
    expect([first.isAborted, one.getSnapshot().status]).toEqual([true, 'closed']);

    const leaveAgain = hold(one);
    const second = await server.next();
    expect(second.request.headers.get('last-event-id')).toBe('7');
    expect(one.getSnapshot().client).toBe(client);
    leaveAgain();
    await macrotask();

    hold(store());
    const third = await server.next();
    expect(third.request.headers.get('last-event-id')).toBeNull();
  });

  test('that failed for good is not what a new component gets, be it in the task in which the last one left', async () => {
    const { store, server } = components();
    const one = store();
    const leave = hold(one);
    const refused = await server.next();
    refused.open({ status: 401 });
    refused.end();
    await vi.waitFor(() => {
      expect(one.getSnapshot().status).toBe('closed');
    });
    leave();
    const other = store();
    hold(other);
    (await server.next()).open();
    await vi.waitFor(() => {
      expect(other.getSnapshot().status).toBe('open');
    });
  });

  test('writes to the storage that it was given, whatever that is made of', async () => {
    const storage = {
      id: null as string | null,
      getItem(): string | null {
        return this.id;
      },
      setItem(_: string, id: string) {
        this.id = id;
      },
    };
    const { store, server } = components({ storage });
    const leave = hold(store());
    (await server.next()).send({ data: 'a', id: '7' });
    await vi.waitFor(() => {
      expect(storage.id).toBe('7');
    });
    leave();
  });

  test('that its user has closed stays closed for a component that comes back', async () => {
    const { store, server } = components();
    const one = store();
    const leave = hold(one);
    await server.next();
    one.getSnapshot().client?.close();
    leave();
    await macrotask();
    hold(one);
    await macrotask();
    expect([one.getSnapshot().status, server.exchanges.length]).toEqual(['closed', 1]);
  });

  test('takes the one that others have opened since, when a component comes back', async () => {
    const { store, server } = components();
    const [one, other] = [store(), store()];
    const leave = hold(one);
    await server.next();
    leave();
    await macrotask();
    hold(other);
    hold(one);
    await macrotask();
    expect(one.getSnapshot().client).toBe(other.getSnapshot().client);
    expect(server.exchanges).toHaveLength(2);
  });
});

test('classes, methods of plain objects and schemas among the options work as they are', async () => {
  const { MockEventSource } = await import('../../../src/testing.ts');
  MockEventSource.reset();
  const kept = new Map([['k', '7']]);
  const options: SseClientOptions = {
    EventSource: MockEventSource,
    storage: {
      getItem(key) {
        return kept.get(key) ?? null;
      },
      setItem(key, value) {
        kept.set(key, value);
      },
    },
    storageKey: 'k',
    lastEventIdParam: 'after',
  };
  const coming = MockEventSource.next();
  const store = createClientStore('/classes', options);
  const leave = store.subscribe(() => undefined);
  const source = await coming;
  expect(source).toBeInstanceOf(MockEventSource);
  expect(new URL(source.url).search).toBe('?after=7');
  leave();
  await macrotask();
  expect(source.readyState).toBe(2);
});
