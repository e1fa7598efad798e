import { afterAll } from 'vitest';
import { FetchEventSource } from 'ssekit';
import { describeEventSource } from '../contract.ts';
import { createTestServer } from '../server.ts';

const server = await createTestServer();
const other = await createTestServer();
afterAll(async () => {
  await Promise.all([server.close(), other.close()]);
});

describeEventSource('FetchEventSource in Node', FetchEventSource, {
  engine: 'node',
  scope: 'node',
  isNative: false,
  origin: server.origin,
  crossOrigin: other.origin,
  crossOriginSameSite: other.origin,
});
