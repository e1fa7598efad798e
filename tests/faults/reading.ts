/**
 * A program that reads streams and weighs what it holds meanwhile. A process of its own: neither the server nor the test is on its heap.
 * Run by weighed.ts as: node --expose-gc --import tsx reading.ts
 */
import { SseClient, type SseClientOptions } from '../../src/index.ts';

export interface Reading {
  readonly url: string;
  readonly options?: SseClientOptions;
  /** How many clients read it, one after the other in twenty rows. Default 1. */
  readonly times?: number;
  /** After how many bytes it is weighed again, on the way. Default: only at the end. */
  readonly step?: number;
}

/** Of all clients together. */
export interface Weight {
  /** Code of each error, and whether it was final. */
  readonly errors: readonly string[];
  readonly message: string | undefined;
  /** How many messages, and the length of the longest. */
  readonly events: number;
  readonly longest: number;
  /** Bytes that were held at most and at the end, over those before. */
  readonly highest: number;
  readonly left: number;
}

const { gc } = globalThis;
if (!gc) throw new Error('run with --expose-gc');

/** What the heap and the buffers outside of it hold, in bytes, once all that was going to be released has been. */
async function held(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    gc?.();
  }
  return weigh();
}

function weigh(): number {
  // Twice: buffers are freed on another thread, which the next collection waits for.
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

  /** Between two reads: what came before is parsed, and the next bytes are not handed out yet. */
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
