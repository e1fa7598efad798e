import { createApp, defineAsyncComponent, h, ref, Suspense } from 'vue';
import { Feed } from './feed.js';

const Admin = defineAsyncComponent(() => import('./admin.js'));
const User = defineAsyncComponent(() => import('./user.js'));

const common = () => ({ authorization: 'common' });
/** The same text for each component, with another value. */
const own = (token) => () => ({ authorization: token });

/** Renders again, with a new function, when it's clicked. */
const Clickable = {
  props: ['first'],
  setup(props) {
    const count = ref(1);
    return () =>
      h('button', { onClick: () => count.value++ }, [
        h(Feed, {
          name: `render ${count.value}`,
          options: { headers: count.value === 1 ? props.first : own('own') },
        }),
      ]);
  },
};

const feed = (name, options) => h(Feed, { key: name, name, options });

const cases = {
  routes: () => [h(Admin), h(User)],
  captured: () => ['a', 'b'].map((name) => feed(name, { headers: own(name) })),
  common: () => ['a', 'b', 'c'].map((name) => feed(name, { headers: common })),
  plain: () => ['a', 'b'].map((name) => feed(name, { headers: { authorization: 'plain' } })),
  keyed: () => ['a', 'b'].map((name) => feed(name, { headers: own('a'), key: 'prices' })),
  suspended: () => [feed('a', { headers: common }), h(Admin)],
  rendered: () => [h(Clickable, { first: own('own') })],
  replaced: () => [feed('a', { headers: common }), h(Clickable, { first: common })],
};

const name = new globalThis.URLSearchParams(globalThis.location.search).get('case');
const app = createApp(() =>
  h(Suspense, null, { default: () => h('div', cases[name]()), fallback: () => 'loading' }),
);
app.mount('main');
globalThis.leave = () => app.unmount();
