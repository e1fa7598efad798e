import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Price } from 'recipe:query';
import { createElement, show } from './react.js';

const price = createElement(Price, { symbol: 'ACME' });
show(createElement(QueryClientProvider, { client: new QueryClient() }, price));
