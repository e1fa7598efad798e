import { h } from 'vue';
import { Feed } from './feed.js';

const headers = () => ({ authorization: 'admin' });

export default () => h(Feed, { name: 'admin', options: { headers } });
