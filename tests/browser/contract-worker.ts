/** Runs contract cases in a dedicated worker. A test sends them one at a time. */
import { FetchEventSource } from 'ssekit';
import { findCase, type Environment, type Topic } from '../contract.ts';
import { runCase } from '../contract/bench.ts';

export interface Task {
  readonly topic: Topic;
  readonly title: string;
  readonly environment: Environment;
}

/** `undefined` means the case passed. */
export type Failure = { readonly message: string; readonly stack: string | undefined } | undefined;

globalThis.addEventListener('message', ({ data, ports }: MessageEvent<Task>) => {
  void run(data).then((failure) => {
    ports[0]?.postMessage(failure);
  });
});
postMessage('loaded');

async function run({ topic, title, environment }: Task): Promise<Failure> {
  try {
    const Source = environment.isNative ? EventSource : FetchEventSource;
    await runCase(findCase(topic, title, environment), Source, environment);
    return undefined;
  } catch (error) {
    return error instanceof Error
      ? { message: error.message, stack: error.stack }
      : { message: String(error), stack: undefined };
  }
}
