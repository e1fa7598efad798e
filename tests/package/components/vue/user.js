import { h } from 'vue';
import { Feed } from './feed.js';

const headers = () => ({ authorization: 'user' });

export default () => h(Feed, { name: 'user', options: { headers } });
