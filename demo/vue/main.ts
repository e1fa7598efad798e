import { createApp, defineComponent, h, nextTick, ref, watch, type PropType } from 'vue';
import { useSse, useSseEvent, useSseValue } from 'ssekit/vue';
import type { Metrics } from '../server/readings.ts';

// Uses render functions because this page has no template compiler. With one, `setup` is the same.

interface Replay {
  lol: string; // one character
  done: string; // the number of characters
}

const session = new URLSearchParams(location.search).get('session') ?? Math.random().toString(36).slice(2);
const replay = `/api/sse?interval=60&session=${session}`;
const metrics = `/api/metrics?interval=100&session=${session}-metrics`;

const lamp = (status: string) =>
  h('span', { class: 'lamp small', 'data-status': status, role: 'status' }, [
    h('span', { class: 'light', 'aria-hidden': 'true' }),
    h('span', { 'data-part': 'word' }, status),
  ]);
const head = (id: string, english: string, chinese: string, status: string) =>
  h('header', { class: 'card-head' }, [
    h('h2', { id }, [`${english} `, h('span', { lang: 'zh', class: 'zh' }, chinese)]),
    lamp(status),
  ]);

/** The same URL again, so the same connection. */
const Characters = defineComponent(() => {
  const { client } = useSse<Replay>(replay);
  const count = useSseValue(client, 'lol', (count) => count + 1, 0);
  return () => h('p', { class: 'note' }, `${count.value} characters`);
});

const Typewriter = defineComponent(() => {
  const { client, status } = useSse<Replay>(replay);
  const text = useSseValue(client, 'lol', (text, event) => text + event.data, '');
  useSseEvent(client, 'done', () => client.value?.close());

  const paper = ref<HTMLElement>();
  watch(text, async () => {
    await nextTick();
    paper.value?.scrollTo({ top: paper.value.scrollHeight });
  });
  return () =>
    h('section', { class: 'card typewriter', 'aria-labelledby': 'typewriter' }, [
      head('typewriter', 'Typewriter', '打字机', status.value),
      h('div', { class: 'paper', role: 'region', 'aria-label': 'Typed text', tabindex: 0, ref: paper }, [
        h(
          'div',
          { class: 'typed', lang: 'zh', 'data-live': status.value === 'open' ? '' : undefined },
          text.value,
        ),
      ]),
      h(Characters),
    ]);
});

/** Ten events a second, four renders. */
const Live = defineComponent({
  props: {
    name: { type: String, required: true },
    read: { type: Function as PropType<(tick: Metrics) => string>, required: true },
  },
  setup(props) {
    const { client } = useSse<{ message: Metrics }>(metrics, { decode: 'json' });
    const figure = useSseValue(client, 'message', (_, event) => props.read(event.data), '–', {
      throttle: 250,
    });
    return () =>
      h('div', { class: 'tile' }, [
        h('dt', props.name),
        h('dd', [h('span', { class: 'figure' }, figure.value)]),
      ]);
  },
});

const Dashboard = defineComponent(() => {
  const { status } = useSse<{ message: Metrics }>(metrics, { decode: 'json' });
  return () =>
    h('section', { class: 'card metrics', 'aria-labelledby': 'dashboard' }, [
      head('dashboard', 'Live values', '实时数据', status.value),
      h('dl', { class: 'tiles' }, [
        h(Live, { name: 'QPS', read: (tick: Metrics) => tick.qps.toFixed(0) }),
        h(Live, { name: 'Online', read: (tick: Metrics) => String(tick.online) }),
      ]),
    ]);
});

// Before any client is made. The condition is a constant, so a build leaves the panel out.
if (import.meta.env.MODE === 'development') (await import('ssekit/devtools')).mountDevtools();

createApp(() => [h(Typewriter), h(Dashboard)]).mount('#root');
