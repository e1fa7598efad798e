import { afterEach, describe, expect, test, vi } from 'vitest';
import { clientStore, type ClientStore } from '../../../src/components/registry.ts';
import { sharedConnection } from '../../../src/share/shared-connection.ts';
import { mockSse } from '../../../src/testing.ts';
import type { SseClientOptions } from '../../../src/options.ts';

const macrotask = () => new Promise((resolve) => setTimeout(resolve));

describe('the key', () => {
  const key = (options: object, url: string | URL = '/a') => clientStore(url, options).key;
  const schema = () => ({ '~standard': { version: 1, vendor: 'test', validate: () => ({ value: 1 }) } });
  const isOver = () => true;
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
    ['functions', { headers: () => ({}) }, { headers: () => ({ a: 'b' }) }],
    [
      'functions at any depth',
      { retry: { shouldRetry: () => true } },
      { retry: { shouldRetry: () => false } },
    ],
    ['one shared connection', { share: sharedConnection('a') }, { share: sharedConnection('a') }],
    ['schemas', { schemas: { tick: schema() } }, { schemas: { tick: schema() } }],
    [
      'schemas that are functions',
      { schemas: { tick: Object.assign(() => 1, schema()) } },
      { schemas: { tick: Object.assign(() => 2, schema()) } },
    ],
    ['headers', { headers: new Headers({ b: '2', A: '1' }) }, { headers: new Headers({ a: '1', B: '2' }) }],
    ['query parameters', { body: new URLSearchParams('a=1') }, { body: new URLSearchParams({ a: '1' }) }],
    ['forms', { body: form('1') }, { body: form('1') }],
    ['bytes', { body: new Uint8Array([1]) }, { body: new Uint8Array([1]) }],
    ['dates', { json: new Date(0) }, { json: new Date(0) }],
    ['objects without a prototype', { json: { a: Object.create(null) as object } }, { json: { a: {} } }],
    ['one and the same object', { signal }, { signal }],
  ])('is the same for %s', ([, one, other]) => {
    expect(key(one)).toBe(key(other));
  });

  test.for<[string, object, object]>([
    ['another value', { retryInterval: 1 }, { retryInterval: 2 }],
    ['a number and a string', { json: 1 }, { json: '1' }],
    ['null and undefined', { json: null }, {}],
    ['another order of a list', { json: [1, 2] }, { json: [2, 1] }],
    ['another function by name', { until: () => true }, { until: isOver }],
    ['another shared connection', { share: sharedConnection('a') }, { share: sharedConnection('b') }],
    ['a function and none', { headers: () => ({}) }, { headers: {} }],
    ['other names of schemas', { schemas: { tick: schema() } }, { schemas: { tock: schema() } }],
    ['other headers', { headers: new Headers({ a: '1' }) }, { headers: new Headers({ a: '2' }) }],
    ['other objects', { signal }, { signal: new AbortController().signal }],
    ['other blobs, whose bytes cannot be seen', { body: new Blob() }, { body: new Blob() }],
    ['other forms', { body: form('1') }, { body: form('2') }],
    ['nested values', { json: { a: { b: 1 } } }, { json: { a: { b: 2 } } }],
  ])('differs for %s', ([, one, other]) => {
    expect(key(one)).not.toBe(key(other));
  });

  test('takes a URL as the page resolves it', () => {
    expect(key({}, '/a')).toBe(key({}, new URL('/a', location.href)));
    expect(key({}, '/a')).not.toBe(key({}, '/b'));
    expect([clientStore(null, {}).key, clientStore(undefined, {}).key]).toEqual([undefined, undefined]);
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
      store: () => clientStore<Record<string, string>>(url, given),
    };
  }
  function hold(store: ClientStore<Record<string, string>>, onChange: () => void = () => undefined) {
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
    const store = clientStore<Record<string, string>>(null, {});
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
  const store = clientStore('/classes', options);
  const leave = store.subscribe(() => undefined);
  const source = await coming;
  expect(source).toBeInstanceOf(MockEventSource);
  expect(new URL(source.url).search).toBe('?after=7');
  leave();
  await macrotask();
  expect(source.readyState).toBe(2);
});
