import { expect, test } from '@jest/globals';
import { SseClient } from 'ssekit';
import { mockSse } from 'ssekit/testing';

test('a price arrives', async () => {
  const server = mockSse();
  const client = new SseClient('https://example.test/prices', { fetch: server.fetch });
  const price = client.once('price');
  const exchange = await server.next();
  exchange.open();
  exchange.send({ event: 'price', data: 'ACME 101.5' });
  expect((await price).data).toBe('ACME 101.5');
  client.close();
});
