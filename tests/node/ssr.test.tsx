import { StrictMode } from 'react';
import { renderToString } from 'react-dom/server';
import { createSSRApp, h } from 'vue';
import { renderToString as renderVue } from 'vue/server-renderer';
import { expect, test } from 'vitest';
import { mockSse } from 'ssekit/testing';
import * as react from 'ssekit/react';
import * as vue from 'ssekit/vue';

/**
 * A server renders the page's initial state and connects to nothing. URLs may be relative, because
 * nobody resolves them.
 */

const macrotask = () => new Promise((resolve) => setTimeout(resolve));

test('React on a server connects to nothing', async () => {
  const server = mockSse();
  const Page = ({ url }: { url: string | null }) => {
    const { client, status } = react.useSse<{ tick: string }>(url, { fetch: server.fetch });
    react.useSseEvent(client, 'tick', () => undefined);
    const count = react.useSseValue(client, 'tick', (count) => count + 1, 0);
    return <p>{`${status} ${count} ${client === null ? 'none' : 'a client'}`}</p>;
  };
  expect(renderToString(<Page url="/prices" />, {})).toBe('<p>connecting 0 none</p>');
  const strict = renderToString(
    <StrictMode>
      <Page url={null} />
    </StrictMode>,
  );
  expect(strict).toBe('<p>closed 0 none</p>');
  await macrotask();
  expect(server.exchanges).toEqual([]);
});

test('Vue on a server connects to nothing', async () => {
  const server = mockSse();
  const Page = {
    setup() {
      const { client, status } = vue.useSse<{ tick: string }>('/prices', { fetch: server.fetch });
      vue.useSseEvent(client, 'tick', () => undefined);
      const count = vue.useSseValue(client, 'tick', (count) => count + 1, 0);
      return () => h('p', `${status.value} ${count.value} ${client.value === null ? 'none' : 'a client'}`);
    },
  };
  expect(await renderVue(createSSRApp(Page))).toBe('<p>connecting 0 none</p>');
  await macrotask();
  expect(server.exchanges).toEqual([]);
});
