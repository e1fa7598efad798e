import { whileWaiting } from './while-waiting.js';

/**
 * An event to send, with the field names of the standard.
 *
 * @example
 * ```ts
 * // The data is sent as JSON.
 * const event: MockEvent = { event: 'tick', data: { price: 42 }, id: '1' };
 * ```
 */
export interface MockEvent {
  /** The event type. Default: none, which clients call `message`. `send` throws for line breaks. */
  readonly event?: string | undefined;
  /** Sent unchanged if it's a string, as JSON otherwise. */
  readonly data?: unknown;
  /** The last event ID. `send` throws for line breaks. */
  readonly id?: string | undefined;
  /** The reconnection time in ms. */
  readonly retry?: number | undefined;
}

/**
 * One request to a {@link mockSse}, and your side of the answer.
 *
 * @example
 * ```ts
 * function refuse(exchange: MockExchange): void {
 *   exchange.open({ status: 503, headers: { 'Retry-After': '5' } });
 *   exchange.end();
 * }
 * ```
 */
export interface MockExchange {
  /** What the client sent: URL, headers and body. */
  readonly request: Request;
  /** Answers with 200 and `text/event-stream`, unless `init` says otherwise. */
  open(init?: ResponseInit): void;
  /** Sends one chunk: an event, or text or bytes, unchanged. Opens first if necessary. */
  send(chunk: MockEvent | string | Uint8Array): void;
  /** Ends the stream normally. */
  end(): void;
  /** Breaks the connection: before the answer, or within it, after everything that was sent. */
  cut(): void;
  /** Whether the client has cancelled the request. */
  readonly isAborted: boolean;
}

/**
 * A mock server in place of `fetch`.
 *
 * @example
 * ```ts
 * const server: MockSse = mockSse();
 * const client = new SseClient('/prices', { fetch: server.fetch });
 * log((await server.next()).request.url);
 * ```
 */
export interface MockSse {
  /** Pass it to ssekit as the option `fetch`. */
  readonly fetch: typeof fetch;
  /** Every request so far, in order. */
  readonly exchanges: readonly MockExchange[];
  /** Resolves with the next request. A request that `next()` hasn't returned yet comes first. */
  next(): Promise<MockExchange>;
}

/**
 * A scripted `fetch` for tests and for pages without a server: you answer each request by hand,
 * chunk by chunk.
 *
 * @example
 * ```ts
 * const server = mockSse();
 * const client = new SseClient<{ tick: string }>('/prices', { fetch: server.fetch });
 * client.on('tick', (event) => prices.push(event.data));
 *
 * const exchange = await server.next();
 * exchange.send({ event: 'tick', data: '42', id: '1' });
 * exchange.cut(); // the client reconnects; the next request has Last-Event-ID: 1
 * ```
 */
export function mockSse(): MockSse {
  const exchanges: MockExchange[] = [];
  const unasked: MockExchange[] = [];
  const waiting: ((exchange: MockExchange) => void)[] = [];
  return {
    exchanges,
    fetch: (input, init) =>
      new Promise((resolve, reject) => {
        const request = new Request(input, init);
        if (request.signal.aborted) {
          reject(abortReason(request));
          return;
        }
        const exchange = answer(request, resolve, reject);
        exchanges.push(exchange);
        const reader = waiting.shift();
        if (reader) reader(exchange);
        else unasked.push(exchange);
      }),
    next: () =>
      new Promise((resolve) => {
        const exchange = unasked.shift();
        if (exchange) {
          resolve(exchange);
          return;
        }
        // Once a request has come, a wait is no mistake: a page may serve itself like this.
        const stopWaiting =
          exchanges.length === 0 &&
          whileWaiting('next() waits for a request. Give the client `fetch: server.fetch`, and connect it.');
        waiting.push((next) => {
          if (stopWaiting) stopWaiting();
          resolve(next);
        });
      }),
  };
}

function abortReason({ signal }: Request): Error {
  return signal.reason instanceof Error ? signal.reason : new DOMException('Aborted', 'AbortError');
}

function answer(
  request: Request,
  resolve: (response: Response) => void,
  reject: (error: Error) => void,
): MockExchange {
  let body: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isAborted = false;
  let isOver = false;
  /**
   * What has been sent but not read yet. The stream gets one at a time, because a stream that
   * breaks drops what it holds.
   */
  const steps: (() => void)[] = [];
  let wake: () => void = () => undefined;
  const encoder = new TextEncoder();

  const then = (step: () => void) => {
    steps.push(step);
    wake();
  };
  /** Ends the answer; a broken stream rejects as `fetch` does. */
  const finish = (step: () => void) => {
    if (isOver) return;
    isOver = true;
    then(() => {
      request.signal.removeEventListener('abort', abort);
      step();
    });
  };
  const leave = () => {
    isOver = isAborted = true;
    request.signal.removeEventListener('abort', abort);
  };
  const abort = () => {
    leave();
    fail(abortReason(request));
  };
  const fail = (error: Error) => {
    if (body) body.error(error);
    else reject(error);
  };
  request.signal.addEventListener('abort', abort);

  const exchange: MockExchange = {
    request,
    get isAborted() {
      return isAborted;
    },
    open(init) {
      if (body && init) throw new TypeError('The answer is open: call open() before send().');
      if (body || isOver) return;
      const headers = new Headers(init?.headers);
      if (!headers.has('content-type')) headers.set('content-type', 'text/event-stream');
      const stream = new ReadableStream<Uint8Array>(
        {
          start(controller) {
            body = controller;
          },
          async pull() {
            if (steps.length === 0) {
              await new Promise<void>((resolve) => {
                wake = resolve;
              });
            }
            steps.shift()?.();
          },
          cancel: leave,
        },
        { highWaterMark: 0 },
      );
      const isEmpty = [204, 205, 304].includes(init?.status ?? 200);
      resolve(new Response(isEmpty ? null : stream, { ...init, headers }));
      if (isEmpty) {
        isOver = true;
        request.signal.removeEventListener('abort', abort);
      }
    },
    send(chunk) {
      exchange.open();
      if (isOver) return;
      const bytes =
        chunk instanceof Uint8Array
          ? chunk
          : encoder.encode(typeof chunk === 'string' ? chunk : block(chunk));
      then(() => body?.enqueue(bytes));
    },
    end() {
      exchange.open();
      finish(() => body?.close());
    },
    cut() {
      const error = new TypeError('The connection was cut.');
      finish(() => {
        fail(error);
      });
      // Nobody reads yet.
      if (!body) steps.shift()?.();
    },
  };
  return exchange;
}

/** The event's text on the wire. Throws `TypeError` for what no server could send. */
function block(given: MockEvent): string {
  if (typeof given !== 'object' || (given as unknown) === null)
    throw new TypeError('Send an event, { event, data, id, retry }, or text or bytes.');
  const { event, data, id, retry } = given;
  for (const name of Object.keys(given)) {
    if (!['event', 'data', 'id', 'retry'].includes(name)) {
      throw new TypeError(
        `\`${name}\` isn't a field of an event. Send { event, data, id, retry }, or the raw text of the stream as a string.`,
      );
    }
  }
  for (const [name, value] of Object.entries({ event, id })) {
    if (/[\r\n]/.test(value ?? '')) throw new TypeError(`\`${name}\` must not hold a line break.`);
  }
  const lines: string[] = [];
  if (retry !== undefined) lines.push(`retry: ${retry}`);
  if (id !== undefined) lines.push(`id: ${id}`);
  if (event !== undefined) lines.push(`event: ${event}`);
  if (data !== undefined) {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    lines.push(...text.split(/\r\n|\r|\n/).map((line) => `data: ${line}`));
  }
  return `${lines.join('\n')}\n\n`;
}
