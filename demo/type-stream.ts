import { SseClient } from 'ssekit';
import type { SseClientOptions, UrlSource } from 'ssekit';
import type { Paper } from './paper.ts';

interface Replay {
  lol: string; // one character
  done: string; // how many there were
}

export function typeStream(url: UrlSource, paper: Paper, options: SseClientOptions) {
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
