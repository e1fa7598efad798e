/** What components do with ssekit. It's compiled with several versions of TypeScript (tests/node/typescript.test.ts), and, like all tests, against `src`. */
import type { SseMessage } from 'ssekit';
import * as react from 'ssekit/react';
import * as vue from 'ssekit/vue';

interface Chunk {
  choices: { delta: { content?: string } }[];
}
interface Events {
  price: { symbol: string; bid: number };
  done: string;
}

/** The chat of the README. */
export async function chatOfReact(prompt: string): Promise<string> {
  const { send, stop, value, status, error } = react.useFetchSse('/api/chat', {
    decode: 'json',
    until: '[DONE]',
    initial: '',
    reduce: (text, { data }: SseMessage<Chunk>) => text + (data.choices[0]?.delta.content ?? ''),
  });
  stop();
  const end = await send({ json: { prompt } });
  return value + status + (error?.code ?? '') + end.value.toUpperCase();
}

export async function chatOfVue(prompt: string): Promise<string> {
  const { send, value, status, error } = vue.useFetchSse('/api/chat', {
    decode: 'json',
    until: '[DONE]',
    initial: '',
    reduce: (text, { data }: SseMessage<Chunk>) => text + (data.choices[0]?.delta.content ?? ''),
  });
  const end = await send({ json: { prompt } });
  return value.value + status.value + (error.value?.code ?? '') + end.value.toUpperCase();
}

export function textOfReact(): string {
  return react.useFetchSse('/api/log', { initial: '', reduce: (text, { data }) => text + data }).value;
}

export function latestOfReact(): number | undefined {
  return react.useFetchSse<{ bid: number }>('/api/prices', { decode: 'json' }).value?.bid;
}

/** Starts of which nobody has to say the type. */
export function startsOfReact(): number {
  const { client } = react.useSse<Events>('/api/prices', { decode: { price: 'json' }, key: 1 });
  const latest = react.useSseValue(client, 'price', (_, { data }) => data, null);
  const later = react.useSseValue(client, 'price', (before, { data }) => before ?? data, undefined);
  const all = react.useSseValue(client, 'price', (list, { data }) => [...list, data].slice(-10), []);
  const names = react.useSseValue(
    client,
    'price',
    (list, { data }) => [...list, data.symbol],
    [] as string[],
  );
  const seconds: number | undefined = react.useSecondsToRetry(client);
  return (latest?.bid ?? 0) + (later?.bid ?? 0) + (all[0]?.bid ?? 0) + names.length + (seconds ?? 0);
}

export function startsOfVue(): number {
  const { client } = vue.useSse<Events>('/api/prices', {
    decode: { price: 'json' },
    onOpen: ({ status }) => status,
  });
  const latest = vue.useSseValue(client, 'price', (_, { data }) => data, null);
  const all = vue.useSseValue(client, 'price', (list, { data }) => [...list, data].slice(-10), []);
  const count = vue.useSseValue(client, 'done', (count) => count + 1, 0);
  const seconds = vue.useSecondsToRetry(client);
  return (latest.value?.bid ?? 0) + (all.value[0]?.bid ?? 0) + count.value + (seconds.value ?? 0);
}
