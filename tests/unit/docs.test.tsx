import { act, cleanup, render } from '@testing-library/react';
import type { ComponentType } from 'react';
import * as jsxRuntime from 'react/jsx-runtime';
import * as rxjs from 'rxjs';
import type * as Svelte from 'svelte';
import { compile } from 'svelte/compiler';
import { createApp, h, nextTick, Suspense, type Ref } from 'vue';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SseClient, type SseMessage } from 'ssekit';
import * as react from 'ssekit/react';
import { MockEventSource } from 'ssekit/testing';
import * as vue from 'ssekit/vue';
import { read, root, run, snippet, type Snippet } from '../docs/snippets.ts';

/** The blocks of the README that need a page: they run. */

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
  const { Answer } = await run(
    snippet('README.md', 'react'),
    {},
    { 'ssekit/react': react, 'react/jsx-runtime': jsxRuntime },
  );
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
      // What `setup` declares is what the template sees.
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

test('the observable of RxJS has the events, and its end ends the subscription', async () => {
  const coming = MockEventSource.next();
  const { ticks } = await run(snippet('README.md', 'rxjs'), { SseClient }, { rxjs });
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
  // As a bundler for browsers finds them; here it would be the code for servers.
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
