// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createClientStore } from '../../../src/components/registry.ts';
import type { GivenOptions } from '../../../src/components/component-options.ts';
import { mockSse, type MockExchange, type MockSse } from '../../../src/testing.ts';

/** Who shares a connection with whom, and whose functions are called, as the options of components change. */

const macrotask = () => new Promise((resolve) => setTimeout(resolve));

let server: MockSse;
let url = '';
let count = 0;
const leaves = new Set<() => void>();
beforeEach(() => {
  server = mockSse();
  url = `/identity/${++count}`;
});
afterEach(async () => {
  for (const leave of leaves) leave();
  leaves.clear();
  vi.restoreAllMocks();
  await macrotask();
});

const warnings = () => vi.spyOn(console, 'warn').mockImplementation(() => undefined);

/** A component that is on the page. */
function component(options: GivenOptions & { readonly headers?: unknown; readonly schemas?: unknown }) {
  const create = (given: typeof options) =>
    createClientStore(url, { fetch: server.fetch, retryInterval: 0, ...given } as GivenOptions);
  const store = create(options);
  const leave = store.subscribe(() => undefined);
  leaves.add(leave);
  return {
    leave() {
      leaves.delete(leave);
      leave();
    },
    client: () => store.getSnapshot().client,
    /** The first half of a rendering: in React, the second comes once all components had the first. */
    record(next: typeof options) {
      store.record(create(next));
    },
    settle() {
      store.settle();
    },
    render(next: typeof options) {
      store.record(create(next));
      store.settle();
    },
  };
}

const token = (name: string) => () => ({ authorization: name });
const tokenOf = ({ request }: MockExchange) => request.headers.get('authorization');
/** The token of the next attempt. */
async function retried(exchange: MockExchange): Promise<string | null> {
  exchange.cut();
  return tokenOf(await server.next());
}
const open = () => server.exchanges.filter(({ isAborted }) => !isAborted);

describe('functions', () => {
  test('of the only component are called in their latest version, without a reconnect', async () => {
    const one = component({ headers: token('1') });
    const exchange = await server.next();
    one.render({ headers: token('2') });
    await macrotask();
    expect(server.exchanges).toHaveLength(1);
    expect(await retried(exchange)).toBe('2');
  });

  test('with one text are two connections if they are two functions: each component gets its own stream', async () => {
    component({ headers: token('admin') });
    component({ headers: token('user') });
    await macrotask();
    expect(open().map(tokenOf)).toEqual(['admin', 'user']);
  });

  test('that change while others hold the connection move the component to one of its own', async () => {
    const headers = token('shared');
    const [one, other] = [component({ headers }), component({ headers })];
    const shared = await server.next();
    const before = other.client();
    one.render({ headers: token('own') });
    const own = await server.next();
    expect(tokenOf(own)).toBe('own');
    expect([other.client() === before, one.client() === before, shared.isAborted]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await retried(shared)).toBe('shared');
  });

  test('are not called for others between the two halves of a rendering', async () => {
    const headers = token('shared');
    const [one] = [component({ headers }), component({ headers })];
    const shared = await server.next();
    one.record({ headers: token('own') });
    expect(await retried(shared)).toBe('shared');
  });

  test('that change for all components of a rendering keep their one connection', async () => {
    const headers = token('1');
    const all = [component({ headers }), component({ headers }), component({ headers })];
    const exchange = await server.next();
    const next = token('2');
    for (const each of all) each.record({ headers: next });
    for (const each of all) each.settle();
    await macrotask();
    expect(server.exchanges).toHaveLength(1);
    expect(await retried(exchange)).toBe('2');
  });

  test('that change for all, each in its own way, keep the connection for one of them', async () => {
    const headers = token('1');
    const [one, other] = [component({ headers }), component({ headers })];
    await server.next();
    one.record({ headers: token('2') });
    other.record({ headers: token('3') });
    one.settle();
    other.settle();
    await macrotask();
    expect([open().length, one.client() === other.client()]).toEqual([2, false]);
  });

  test('with a `key` are shared: those of the component that has held the connection for longest', async () => {
    const one = component({ key: 'a', headers: token('1') });
    const other = component({ key: 'a', headers: token('2') });
    const first = await server.next();
    expect([one.client() === other.client(), tokenOf(first)]).toEqual([true, '1']);
    other.render({ key: 'a', headers: token('3') });
    first.cut();
    const second = await server.next();
    expect(tokenOf(second)).toBe('1');
    one.leave();
    expect(await retried(second)).toBe('3');
  });

  test('that left with their component are not found again by others', async () => {
    const one = component({ headers: token('admin') });
    await server.next();
    one.leave();
    component({ headers: token('user') });
    await macrotask();
    expect(open().map(tokenOf)).toEqual(['user']);
  });
});

describe('`onOpen` and `onError`', () => {
  test('do not count, and the latest ones are called, each for its own component', async () => {
    const heard: string[] = [];
    const listening = (name: string) => ({
      onOpen: () => heard.push(`${name} open`),
      onError: ({ code }: { code: string }) => heard.push(`${name} ${code}`),
    });
    const one = component(listening('1'));
    const other = component(listening('2'));
    const exchange = await server.next();
    one.render(listening('1 again'));
    exchange.open();
    await vi.waitFor(() => {
      expect(heard).toEqual(['1 again open', '2 open']);
    });
    other.leave();
    exchange.cut();
    await server.next();
    expect([heard.slice(2), server.exchanges.length]).toEqual([['1 again network'], 2]);
  });

  test('begin when they are given later', async () => {
    const one = component({});
    const exchange = await server.next();
    const onError = vi.fn();
    one.render({ onError });
    exchange.cut();
    await server.next();
    expect(onError).toHaveBeenCalledOnce();
  });
});

describe('what is no function', () => {
  const schema = (value: string) => ({
    '~standard': { version: 1, vendor: 'test', validate: () => ({ value }) },
  });
  const inline = {
    signal: () => ({ signal: new AbortController().signal }),
    storage: () => ({ storage: { getItem: () => null, setItem: () => undefined } }),
    schemas: () => ({ schemas: { message: schema('x') } }),
    body: () => ({ body: new Blob(), retry: 1 }),
  };

  test.for(Object.entries(inline))('keeps its first value, with one warning: `%s`', async ([name, make]) => {
    const warn = warnings();
    const one = component(make());
    await server.next();
    for (let i = 0; i < 5; i++) one.render(make());
    await macrotask();
    expect(server.exchanges).toHaveLength(1);
    expect(warn.mock.calls.map(String)).toEqual([expect.stringContaining(`\`${name}\` changed`)]);
  });

  test('is the first one, too, after the component moved to a connection of its own', async () => {
    warnings();
    const first = new AbortController();
    const given = { headers: token('1'), signal: first.signal };
    const [one] = [component(given), component(given)];
    await server.next();
    one.render({ headers: token('2'), signal: new AbortController().signal });
    await server.next();
    expect(open()).toHaveLength(2);
    first.abort();
    expect(open()).toHaveLength(0);
  });

  test('may be new with every rendering under a `key`, without a warning', async () => {
    const warn = warnings();
    const one = component({ key: 'a', ...inline.signal() });
    one.render({ key: 'a', ...inline.signal() });
    await server.next();
    expect([server.exchanges.length, warn.mock.calls.length]).toEqual([1, 0]);
  });
});

describe('the hint at two connections', () => {
  test('names what differs and how to share, once, without a query', () => {
    const warn = warnings();
    url += '?token=secret';
    const until = () => () => true;
    for (let i = 0; i < 3; i++) component({ until: until() });
    const [text, ...more] = warn.mock.calls.map(String);
    expect(more).toEqual([]);
    expect(text).toContain('different `until`');
    expect(text).toContain('give both the same `key`');
    expect(text).not.toContain('secret');
  });

  test('is not given for what no component holds any more', () => {
    const warn = warnings();
    component({ resumed: () => true } as GivenOptions).leave();
    component({ resumed: () => true } as GivenOptions);
    expect(warn.mock.calls).toEqual([]);
  });
});
