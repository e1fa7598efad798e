import { createElement as h, lazy, StrictMode, Suspense, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Feed } from './feed.js';

const Admin = lazy(() => import('./admin.js'));
const User = lazy(() => import('./user.js'));

const common = () => ({ authorization: 'common' });
/** The same text for each component, with another value. */
const own = (token) => () => ({ authorization: token });

/** Renders again, with a new function, when it's clicked. */
function Clickable({ first }) {
  const [count, setCount] = useState(1);
  const headers = count === 1 ? first : own('own');
  return h(
    'button',
    { onClick: () => setCount(count + 1) },
    h(Feed, { name: `render ${count}`, options: { headers } }),
  );
}

const feed = (name, options) => h(Feed, { key: name, name, options });

const cases = {
  routes: () => [h(Admin, { key: 'admin' }), h(User, { key: 'user' })],
  captured: () => ['a', 'b'].map((name) => feed(name, { headers: own(name) })),
  common: () => ['a', 'b', 'c'].map((name) => feed(name, { headers: common })),
  plain: () => ['a', 'b'].map((name) => feed(name, { headers: { authorization: 'plain' } })),
  keyed: () => ['a', 'b'].map((name) => feed(name, { headers: own('a'), key: 'prices' })),
  suspended: () => [feed('a', { headers: common }), h(Admin, { key: 'admin' })],
  rendered: () => h(Clickable, { first: own('own') }),
  replaced: () => [feed('a', { headers: common }), h(Clickable, { key: 'b', first: common })],
};

const root = createRoot(globalThis.document.querySelector('main'));
const name = new globalThis.URLSearchParams(globalThis.location.search).get('case');
root.render(h(StrictMode, null, h(Suspense, { fallback: 'loading' }, cases[name]())));
globalThis.leave = () => root.unmount();
