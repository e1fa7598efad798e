import type { ComponentType } from 'react';
import * as jsxRuntime from 'react/jsx-runtime';
import { renderToString } from 'react-dom/server';
import type { Component } from 'svelte';
import { compile } from 'svelte/compiler';
import { render } from 'svelte/server';
import { createSSRApp, h, type Ref } from 'vue';
import { renderToString as renderVue } from 'vue/server-renderer';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as react from 'ssekit/react';
import { MockEventSource } from 'ssekit/testing';
import * as vue from 'ssekit/vue';
import { read, run, snippet, type Snippet } from '../docs/snippets.ts';

/**
 * The components of docs/recipes/frameworks.md, rendered on a server, where they must not connect.
 */

const page = 'docs/recipes/frameworks.md';
const fetched = vi.fn();

beforeEach(() => {
  MockEventSource.reset();
  vi.stubGlobal('EventSource', MockEventSource);
  vi.stubGlobal('fetch', fetched);
});
afterEach(async () => {
  // An attempt would start a microtask later.
  await new Promise((resolve) => setTimeout(resolve));
  expect(MockEventSource.instances).toEqual([]);
  expect(fetched).not.toHaveBeenCalled();
  vi.unstubAllGlobals();
});

test('the component of React', async () => {
  const modules = { 'ssekit/react': react, 'react/jsx-runtime': jsxRuntime };
  const { Price } = await run(snippet(page, 'next'), {}, modules);
  const Element = Price as ComponentType;
  expect(renderToString(<Element />)).toBe('<p class="connecting">–</p>');
});

test('the setup of Vue', async () => {
  const block = snippet(page, 'nuxt');
  const app = createSSRApp({
    async setup() {
      const setup = { ...block, code: `${block.code}\nexport { status, price };` };
      const { status, price } = (await run(setup, {}, { 'ssekit/vue': vue })) as Record<string, Ref<string>>;
      return () => h('p', { class: status?.value }, price?.value);
    },
  });
  expect(await renderVue(app)).toBe('<p class="connecting">–</p>');
});

test('the component of Svelte', async () => {
  const [, source = ''] = /^```svelte\n(.*?)^```$/ms.exec(read(page)) ?? [];
  const { js, warnings } = compile(source, { generate: 'server', name: 'Price' });
  expect(warnings).toEqual([]);
  const code: Snippet = { file: page, line: 1, code: js.code, language: 'ts', name: 'svelte' };
  // Imported by compiled components. It has no types.
  const internal = 'svelte/internal/server';
  const modules = { [internal]: (await import(internal)) as object, svelte: await import('svelte') };
  const { default: Price } = await run(code, {}, modules);
  const { body } = render(Price as Component);
  expect(body.replaceAll(/<!--.*?-->/g, '')).toBe('<p class="connecting">–</p>');
});
