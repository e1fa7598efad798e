import { SseClient } from 'ssekit';
import type { SseClientOptions, UrlSource } from 'ssekit';
import type { Paper } from './paper.ts';

/** What `GET /api/sse` sends. */
export interface Replay {
  /** One character. */
  lol: string;
  /** How many there were: JSON, as text unless decoded. */
  done: string | { readonly count: number };
}

/** A client that types on paper. */
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
