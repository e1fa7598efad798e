import { createApp, defineComponent, h, KeepAlive, ref } from 'vue';
import { afterEach, expect, inject, test, vi } from 'vitest';
import { useSse, useSseValue } from 'ssekit/vue';
import { script } from '../script.ts';

/** Connections as the server counts them, over native `EventSource` and over fetch. */

const leaves: (() => void)[] = [];
afterEach(() => {
  for (const leave of leaves.splice(0)) leave();
});

const Ticks = defineComponent({
  props: { url: { type: String, required: true }, fetch: Boolean },
  setup(props) {
    const { client, status } = useSse<{ tick: string }>(
      () => props.url,
      () => (props.fetch ? { headers: { 'x-page': '1' } } : {}),
    );
    const text = useSseValue(client, 'tick', (text, { data }) => text + data, '', { throttle: 20 });
    return () => h('p', `${status.value} ${text.value}`);
  },
});

function mount(render: () => unknown) {
  const root = document.createElement('div');
  document.body.append(root);
  const app = createApp({ setup: () => render });
  app.mount(root);
  const unmount = () => {
    leaves.length = 0;
    app.unmount();
    root.remove();
  };
  leaves.push(unmount);
  const shows = (...texts: string[]) =>
    vi.waitFor(() => {
      expect([...root.querySelectorAll('p')].map(({ textContent }) => textContent)).toEqual(texts);
    }, 10_000);
  return { shows, unmount };
}

const tick = (data: string, wait = false) => ({ text: `event: tick\ndata: ${data}\nid: ${data}\n\n`, wait });

test.for([false, true])(
  'forty components are one connection, through routes and to the end (fetch: %s)',
  async (fetch) => {
    const s = await script(inject('sameOrigin'), [
      { chunks: [tick('a'), tick('b'), tick('c', true)], end: 'hold' },
    ]);
    const route = ref({ name: 'home', count: 40 });
    const { shows, unmount } = mount(() =>
      Array.from({ length: route.value.count }, (_, i) =>
        h(Ticks, { key: route.value.name + String(i), url: s.url, fetch }),
      ),
    );
    await shows(...Array<string>(40).fill('open ab'));
    route.value = { name: 'details', count: 2 };
    await shows('open ', 'open ');
    await s.release();
    await shows('open c', 'open c');
    expect(await s.log()).toMatchObject({ requests: [{}], open: 1 });
    unmount();
    expect((await s.closed()).requests).toHaveLength(1);
  },
);

test('a deactivated component is no connection; activated again it resumes, and a changed URL is another', async () => {
  const s = await script(inject('sameOrigin'), [
    { chunks: [tick('a')], end: 'hold' },
    { chunks: [tick('b')], end: 'hold' },
  ]);
  const other = await script(inject('sameOrigin'), [{ chunks: [tick('c')], end: 'hold' }]);
  const shown = ref(true);
  const url = ref(s.url);
  const { shows } = mount(() =>
    h(KeepAlive, shown.value ? h(Ticks, { url: url.value, fetch: true }) : h('i')),
  );
  await shows('open a');
  shown.value = false;
  expect((await s.closed()).requests).toHaveLength(1);
  shown.value = true;
  await shows('open ab');
  expect((await s.log()).requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'a']);
  url.value = other.url;
  await shows('open c');
  expect((await s.closed()).requests).toHaveLength(2);
});
