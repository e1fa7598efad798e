import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { server } from 'vitest/browser';
import { describeCases, type Environment } from '../contract.ts';
import type { Failure, Task } from './contract-worker.ts';

const worker = new Worker(new URL('./contract-worker.ts', import.meta.url), { type: 'module' });
const loaded = new Promise((resolve, reject) => {
  worker.onmessage = resolve;
  worker.onerror = ({ message }) => {
    reject(new Error(`The worker failed: ${message}`));
  };
});
// Otherwise each of the hundreds of cases would wait for a worker that can't answer until it times
// out.
beforeAll(() => loaded);
afterAll(() => {
  worker.terminate();
});

/** Resolves when the case has passed in the worker. */
async function run(task: Task): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const failure = await new Promise<Failure>((resolve, reject) => {
    port1.onmessage = ({ data }: MessageEvent<Failure>) => {
      resolve(data);
    };
    worker.onerror = ({ message }) => {
      reject(new Error(`The worker failed: ${message}`));
    };
    worker.postMessage(task, [port2]);
  });
  port1.close();
  if (failure) throw Object.assign(new Error(failure.message), { stack: failure.stack });
}

const shared: Omit<Environment, 'isNative'> = {
  engine: server.browser as Environment['engine'],
  scope: 'worker',
  origin: location.origin,
  crossOrigin: inject('crossOrigin'),
  crossOriginSameSite: inject('crossOriginSameSite'),
};

test('the worker runs the case it is given, and reports how it fails', async () => {
  const environment = { ...shared, isNative: false, origin: 'unknown:' };
  await expect(run({ topic: 'interface', title: 'no such case', environment })).rejects.toThrow(
    'no such case',
  );
});

for (const [name, isNative] of [
  ['native EventSource in a worker', true],
  ['FetchEventSource in a worker', false],
] as const) {
  const environment = { ...shared, isNative };
  describeCases(name, environment, (topic, [title]) => run({ topic, title, environment }));
}
