/** @jest-environment jest-fixed-jsdom */
import { expect, test } from '@jest/globals';
import { SseClient } from 'ssekit';
import { MockEventSource, mockSse } from 'ssekit/testing';

test('a price arrives over MockEventSource', async () => {
  const client = new SseClient('/prices', { EventSource: MockEventSource });
  const price = client.once('price');
  const source = await MockEventSource.next();
  source.open();
  source.emit('price', 'ACME 101.5');
  expect((await price).data).toBe('ACME 101.5');
  client.close();
});

test('a price arrives over mockSse', async () => {
  const server = mockSse();
  const client = new SseClient('/prices', { fetch: server.fetch });
  const price = client.once('price');
  const exchange = await server.next();
  exchange.send({ event: 'price', data: 'ACME 101.5' });
  expect((await price).data).toBe('ACME 101.5');
  client.close();
});
