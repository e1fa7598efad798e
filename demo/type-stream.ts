import { SseClient } from 'ssekit';
import type { SseClientOptions, SseMessage, UrlSource } from 'ssekit';

/** The events of `GET /api/sse`. */
export interface Replay {
  /** One character. */
  lol: string;
  /** The number of characters, as JSON. It's text unless decoded. */
  done: string | { readonly count: number };
}

/** The paper that a stream types on. */
export interface Paper {
  type(event: SseMessage): void;
  finish(event: SseMessage<Replay['done']>): void;
}

/** Creates a client that types on this paper. */
export function typeStream(url: UrlSource, paper: Paper, options: SseClientOptions<Replay>) {
  const client = new SseClient<Replay>(url, options);
  client.on('lol', (event) => {
    paper.type(event);
  });
  client.on('done', (event) => {
    paper.finish(event);
    client.close();
  });
  return client;
}
