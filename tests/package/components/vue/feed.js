import { h } from 'vue';
import { useSse, useSseValue } from 'ssekit/vue';

/** Shows the token that its stream was requested with. */
export const Feed = {
  props: ['name', 'options'],
  setup(props) {
    const { client } = useSse(`/feed${globalThis.location.search}`, () => props.options);
    const token = useSseValue(client, 'message', (_, { data }) => data, '', { throttle: 0 });
    return () => h('p', `${props.name} ${token.value}`);
  },
};
