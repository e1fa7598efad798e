import { act, cleanup, render } from '@testing-library/react';
import type { ComponentType } from 'react';
import * as jsxRuntime from 'react/jsx-runtime';
import * as rxjs from 'rxjs';
import { createApp, h, nextTick, Suspense, type Ref } from 'vue';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SseClient, type SseMessage } from 'ssekit';
import * as react from 'ssekit/react';
import { MockEventSource } from 'ssekit/testing';
import * as vue from 'ssekit/vue';
import { run, snippet } from '../docs/snippets.ts';

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
