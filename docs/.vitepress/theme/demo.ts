import { useData, withBase } from 'vitepress';
import { defineComponent, h } from 'vue';

/**
 * The demo in a frame, with a mock server inside the page. It's loaded when it comes near the
 * viewport. `npm run docs:demo` builds it.
 */
export const Demo = defineComponent({
  props: { scene: { type: String, required: true } },
  setup(props) {
    const { lang } = useData();
    return () =>
      h('iframe', {
        class: 'demo',
        src: withBase(`/demo/index.html?mock=1#${props.scene}`),
        title: lang.value === 'en' ? `Demo: ${props.scene}` : `演示：${props.scene}`,
        loading: 'lazy',
      });
  },
});
