import { SseClient } from 'ssekit';
import type { Backend } from '../backend.ts';
import type { WireEvent } from './cases.ts';
import { naiveReader } from './naive-reader.ts';

/** Reads a stream until it ends or the reader gives up. */
export type Reader = (url: string, show: (event: WireEvent) => void, setting: Setting) => Promise<void>;

interface Setting {
  readonly backend: Backend;
  /** Event types. Native needs to know them in advance. */
  readonly names: readonly string[];
}

export const readers = { native, ssekit, naive } satisfies Record<string, Reader>;

function native(url: string, show: (event: WireEvent) => void, { names }: Setting): Promise<void> {
  return new Promise((resolve) => {
    const source = new EventSource(url);
    for (const name of new Set(['message', ...names])) {
      source.addEventListener(name, (event) => {
        if (event instanceof MessageEvent) show({ type: event.type, data: String(event.data) });
      });
    }
    source.addEventListener('error', (event) => {
      // The browser's own event. An event that the server named "error" has data.
      if (event instanceof MessageEvent) return;
      source.close();
      resolve();
    });
  });
}

function ssekit(url: string, show: (event: WireEvent) => void, { backend }: Setting): Promise<void> {
  return new Promise((resolve) => {
    const client = new SseClient(url, {
      transport: 'fetch',
      retryInterval: 100,
      // Only a refusal is retried. These streams are finite, so their end is the end.
      retry: { shouldRetry: ({ code }) => (code === 'http' ? undefined : false) },
      ...backend.options,
    });
    client.onAny((event) => {
      show({ type: event.type, data: event.data });
    });
    client.onError(({ willRetry }) => {
      if (!willRetry) resolve();
    });
  });
}

function naive(url: string, show: (event: WireEvent) => void, { backend }: Setting): Promise<void> {
  return naiveReader(
    url,
    (data) => {
      show({ type: 'message', data });
    },
    backend.fetch,
  );
}
