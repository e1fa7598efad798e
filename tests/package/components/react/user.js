import { createElement as h } from 'react';
import { Feed } from './feed.js';

const headers = () => ({ authorization: 'user' });

export default () => h(Feed, { name: 'user', options: { headers } });
