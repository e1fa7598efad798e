// @vitest-environment jsdom
import {
  computed,
  createApp,
  createSSRApp,
  defineComponent,
  effectScope,
  h,
  KeepAlive,
  nextTick,
  onErrorCaptured,
  reactive,
  ref,
  shallowRef,
  type Component,
} from 'vue';
import { renderToString } from 'vue/server-renderer';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CHECKED } from '../../src/checked.ts';
import { SseClient, type SseClientOptions, type Transport } from 'ssekit';
import {
  useFetchSse,
  useSecondsToRetry,
  useSse,
  useSseEvent,
  useSseValue,
  type ComponentUrl,
} from 'ssekit/vue';
import { mockSse, type MockExchange } from 'ssekit/testing';

/** tests/browser/vue.test.ts counts connections to a real server. */

let server = mockSse();
let url = '';
let count = 0;
const leaves: (() => void)[] = [];
beforeEach(() => {
  server = mockSse();
  // Components of one test must not share a connection with another test.
  url = `/vue/${++count}`;
});
afterEach(async () => {
  for (const leave of [...leaves]) leave();
  leaves.length = 0;
  await macrotask();
});

/** One function for all tests: components that give another one have another connection. */
const fetchNow: typeof fetch = (...args) => server.fetch(...args);

const macrotask = () => new Promise((resolve) => setTimeout(resolve));
const open = () => server.exchanges.filter(({ isAborted }) => !isAborted).length;

function mount(component: Component) {
  const root = document.createElement('div');
  const app = createApp(component);
  app.mount(root);
  const unmount = () => {
    leaves.splice(leaves.indexOf(unmount), 1);
    app.unmount();
  };
  leaves.push(unmount);
  return { root, unmount };
}

let heard: string[] = [];
beforeEach(() => {
  heard = [];
});

async function send(exchange: MockExchange | undefined, ...data: string[]): Promise<void> {
  for (const text of data) exchange?.send({ event: 'tick', data: text, id: text });
  await vi.waitFor(() => {
    expect(heard.at(-1)).toBe(data.at(-1));
  });
  await nextTick();
}

const Ticks = defineComponent({
  props: { at: String },
  setup(props) {
    const { client, status } = useSse<{ tick: string }>(() => props.at ?? url, {
      fetch: fetchNow,
      headers: { 'x-page': '1' },
      retryInterval: 0,
    });
    useSseEvent(client, 'tick', ({ data }) => heard.push(data));
    const text = useSseValue(client, 'tick', (text, event) => text + event.data, '');
    return () => h('p', `${status.value} ${text.value}`);
  },
});

describe('a connection', () => {
  test('is one for any number of components, and everybody shows its events', async () => {
    const { root } = mount(() => Array.from({ length: 40 }, () => h(Ticks)));
    await send(await server.next(), 'a', 'b');
    expect([...root.children].map(({ textContent }) => textContent)).toEqual(
      Array<string>(40).fill('open ab'),
    );
    expect([server.exchanges.length, heard.length]).toEqual([1, 80]);
  });

  test('outlives a change of routes, and is closed a macrotask after the last component', async () => {
    const route = ref('home');
    const { root, unmount } = mount(() => h(Ticks, { key: route.value }));
    const exchange = await server.next();
    await send(exchange, 'a');
    route.value = 'details';
    await nextTick();
    await macrotask();
    await send(exchange, 'b');
    expect([root.textContent, server.exchanges.length, open()]).toEqual(['open b', 1, 1]);
    unmount();
    expect(open()).toBe(1);
    await macrotask();
    expect(open()).toBe(0);
  });

  test.runIf(CHECKED)('outlives options that cannot work for a moment', async () => {
    const json = ref<object>();
    const scope = effectScope();
    const refs = scope.run(() =>
      useSse(url, () => ({ fetch: server.fetch, retry: 9, body: 'a', json: json.value })),
    );
    await server.next();
    expect(() => {
      json.value = {};
    }).toThrow('`json` or `body`');
    json.value = undefined;
    await macrotask();
    await macrotask();
    expect([refs?.client.value?.status === 'closed', open()]).toEqual([false, 1]);
    scope.stop();
    await macrotask();
    expect(open()).toBe(0);
  });

  test('is another one for another URL, and none for null', async () => {
    const at = ref<ComponentUrl>(url);
    const { root } = mount({
      setup() {
        const { client, status } = useSse<{ tick: string }>(at, { fetch: server.fetch });
        useSseEvent(client, 'tick', ({ data }) => heard.push(data));
        const text = useSseValue(client, 'tick', (text, { data }) => text + data, '');
        return () => h('p', `${status.value} ${text.value}`);
      },
    });
    await send(await server.next(), 'a');
    expect(root.textContent).toBe('open a');
    at.value = new URL(`${url}/b`, location.href);
    await nextTick();
    expect(root.textContent).toBe('connecting ');
    await send(await server.next(), 'b');
    expect([root.textContent, open()]).toEqual(['open b', 1]);
    at.value = null;
    await macrotask();
    expect([root.textContent, open(), server.exchanges.length]).toEqual(['closed ', 0, 2]);
  });

  test('is another one for other options, but not for other functions among them: the latest are called', async () => {
    const prompt = ref('one');
    const token = ref('first');
    const scope = effectScope();
    leaves.push(() => {
      scope.stop();
    });
    scope.run(() =>
      useSse(url, () => {
        const now = token.value;
        return {
          fetch: server.fetch,
          json: { prompt: prompt.value },
          headers: () => ({ authorization: now }),
          retry: 1,
          retryInterval: 0,
        };
      }),
    );
    const first = await server.next();
    token.value = 'second';
    first.cut();
    const again = await server.next();
    expect(again.request.headers.get('authorization')).toBe('second');
    prompt.value = 'two';
    const other = await server.next();
    expect(await other.request.json()).toEqual({ prompt: 'two' });
    await macrotask();
    expect(again.isAborted).toBe(true);
  });

  test('lives as long as its scope, outside of components', async () => {
    const scope = effectScope();
    const status = scope.run(() => useSse(url, { fetch: server.fetch }).status);
    (await server.next()).open();
    await vi.waitFor(() => {
      expect(status?.value).toBe('open');
    });
    scope.stop();
    await macrotask();
    expect(open()).toBe(0);
  });

  test('of a deactivated component is closed, and resumes after the last event ID with its value', async () => {
    const isShown = ref(true);
    const { root } = mount(() => h(KeepAlive, isShown.value ? h(Ticks) : h('i')));
    const first = await server.next();
    await send(first, 'a', 'b');
    isShown.value = false;
    await nextTick();
    await macrotask();
    expect([open(), server.exchanges.length]).toEqual([0, 1]);
    isShown.value = true;
    const second = await server.next();
    expect(second.request.headers.get('last-event-id')).toBe('b');
    await send(second, 'c');
    expect(root.textContent).toBe('open abc');
  });

  test('of a scope that outlives its component stays while that is deactivated', async () => {
    const scope = effectScope(true);
    leaves.push(() => {
      scope.stop();
    });
    const isShown = ref(true);
    const Page = defineComponent(() => {
      scope.run(() => useSse(url, { fetch: fetchNow }));
      return () => h('p');
    });
    mount(() => h(KeepAlive, isShown.value ? h(Page) : h('i')));
    await server.next();
    isShown.value = false;
    await nextTick();
    await macrotask();
    expect(open()).toBe(1);
  });

  test('that others hold goes on for a deactivated component, which misses nothing', async () => {
    const isShown = ref(true);
    const { root } = mount(() => [h(KeepAlive, isShown.value ? h(Ticks) : h('i')), h(Ticks)]);
    const exchange = await server.next();
    await send(exchange, 'a');
    isShown.value = false;
    await nextTick();
    await macrotask();
    await send(exchange, 'b');
    isShown.value = true;
    await nextTick();
    await send(exchange, 'c');
    expect([root.children[0]?.textContent, server.exchanges.length]).toEqual(['open abc', 1]);
  });

  test('that another component began meanwhile goes on with the value of an activated one, which hears of an overflow', async () => {
    const isShown = ref(true);
    const hasOther = ref(false);
    const onError = vi.fn();
    const Kept = defineComponent(() => {
      const { client } = useSse<{ tick: string }>(url, {
        fetch: fetchNow,
        headers: { 'x-page': '1' },
        retryInterval: 0,
        onError,
      });
      const text = useSseValue(client, 'tick', (text, event) => text + event.data, '');
      return () => h('p', text.value);
    });
    const { root } = mount(() => [
      h(KeepAlive, isShown.value ? h(Kept) : h('i')),
      hasOther.value ? h(Ticks) : undefined,
    ]);
    const first = await server.next();
    first.send({ event: 'tick', data: 'a' });
    await vi.waitFor(() => {
      expect(root.textContent).toBe('a');
    });
    isShown.value = false;
    await nextTick();
    await macrotask();
    hasOther.value = true;
    const second = await server.next();
    await send(second, 'b');
    isShown.value = true;
    await nextTick();
    await send(second, 'c');
    expect([root.children[0]?.textContent, open()]).toEqual(['ac', 1]);
    expect(onError.mock.calls).toEqual([[expect.objectContaining({ code: 'overflow' })]]);
  });

  test('is closed when a ref becomes a URL that cannot be, with one error that names it', async () => {
    const at = ref(url);
    const errors: unknown[] = [];
    const { root } = mount({
      setup() {
        onErrorCaptured((error) => {
          errors.push(error);
          return false;
        });
        return () =>
          h({
            setup() {
              const { status } = useSse(at, { fetch: fetchNow });
              return () => h('p', status.value);
            },
          });
      },
    });
    await server.next();
    at.value = 'http://[';
    await nextTick();
    await macrotask();
    expect([errors.map(String), open(), root.textContent]).toEqual([
      [
        expect.stringMatching(
          CHECKED ? /^TypeError: .*You gave: http:\/\/\[$/ : /^TypeError: The URL cannot/,
        ),
      ],
      0,
      'closed',
    ]);
    at.value = `${url}/again`;
    await server.next();
    expect(open()).toBe(1);
  });

  test('is not begun by a change of the URL in a deactivated component', async () => {
    const isShown = ref(true);
    const at = ref(url);
    mount(() => h(KeepAlive, isShown.value ? h(Ticks, { at: at.value }) : h('i')));
    await server.next();
    isShown.value = false;
    await nextTick();
    await macrotask();
    expect(open()).toBe(0);
    at.value = `${url}/b`;
    isShown.value = true;
    const second = await server.next();
    expect(new URL(second.request.url).pathname).toBe(`${url}/b`);
    expect(open()).toBe(1);
  });
});

describe('events', () => {
  /** Answers at once, faster than any server: three events before the attempt has even returned. */
  const burst: Transport = (request, sink) => {
    sink.open({ url: request.url });
    for (const data of ['a', 'b', 'c']) {
      sink.message({ type: 'tick', data, raw: data, lastEventId: '', origin: '' });
    }
    return undefined;
  };

  test('are all delivered, from the first on, of every URL', async () => {
    const at = ref(url);
    const { root } = mount({
      setup() {
        const { client } = useSse<{ tick: string }>(at, { transport: burst });
        useSseEvent(client, 'tick', ({ data }) => heard.push(data));
        const text = useSseValue(client, 'tick', (text, { data }) => text + data, '');
        return () => h('p', text.value);
      },
    });
    await macrotask();
    expect([heard.join(''), root.textContent]).toEqual(['abc', 'abc']);
    at.value = `${url}/b`;
    await macrotask();
    expect([heard.join(''), root.textContent]).toEqual(['abcabc', 'abc']);
  });

  test('of another type are heard when the type changes, and of a client of one’s own', async () => {
    const client = new SseClient<{ tick: string; tock: string }>(url, { fetch: server.fetch });
    const type = ref<'tick' | 'tock'>('tick');
    const scope = effectScope();
    leaves.push(() => {
      client.close();
      scope.stop();
    });
    const types: string[] = [];
    scope.run(() => {
      useSseEvent(shallowRef(client), type, (event) => types.push(event.type));
      useSseEvent(client, 'tick', ({ data }) => heard.push(data));
    });
    const exchange = await server.next();
    await send(exchange, '1');
    type.value = 'tock';
    exchange.send({ event: 'tock', data: '2' });
    await send(exchange, '3');
    expect(types).toEqual(['tick', 'tock']);
    scope.stop();
    const next = client.once('tick');
    exchange.send({ event: 'tick', data: '4' });
    await next;
    expect(heard).toEqual(['1', '3']);
  });
});

test('a value with throttle is shown at most once in that time, and no event is lost', async () => {
  vi.useFakeTimers();
  try {
    let emit: (data: string) => void = () => undefined;
    const byHand: Transport = (request, sink) => {
      sink.open({ url: request.url });
      emit = (data) => {
        sink.message({ type: 'tick', data, raw: data, lastEventId: '', origin: '' });
      };
      return undefined;
    };
    const scope = effectScope();
    const text = scope.run(() => {
      const { client } = useSse<{ tick: string }>(url, { transport: byHand });
      return useSseValue(client, 'tick', (text, { data }) => text + data, '', { throttle: 100 });
    });
    await vi.advanceTimersByTimeAsync(0);
    emit('a');
    emit('b');
    expect(text?.value).toBe('a');
    await vi.advanceTimersByTimeAsync(99);
    expect(text?.value).toBe('a');
    await vi.advanceTimersByTimeAsync(1);
    expect(text?.value).toBe('ab');
    emit('c');
    scope.stop();
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

const checked: [string, string, SseClientOptions, RegExp] = [
  'an option',
  '/a',
  { retryInterval: -1 },
  /`retryInterval` must be a number, 0 or more/,
];
test.for<[string, string, SseClientOptions, RegExp]>([
  ...(CHECKED ? [checked] : []),
  ['a URL', 'http://[', {}, /The URL cannot be resolved/],
])('%s that cannot work is a TypeError of setup', ([, at, options, message]) => {
  const errors: unknown[] = [];
  mount({
    setup() {
      onErrorCaptured((error) => {
        errors.push(error);
        return false;
      });
      return () =>
        h({
          setup() {
            useSse(at, options);
          },
          render: () => null,
        });
    },
  });
  expect(errors).toEqual([expect.any(TypeError)]);
  expect(String(errors[0])).toMatch(message);
});

test('a page from the server is taken over without a word', async () => {
  const root = document.createElement('div');
  // As on a server: without a document nothing connects.
  vi.stubGlobal('document', undefined);
  const html = await renderToString(createSSRApp(Ticks));
  vi.unstubAllGlobals();
  await macrotask();
  expect([html, server.exchanges.length]).toEqual(['<p>connecting </p>', 0]);
  root.innerHTML = html;
  const warning = vi.spyOn(console, 'warn');
  const app = createSSRApp(Ticks);
  app.mount(root);
  leaves.push(() => {
    app.unmount();
  });
  expect(warning.mock.calls).toEqual([]);
  warning.mockRestore();
  await send(await server.next(), 'a');
  expect(root.textContent).toBe('open a');
});

test('a client in a reactive object works', async () => {
  const state = reactive({ text: '', client: new SseClient<{ tick: string }>(url, { fetch: fetchNow }) });
  leaves.push(() => {
    state.client.close();
  });
  state.client.on('tick', ({ data }) => (state.text += data));
  (await server.next()).send({ event: 'tick', data: 'a' });
  await vi.waitFor(() => {
    expect([state.client.status, state.text]).toEqual(['open', 'a']);
  });
});

describe('functions of several scopes', () => {
  function scoped<T>(setup: () => T): T {
    const scope = effectScope();
    leaves.push(() => {
      scope.stop();
    });
    return scope.run(setup) as T;
  }

  test('that depend on one ref keep their one connection when that changes, and call the latest', async () => {
    const token = ref('1');
    const make = () => {
      const now = token.value;
      return () => ({ authorization: now });
    };
    const headers = computed(make);
    for (let i = 0; i < 3; i++) {
      scoped(() => useSse(url, () => ({ fetch: fetchNow, headers: headers.value, retryInterval: 0 })));
    }
    const first = await server.next();
    token.value = '2';
    await macrotask();
    expect(server.exchanges).toHaveLength(1);
    first.cut();
    expect((await server.next()).request.headers.get('authorization')).toBe('2');
  });

  test('that change for one of them move it to a connection of its own', async () => {
    const shared = () => ({ authorization: 'shared' });
    const headers = shallowRef(shared);
    const one = scoped(() => useSse(url, () => ({ fetch: fetchNow, headers: headers.value })));
    const other = scoped(() => useSse(url, { fetch: fetchNow, headers: shared }));
    await server.next();
    const before = other.client.value;
    headers.value = () => ({ authorization: 'own' });
    expect((await server.next()).request.headers.get('authorization')).toBe('own');
    expect([open(), other.client.value === before, one.client.value === before]).toEqual([2, true, false]);
  });

  test('useSecondsToRetry counts while the client waits', async () => {
    const seconds = scoped(() => {
      const { client } = useSse(url, { fetch: fetchNow, retryInterval: 20_000, retry: { jitter: false } });
      return useSecondsToRetry(client);
    });
    (await server.next()).cut();
    await vi.waitFor(() => {
      expect(seconds.value).toBeGreaterThan(10);
    });
  });

  test('useFetchSse sends what `send` gives to the URL of now, and stops with its scope', async () => {
    const at = ref('/old');
    const scope = effectScope();
    const chat = scope.run(() =>
      useFetchSse(at, { fetch: fetchNow, initial: '', reduce: (text, { data }) => text + data }),
    );
    at.value = '/new';
    const end = chat?.send({ json: 'Hi' });
    expect(chat?.status.value).toBe('sending');
    const exchange = await server.next();
    expect([new URL(exchange.request.url).pathname, await exchange.request.json()]).toEqual(['/new', 'Hi']);
    exchange.send({ data: 'a' });
    await vi.waitFor(() => {
      expect([chat?.status.value, chat?.value.value]).toEqual(['streaming', 'a']);
    });
    scope.stop();
    expect(await end).toMatchObject({ status: 'stopped', value: 'a' });
    expect(exchange.isAborted).toBe(true);
  });
});
