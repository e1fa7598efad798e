/**
 * Every client, used as its documentation shows, with only a URL. Each one listens to both event
 * types that the streams send.
 */
import { fetchEventSource } from '@microsoft/fetch-event-source';
import { EventSourcePolyfill } from 'event-source-polyfill';
import { EventSource as EventSourceOfNpm } from 'eventsource';
import { createEventSource } from 'eventsource-client';
import { SSE } from 'sse.js';
import { FetchEventSource, SseClient, fetchSse } from '../../src/index.ts';
import type { Name } from './names.ts';

/** Listens until you call the function it returns. */
export type Contender = (url: string, onEvent: (data: string) => void) => () => void;

/** The common part of classes with the interface of `EventSource`. */
interface Source {
  addEventListener(type: string, listener: (event: { data: string }) => void): void;
  close(): void;
}

const listen = (source: Source, onEvent: (data: string) => void) => {
  const listener = ({ data }: { data: string }) => {
    onEvent(data);
  };
  source.addEventListener('message', listener);
  source.addEventListener('tick', listener);
  return () => {
    source.close();
  };
};

const client = (transport: 'native' | 'fetch'): Contender => {
  return (url, onEvent) => {
    const client = new SseClient<{ message: string; tick: string }>(url, { transport });
    client.on('message', ({ data }) => {
      onEvent(data);
    });
    client.on('tick', ({ data }) => {
      onEvent(data);
    });
    return () => {
      client.close();
    };
  };
};

/**
 * Every event of these streams ends with a line of data, so it only looks for the ends of events
 * and ignores all other fields.
 */
async function byHand(url: string, signal: AbortSignal, onEvent: (data: string) => void): Promise<void> {
  const { body } = await fetch(url, { signal });
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  const take = (bytes: Uint8Array) => {
    const text = rest + decoder.decode(bytes, { stream: true });
    let start = 0;
    for (let end; (end = text.indexOf('\n\n', start)) >= 0; start = end + 2) {
      onEvent(text.slice(text.indexOf('data: ', start) + 'data: '.length, end));
    }
    rest = text.slice(start);
  };
  for (let next; (next = await reader?.read())?.value;) take(next.value);
}

export const contenders: Readonly<Record<Name, Contender>> = {
  EventSource: (url, onEvent) => listen(new EventSource(url), onEvent),

  'fetch, by hand': (url, onEvent) => {
    const controller = new AbortController();
    byHand(url, controller.signal, onEvent).catch(() => undefined);
    return () => {
      controller.abort();
    };
  },

  'SseClient, native': client('native'),

  'SseClient, fetch': client('fetch'),

  FetchEventSource: (url, onEvent) => listen(new FetchEventSource(url), onEvent),

  fetchSse: (url, onEvent) => {
    const messages = fetchSse(url);
    void (async () => {
      for await (const { data } of messages) onEvent(data);
    })();
    return () => {
      void messages.return?.();
    };
  },

  eventsource: (url, onEvent) => listen(new EventSourceOfNpm(url), onEvent),

  '@microsoft/fetch-event-source': (url, onEvent) => {
    const controller = new AbortController();
    void fetchEventSource(url, {
      signal: controller.signal,
      onmessage: ({ data }) => {
        onEvent(data);
      },
    });
    return () => {
      controller.abort();
    };
  },

  'eventsource-client': (url, onEvent) => {
    const source = createEventSource({
      url,
      onMessage: ({ data }) => {
        onEvent(data);
      },
    });
    return () => {
      source.close();
    };
  },

  'sse.js': (url, onEvent) => listen(new SSE(url), onEvent),

  'event-source-polyfill': (url, onEvent) => listen(new EventSourcePolyfill(url), onEvent),
};
