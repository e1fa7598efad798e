import { createElement as h } from 'react';
import { Feed } from './feed.js';

const headers = () => ({ authorization: 'admin' });

export default () => h(Feed, { name: 'admin', options: { headers } });
