import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Answer } from 'recipe:streamed-query';
import { createElement, show } from './react.js';

const answer = createElement(Answer, { prompt: 'Hi' });
show(createElement(QueryClientProvider, { client: new QueryClient() }, answer));
