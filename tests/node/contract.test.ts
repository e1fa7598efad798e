import { afterAll } from 'vitest';
import { FetchEventSource } from 'ssekit';
import { describeClient, describeEventSource, type Environment } from '../contract.ts';
import { createTestServer } from '../server.ts';

const server = await createTestServer();
const other = await createTestServer();
afterAll(async () => {
  await Promise.all([server.close(), other.close()]);
});

const environment: Environment = {
  engine: 'node',
  scope: 'node',
  isNative: false,
  origin: server.origin,
  crossOrigin: other.origin,
  crossOriginSameSite: other.origin,
};

describeEventSource('FetchEventSource in Node', FetchEventSource, environment);
describeClient('fetch', environment);
