import type { ConnectionOptions } from './connection.js';
import type { SseMessage } from './message.js';
import { nativeTransport, type EventSourceClass } from './native-transport.js';
import { resolveUrl, type UrlSource } from './request.js';
import { retryPolicy, type RetryOptions } from './retry.js';
import type { Transport } from './transport.js';

/** Options of {@link SseClient}. Each says on which transport it works; all are optional. */
export interface SseClientOptions {
  /** Send cookies and HTTP authentication across origins. Default `false`. Any transport. */
  readonly withCredentials?: boolean | undefined;
  /** The base of the delay before another attempt, in ms, until the server sets one with `retry:`. Default `1000`. */
  readonly retryInterval?: number | undefined;
  /** When to try again: `false` never, a number at most so often in a row, or {@link RetryOptions}. */
  readonly retry?: false | number | RetryOptions | undefined;
  readonly transport?: 'auto' | 'native' | Transport | undefined;
  /** Resume after this id on the first attempt. Native `EventSource` needs `lastEventIdParam` for it. */
  readonly lastEventId?: string | undefined;
  /** The query parameter that carries the last event ID, for a server that reads it there. Any transport. */
  readonly lastEventIdParam?: string | undefined;
  /**
   * Whether this message says that the stream is complete: the client closes, without retry. Looked at before decoding; the message
   * itself is not delivered. Any transport.
   */
  readonly until?: ((message: SseMessage) => boolean) | undefined;
  /** Connect at construction. Default `true`; with `false`, `connect()` does. */
  readonly autoConnect?: boolean | undefined;
  /** Closes the client for good when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** The class to use instead of the global `EventSource`. */
  readonly EventSource?: EventSourceClass | undefined;
}

const TRANSPORTS: readonly unknown[] = ['auto', 'native'];

function check(valid: boolean, cure: string): void {
  if (!valid) throw new TypeError(cure);
}

const isOptional = (type: string, value: unknown) => value === undefined || typeof value === type;

/** Rejects what cannot work, with the cure, before anything is sent. */
function validate(url: unknown, options: SseClientOptions): void {
  if (typeof url !== 'function') resolveUrl(url);
  const { retry, retryInterval, lastEventId, lastEventIdParam, until, signal } = options;
  const transport: unknown = options.transport ?? 'auto';
  check(
    retry === undefined || retry === false || ['number', 'object'].includes(typeof retry),
    '`retry` must be false, a number of attempts, or an object.',
  );
  const numbers: Record<string, unknown> = {
    retryInterval,
    ...(typeof retry === 'object' ? retry : { limit: retry }),
  };
  for (const name of ['retryInterval', 'limit', 'factor', 'maxInterval', 'maxElapsed']) {
    const value = numbers[name] ?? 0;
    check(
      typeof value === 'boolean' || (typeof value === 'number' && value >= 0),
      `\`${name}\` must be a number, 0 or more.`,
    );
  }
  check(
    typeof transport === 'function' || TRANSPORTS.includes(transport),
    "`transport` must be 'auto', 'native', or a function.",
  );
  check(isOptional('string', lastEventId), '`lastEventId` must be a string.');
  check(
    !/[\0\r\n]/.test(lastEventId ?? ''),
    '`lastEventId` must not hold CR, LF or NUL: no stream can have sent it.',
  );
  check(isOptional('string', lastEventIdParam), '`lastEventIdParam` must be the name of a query parameter.');
  check(isOptional('function', until), '`until` must be a function.');
  check(!signal || typeof signal.addEventListener === 'function', '`signal` must be an AbortSignal.');
}

/** From what a caller asks for to what a connection needs. Throws `TypeError` for what cannot work. */
export function connectionOptions(url: UrlSource, options: SseClientOptions): ConnectionOptions {
  validate(url, options);
  const { transport = 'auto', retry, retryInterval = 1000, withCredentials = false } = options;
  return {
    url: typeof url === 'function' ? url : resolveUrl(url),
    withCredentials,
    lastEventId: options.lastEventId ?? '',
    lastEventIdParam: options.lastEventIdParam,
    retryInterval,
    policy: retryPolicy(retry ?? false),
    policyGiven: retry !== undefined,
    until: options.until,
    chooseTransport() {
      if (typeof transport === 'function') return { name: transport.name || 'custom', start: transport };
      const Source = options.EventSource ?? (globalThis as Partial<typeof globalThis>).EventSource;
      if (!Source) throw new TypeError('There is no EventSource here. Pass one as the option `EventSource`.');
      return { name: 'native', start: nativeTransport(Source) };
    },
  };
}
