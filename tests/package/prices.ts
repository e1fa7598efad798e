/** Serves the files of a folder, and a stream that sends one event and stays open. */
import express from 'express';
import { createTestServer } from '../server.ts';
import { onCleanUp } from './project.ts';

export async function servePrices(folder: string): Promise<string> {
  const app = express()
    .get('/prices', (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write('event: price\ndata: ACME 101.5\n\n');
    })
    .get('/favicon.ico', (_request, response) => response.sendStatus(204))
    .use(express.static(folder));
  const server = await createTestServer(app);
  onCleanUp(() => server.close());
  return server.origin;
}
