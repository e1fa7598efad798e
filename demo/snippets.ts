import { literal } from './literal.ts';
import type { Replay } from './type-stream.ts';
import type { SseClientOptions } from 'ssekit';

export type Framework = 'vanilla' | 'react' | 'vue';
export type Snippets = Readonly<Partial<Record<Framework, string>>>;

/**
 * A program that does the same as the typewriter, with the same options as its client. Prettier
 * formats it when the page is built.
 */
export function replaySnippets(
  url: string,
  options: SseClientOptions<Replay>,
): Readonly<Record<Framework, string>> {
  const isJson = literal(options.decode ?? {}) !== '{}';
  const done = isJson ? '{ count: number }' : 'string';
  const events = `interface Events {\n  lol: string; // one character\n  done: ${done}; // the number of characters\n}`;
  const rest = () => {
    // Prettier keeps an object on several lines if its first field is on its own, so headers of any
    // length look the same.
    const all = literal(options).replace('headers: { ', 'headers: {\n');
    return all === '{}' ? '' : `, ${all}`;
  };
  const last = isJson ? 'event.data.count' : 'event.data';
  return {
    vanilla: `import { SseClient } from 'ssekit';

${events}

const client = new SseClient<Events>(${literal(url)}${rest()});

client.on('lol', (event) => {
  document.body.append(event.data);
});
client.on('done', (event) => {
  console.log(${last});
  client.close();
});
client.subscribe(({ status, error }) => {
  document.title = error ? error.message : status;
});`,
    react: `import { useSse, useSseEvent, useSseValue } from 'ssekit/react';

${events}

export function Typewriter() {
  const { client, status } = useSse<Events>(${literal(url)}${rest()});
  const text = useSseValue(client, 'lol', (text, event) => text + event.data, '');
  useSseEvent(client, 'done', () => client?.close());
  return <p data-status={status}>{text}</p>;
}`,
    vue: `<script setup lang="ts">
import { useSse, useSseEvent, useSseValue } from 'ssekit/vue';

${events}

const { client, status } = useSse<Events>(${literal(url)}${rest()});
const text = useSseValue(client, 'lol', (text, event) => text + event.data, '');
useSseEvent(client, 'done', () => client.value?.close());
</script>

<template>
  <p :data-status="status">{{ text }}</p>
</template>`,
  };
}

/** The dashboard: a schema checks and types every event. */
export const dashboardSnippets: Snippets = {
  vanilla: `import { SseClient } from 'ssekit';
import { number, object, string } from 'valibot';

const client = new SseClient('/api/metrics', {
  idleTimeout: 5000, // longer than the server's heartbeat: detects a dead connection
  schemas: {
    message: object({ qps: number(), cpu: number() }),
    deploy: object({ version: string() }),
  },
});

client.onMessage((event) => {
  document.body.textContent = event.data.qps.toFixed(0); // a number: the schema checked it
});
client.on('deploy', (event) => {
  console.log(event.data.version);
});
client.onError(({ code, event, raw, issues }) => {
  // A bad payload is an error, but the stream continues.
  if (code === 'decode') console.warn(event, raw, issues);
});`,
};

/** The soak: a client that also detects a stream that has gone silent. */
export const soakSnippets: Snippets = {
  vanilla: `import { SseClient } from 'ssekit';

const client = new SseClient<{ number: string }>('/api/numbers', {
  retryInterval: 300,
  idleTimeout: 1500, // detects a dead connection that never closes
});

let last = 0;
client.on('number', (event) => {
  console.assert(Number(event.data) === last + 1, 'lost or doubled');
  last = Number(event.data);
});`,
};

/** The tabs: one connection for all of them. */
export const tabsSnippets: Snippets = {
  vanilla: `import { sharedConnection, SseClient } from 'ssekit';

const client = new SseClient<{ number: string }>('/api/numbers', {
  idleTimeout: 5000, // detects a dead connection that never closes
  share: sharedConnection('numbers:user42'), // the login is part of the name
  lastEventIdParam: 'lastEventId', // so a new leader continues where the old one stopped
});

client.on('number', (event) => {
  document.title = event.data; // in every tab, over one connection
});`,
};
