import { createPinia } from 'pinia';
import { createApp, h } from 'vue';
import { useFeed } from 'recipe:pinia';

const app = createApp({
  setup() {
    const feed = useFeed();
    return () => h('p', { class: feed.status }, feed.prices.ACME);
  },
});
app.use(createPinia()).mount('main');
globalThis.leave = () => {
  const feed = useFeed();
  app.unmount();
  feed.$dispose();
};
