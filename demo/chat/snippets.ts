import type { Snippets } from '../snippets.ts';

const chunk = `interface Chunk {
  choices: { delta: { content?: string } }[];
}`;

const options = (indent: string) => `{
${indent}  decode: 'json',
${indent}  until: '[DONE]',
${indent}  reduce: (text, { data }) => text + (data.choices[0]?.delta.content ?? ''),
${indent}  initial: '',
${indent}}`;

/** The chat without its history: one request, and its answer as it grows. */
export const chatSnippets: Snippets = {
  vanilla: `import { fetchSse, SseError } from 'ssekit';

${chunk}

const stop = new AbortController();
try {
  const answer = fetchSse<Chunk>('/api/chat', {
    json: { messages: [{ role: 'user', content: 'Why SSE?' }] },
    decode: 'json',
    until: '[DONE]',
    signal: stop.signal, // stop.abort() ends the request on both sides
  });
  for await (const { data } of answer) {
    document.body.append(data.choices[0]?.delta.content ?? '');
  }
} catch (error) {
  // Not sent again by itself: a second answer would cost you twice.
  if (error instanceof SseError) console.warn(error.message, error.help);
}`,
  react: `import { useFetchSse } from 'ssekit/react';

${chunk}

export function Chat() {
  const { send, stop, value, status, error } = useFetchSse<string, Chunk>('/api/chat', ${options('  ')});
  const ask = () => void send({ json: { messages: [{ role: 'user', content: 'Why SSE?' }] } });
  return (
    <>
      <button onClick={ask}>{error ? 'Try again' : 'Ask'}</button>
      <button onClick={stop}>Stop</button>
      <p data-status={status}>{value}</p>
      {error && <p>{error.message}</p>}
    </>
  );
}`,
  vue: `<script setup lang="ts">
import { useFetchSse } from 'ssekit/vue';

${chunk}

const { send, stop, value, status, error } = useFetchSse<string, Chunk>('/api/chat', ${options('')});
const ask = () => void send({ json: { messages: [{ role: 'user', content: 'Why SSE?' }] } });
</script>

<template>
  <button @click="ask">{{ error ? 'Try again' : 'Ask' }}</button>
  <button @click="stop">Stop</button>
  <p :data-status="status">{{ value }}</p>
  <p v-if="error">{{ error.message }}</p>
</template>`,
};
