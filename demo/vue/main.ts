import { createApp, defineComponent, h, nextTick, ref, shallowRef, watch, type PropType } from 'vue';
import { useSse, useSseEvent, useSseValue } from 'ssekit/vue';
import { language, languageSwitch, onLanguage, texts } from '../language.ts';
import type { Metrics } from '../server/readings.ts';
import { themeSwitch } from '../theme.ts';
import type { SseState } from 'ssekit';

// Uses render functions because this page has no template compiler. With one, `setup` is the same.

interface Replay {
  lol: string; // one character
  done: string; // the number of characters
}

const session = new URLSearchParams(location.search).get('session') ?? Math.random().toString(36).slice(2);
const replay = () => `/api/sse?interval=60&session=${session}&lang=${language()}`;
const metrics = `/api/metrics?interval=100&session=${session}-metrics`;

themeSwitch();
languageSwitch();
/** The texts of the demo's page, in its language. */
const t = shallowRef(texts());
const lang = ref(language());
onLanguage(() => {
  t.value = texts();
  lang.value = language();
});

const lamp = (status: SseState['status']) =>
  h('span', { class: 'lamp small', 'data-status': status, role: 'status' }, [
    h('span', { class: 'light', 'aria-hidden': 'true' }),
    h('span', { 'data-part': 'word' }, t.value[status]),
  ]);
const head = (id: string, title: string, status: SseState['status']) =>
  h('header', { class: 'card-head' }, [h('h2', { id }, title), lamp(status)]);

/** The same URL again, so the same connection. */
const Characters = defineComponent(() => {
  const { client } = useSse<Replay>(replay());
  const count = useSseValue(client, 'lol', (count) => count + 1, 0);
  return () => h('p', { class: 'note' }, t.value.characters(count.value));
});

const Typewriter = defineComponent(() => {
  const { client, status } = useSse<Replay>(replay());
  const text = useSseValue(client, 'lol', (text, event) => text + event.data, '');
  useSseEvent(client, 'done', () => client.value?.close());

  const paper = ref<HTMLElement>();
  watch(text, async () => {
    await nextTick();
    paper.value?.scrollTo({ top: paper.value.scrollHeight });
  });
  return () =>
    h('section', { class: 'card typewriter', 'aria-labelledby': 'typewriter' }, [
      head('typewriter', t.value.typewriter, status.value),
      h('div', { class: 'paper', role: 'region', 'aria-label': t.value.typedText, tabindex: 0, ref: paper }, [
        h(
          'div',
          { class: 'typed', lang: lang.value, 'data-live': status.value === 'open' ? '' : undefined },
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
      head('dashboard', t.value.liveValues, status.value),
      h('dl', { class: 'tiles' }, [
        h(Live, { name: t.value.qps, read: (tick: Metrics) => tick.qps.toFixed(0) }),
        h(Live, { name: t.value.online, read: (tick: Metrics) => String(tick.online) }),
      ]),
    ]);
});

// Before any client is made. The condition is a constant, so a build leaves the panel out.
if (import.meta.env.MODE === 'development') (await import('ssekit/devtools')).mountDevtools();

// Another language is another text, so a new component.
createApp(() => [h(Typewriter, { key: lang.value }), h(Dashboard)]).mount('#root');
