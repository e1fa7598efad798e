/**
 * A program that reads streams and measures its memory meanwhile. It's a separate process, so
 * neither the server nor the test is on its heap. weighed.ts runs it as: node --expose-gc --import
 * tsx reading.ts
 */
import { SseClient, type SseClientOptions } from '../../src/index.ts';

export interface Reading {
  readonly url: string;
  readonly options?: SseClientOptions;
  /** How many clients read the stream, in twenty parallel rows. Default 1. */
  readonly times?: number;
  /** After how many bytes memory is measured again. Default: only at the end. */
  readonly step?: number;
}

/** The total of all clients. */
export interface Weight {
  /** The code of each error and whether it was final. */
  readonly errors: readonly string[];
  readonly message: string | undefined;
  /** How many messages, and the length of the longest. */
  readonly events: number;
  readonly longest: number;
  /** The most bytes held and those held at the end, above the starting value. */
  readonly highest: number;
  readonly left: number;
}

const { gc } = globalThis;
if (!gc) throw new Error('run with --expose-gc');

/** Bytes on the heap and in buffers outside it, once everything releasable has been released. */
async function held(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    gc?.();
  }
  return weigh();
}

function weigh(): number {
  // Twice: another thread frees buffers, and the next collection waits for it.
  gc?.();
  gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

async function read({ url, options, times = 1, step = Infinity }: Reading): Promise<Weight> {
  const errors: string[] = [];
  let message: string | undefined;
  let events = 0;
  let longest = 0;
  let highest = 0;
  const before = await held();

  /**
   * Measures between two reads: earlier bytes are parsed, and the next ones aren't handed out yet.
   */
  const weighing: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const reader = response.body?.getReader();
    let left = step;
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const value = (await reader?.read())?.value;
          if (!value) {
            controller.close();
            return;
          }
          left -= value.length;
          if (left <= 0) {
            left = step;
            highest = Math.max(highest, weigh() - before);
          }
          controller.enqueue(value);
        },
        cancel: (reason) => reader?.cancel(reason),
      },
      { highWaterMark: 0 },
    );
    return new Response(body, response);
  };

  const one = () =>
    new Promise<void>((resolve) => {
      const client = new SseClient(url, {
        ...options,
        ...(step < Infinity && { fetch: weighing }),
        transport: 'fetch',
      });
      const finish = () => {
        client.close();
        resolve();
      };
      client.onMessage(({ data }) => {
        events++;
        longest = Math.max(longest, data.length);
      });
      client.on('end', finish);
      client.onError((error) => {
        errors.push(`${error.code} ${error.willRetry ? 'again' : 'final'}`);
        message ??= error.message;
        if (!error.willRetry) finish();
      });
    });

  let begun = 0;
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      while (begun < times) {
        begun++;
        await one();
      }
    }),
  );
  return { errors: errors.splice(0), message, events, longest, highest, left: (await held()) - before };
}

process.on('message', (reading: Reading) => {
  void read(reading).then((weight) => process.send?.(weight));
});
