// @vitest-environment jsdom
import * as library from '@testing-library/react';
import * as reactItself from 'react';
import type { ComponentType } from 'react';
import * as jsxRuntime from 'react/jsx-runtime';
import * as rxjs from 'rxjs';
import type * as Svelte from 'svelte';
import { compile } from 'svelte/compiler';
import * as vueItself from 'vue';
import { createApp, h, nextTick, Suspense, type Ref } from 'vue';
import * as vitest from 'vitest';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SseClient, type SseMessage } from 'ssekit';
import * as react from 'ssekit/react';
import { MockEventSource, mockSse } from 'ssekit/testing';
import * as vue from 'ssekit/vue';
import { read, root, run, snippet, type Snippet } from '../docs/snippets.ts';

/** Runs the documentation's blocks that need a page. */

const { act, cleanup, render } = library;
const forReact = { react: reactItself, 'ssekit/react': react, 'react/jsx-runtime': jsxRuntime };

beforeEach(() => {
  MockEventSource.reset();
  vi.stubGlobal('EventSource', MockEventSource);
});
afterEach(async () => {
  cleanup();
  await new Promise((resolve) => setTimeout(resolve));
  vi.unstubAllGlobals();
});

test('the component of React types, and closes when it is done', async () => {
  const coming = MockEventSource.next();
  const { Answer } = await run(snippet('README.md', 'react'), {}, forReact);
  const Component = Answer as ComponentType;
  const { container } = render(<Component />);
  const source = await coming;
  act(() => {
    source.open();
    source.emit('lol', '哈');
    source.emit('lol', '哈');
  });
  expect([container.textContent, container.querySelector('p')?.className]).toEqual(['哈哈 ', 'open']);
  act(() => {
    source.emit('done', '');
  });
  expect([source.readyState, container.querySelector('p')?.className]).toEqual([2, 'closed']);
});

test('the setup of Vue types, and closes when it is done', async () => {
  const coming = MockEventSource.next();
  const block = snippet('README.md', 'vue');
  const Answer = {
    async setup() {
      // The template sees what `setup` declares.
      const setup = { ...block, code: `${block.code}\nexport { status, text };` };
      const { status, text } = (await run(setup, {}, { 'ssekit/vue': vue })) as Record<string, Ref<string>>;
      return () => h('p', { class: status?.value }, text?.value);
    },
  };
  const root = document.createElement('div');
  const app = createApp(() => h(Suspense, null, { default: () => h(Answer) }));
  app.mount(root);
  const source = await coming;
  source.open();
  source.emit('lol', '哈');
  source.emit('lol', '哈');
  await vi.waitFor(() => {
    expect(root.innerHTML).toBe('<p class="open">哈哈</p>');
  });
  source.emit('done', '');
  await nextTick();
  expect([source.readyState, root.innerHTML]).toEqual([2, '<p class="closed">哈哈</p>']);
  app.unmount();
});

/** The server of /api/prices, as the hooks of docs/react.md and docs/vue.md see it. */
function pricesServer() {
  const server = mockSse();
  vi.stubGlobal('fetch', server.fetch);
  const log = vi.fn();
  const scope = { log, login: () => Promise.resolve('secret') };
  const tick = (symbol: string, price: number) => ({ event: 'tick', data: { symbol, price } });
  return { server, log, scope, tick };
}

test('the components of React share one connection, and show prices, alarms, bad payloads and a countdown', async () => {
  const { server, log, scope, tick } = pricesServer();
  const { Prices, Lamp } = (await run(snippet('docs/react.md', 'react-prices'), scope, forReact)) as Record<
    string,
    ComponentType
  >;
  if (!Prices || !Lamp) throw new Error('not exported');
  const { container } = render(
    <>
      <Prices />
      <Lamp />
    </>,
  );
  const text = (expected: string) =>
    library.waitFor(() => {
      expect(container.textContent).toContain(expected);
    });
  const first = await act(() => server.next());
  expect(first.request.headers.get('Authorization')).toBe('Bearer secret');
  await text('–, 0 symbols, 0 alarms');
  first.send(tick('ACME', 42));
  first.send(tick('EMCA', 43));
  first.send({ event: 'alarm', data: { level: 1, text: 'Fire' } });
  first.send('event: tick\ndata: {\n\n');
  await text('43, 2 symbols, 1 alarmsopen');
  await vi.waitFor(() => {
    expect(log.mock.calls).toEqual([['decode', '{']]);
  });
  first.send('retry: 60000\n\n');
  first.cut();
  await library.waitFor(() => {
    expect(container.textContent).toMatch(/reconnecting \d+ s$/);
  });
  expect(server.exchanges).toHaveLength(1);
});

test('the setup of Vue has prices, alarms, bad payloads and a countdown', async () => {
  const { server, log, scope, tick } = pricesServer();
  const block = snippet('docs/vue.md', 'vue-prices');
  const names = ['client', 'status', 'last', 'bySymbol', 'alarms', 'seconds'] as const;
  let refs: Record<string, Ref> = {};
  const Component = {
    async setup() {
      const setup = { ...block, code: `${block.code}\nexport { ${names.join(', ')} };` };
      refs = (await run(setup, scope, { vue: vueItself, 'ssekit/vue': vue })) as Record<string, Ref>;
      return () => h('p');
    },
  };
  const app = createApp(() => h(Suspense, null, { default: () => h(Component) }));
  app.mount(document.createElement('div'));
  const first = await server.next();
  expect(first.request.headers.get('Authorization')).toBe('Bearer secret');
  first.send(tick('ACME', 42));
  first.send({ event: 'alarm', data: { level: 1, text: 'Fire' } });
  first.send('event: tick\ndata: {\n\n');
  await vi.waitFor(() => {
    expect(log.mock.calls).toEqual([['decode', '{']]);
  });
  expect(names.slice(1).map((name) => refs[name]?.value as unknown)).toEqual([
    'open',
    42,
    { ACME: 42 },
    [{ level: 1, text: 'Fire' }],
    undefined,
  ]);
  first.send('retry: 60000\n\n');
  first.cut();
  await vi.waitFor(() => {
    expect(refs.seconds?.value).toBeGreaterThanOrEqual(0);
  });
  app.unmount();
});

test('the request of React types, and its button stops it', async () => {
  const server = mockSse();
  vi.stubGlobal('fetch', server.fetch);
  const { Chat } = await run(snippet('docs/react.md', 'react-chat'), {}, forReact);
  const Component = Chat as ComponentType;
  const { container, getByText, findByText } = render(<Component />);
  library.fireEvent.click(getByText('Ask'));
  const exchange = await act(() => server.next());
  const { request } = exchange;
  expect(await request.json()).toEqual({ prompt: 'Why is the sky blue?' });
  exchange.send({ data: 'Bl' });
  exchange.send({ data: 'ue' });
  await findByText(/Blue/);
  library.fireEvent.click(getByText('Stop'));
  expect(container.querySelector('p')?.className).toBe('stopped');
  expect(container.textContent).toContain('Blue');
  await vi.waitFor(() => {
    expect(request.signal.aborted).toBe(true);
  });
});

test('the request of Vue types, and ends with its answer', async () => {
  const server = mockSse();
  vi.stubGlobal('fetch', server.fetch);
  const block = snippet('docs/vue.md', 'vue-chat');
  let setup: Record<string, unknown> = {};
  const Component = {
    async setup() {
      const code = `${block.code}\nexport { ask, value, status };`;
      setup = await run({ ...block, code }, {}, { 'ssekit/vue': vue });
      return () => h('p');
    },
  };
  const app = createApp(() => h(Suspense, null, { default: () => h(Component) }));
  app.mount(document.createElement('div'));
  await vi.waitFor(() => {
    expect(setup).toHaveProperty('ask');
  });
  const { ask, value, status } = setup as { ask: () => Promise<unknown>; value: Ref; status: Ref };
  const answer = ask();
  const exchange = await server.next();
  exchange.send({ data: 'Bl' });
  exchange.send({ data: 'ue' });
  exchange.send({ data: '[DONE]' });
  await answer;
  expect([status.value, value.value]).toEqual(['done', 'Blue']);
  app.unmount();
});

test('the chat of React types, and its button stops it', async () => {
  let given: AbortSignal | undefined;
  async function* askOpenAi(_: string, signal: AbortSignal) {
    given = signal;
    yield 'Blue';
    await new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });
  }
  const { Chat } = await run(snippet('docs/recipes/llm.md', 'chat'), { askOpenAi }, forReact);
  const Component = Chat as ComponentType;
  const { container, getByText, findByText } = render(<Component />);
  library.fireEvent.click(getByText('Ask'));
  await findByText('Blue');
  await act(async () => {
    library.fireEvent.click(getByText('Stop'));
    await new Promise((resolve) => setTimeout(resolve));
  });
  expect([given?.aborted, container.querySelector('p')?.textContent]).toEqual([true, 'Blue']);
});

test('the test of a component passes, and leaves no connection', async () => {
  vi.stubGlobal('EventSource', undefined); // as in jsdom
  const steps: (() => Promise<void>)[] = [];
  const keep = {
    ...vitest,
    test: (_: string, step: () => Promise<void>) => steps.unshift(step),
    afterEach: (step: () => Promise<void>) => steps.push(step),
  };
  const servers: ReturnType<typeof mockSse>[] = [];
  await run(
    snippet('docs/recipes/testing.md', 'components'),
    {},
    {
      ...forReact,
      vitest: keep,
      '@testing-library/react': library,
      'ssekit/testing': {
        mockSse: () => {
          const server = mockSse();
          servers.push(server);
          return server;
        },
      },
    },
  );
  for (const step of steps) await step();
  expect(servers.map(({ exchanges }) => exchanges.length)).toEqual([2]);
});

test('the observable of RxJS has the events, and its end ends the subscription', async () => {
  const coming = MockEventSource.next();
  const { ticks } = await run(snippet('docs/recipes/frameworks.md', 'rxjs'), { SseClient }, { rxjs });
  const seen: string[] = [];
  const subscription = (ticks as rxjs.Observable<SseMessage>).subscribe(({ data }) => seen.push(data));
  const source = await coming;
  source.open();
  source.emit('tick', '1');
  subscription.unsubscribe();
  source.emit('tick', '2');
  expect(seen).toEqual(['1']);
});

test('the component of Svelte shows the events and the state, and closes when it goes', async () => {
  const coming = MockEventSource.next();
  const page = 'docs/recipes/frameworks.md';
  const [, source = ''] = /^```svelte\n(.*?)^```$/ms.exec(read(page)) ?? [];
  const { js } = compile(source, { generate: 'client', name: 'Price' });
  // As a bundler for browsers resolves them. Here it would be the server code.
  const [client, internal] = ['index-client', 'internal/client/index'].map(
    (file) => `${root}node_modules/svelte/src/${file}.js`,
  );
  const svelte = (await import(client ?? '')) as typeof Svelte;
  const modules = {
    svelte,
    'svelte/internal/client': (await import(internal ?? '')) as object,
    'svelte/internal/disclose-version': {},
  };
  const block: Snippet = { file: page, line: 1, code: js.code, language: 'ts', name: 'svelte' };
  const { default: Price } = await run(block, {}, modules);
  const component = svelte.mount(Price as Svelte.Component, { target: document.body });
  const opened = await coming;
  opened.open();
  opened.emit('tick', '42');
  svelte.flushSync();
  expect(document.body.innerHTML).toContain('<p class="open">42</p>');
  await svelte.unmount(component);
  expect(opened.readyState).toBe(2);
});
