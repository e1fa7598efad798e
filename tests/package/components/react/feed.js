import { createElement as h } from 'react';
import { useSse, useSseValue } from 'ssekit/react';

/** Shows the token that its stream was requested with. */
export function Feed({ name, options }) {
  const { client } = useSse(`/feed${globalThis.location.search}`, options);
  const token = useSseValue(client, 'message', (_, { data }) => data, '', { throttle: 0 });
  return h('p', null, `${name} ${token}`);
}
