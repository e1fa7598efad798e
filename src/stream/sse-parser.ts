import { CHECKED } from '../checked.js';
import { misuse } from '../errors.js';
import { textMessage, type SseMessage } from '../message.js';
import { createParser } from './parser.js';
import type { ParserOptions } from './parser-handlers.js';
import { createTextDecoder } from './text-decoder.js';

/**
 * What {@link createSseParser} calls, in the order of the stream. A {@link TransportSink} fits
 * unchanged.
 *
 * @example
 * ```ts
 * const handlers: SseParserHandlers = {
 *   message: ({ type, data }) => log(type, data),
 *   reconnectionTime: (ms) => log(`The server asks for ${ms} ms between attempts.`),
 * };
 * ```
 */
export interface SseParserHandlers {
  /** An event, with its data as the server sent it. */
  readonly message: (message: SseMessage) => void;
  /** A block without data set the last event ID. */
  readonly id?: ((lastEventId: string) => void) | undefined;
  /** The server set the reconnection time (`retry:`), in ms. */
  readonly reconnectionTime?: ((ms: number) => void) | undefined;
  /** Bytes arrived, whatever they mean: comments, too. */
  readonly received?: (() => void) | undefined;
}

/**
 * Options of {@link createSseParser}.
 *
 * @example
 * ```ts
 * const options: SseParserOptions = { lastEventId: '42', origin: 'https://example.com' };
 * const parser = createSseParser({ message: ({ lastEventId }) => log(lastEventId) }, options);
 * ```
 */
export interface SseParserOptions extends ParserOptions {
  /** The origin that served the stream. It's only copied to the messages. Default `''`. */
  readonly origin?: string | undefined;
}

/**
 * A parser that you push bytes into.
 *
 * @example
 * ```ts
 * const parser: SseParser = createSseParser({ message: ({ data }) => log(data) });
 * parser.push('data: 42\n\n');
 * ```
 */
export interface SseParser {
  /**
   * Parses the next part of the stream, cut anywhere, even within a character, and calls the
   * handlers before it returns. Only bytes need a global `TextDecoder`, which drops a BOM. Text must
   * come without one.
   *
   * @throws {@link SseError} `overflow` once an event grows past `maxEventSize`, or whatever a
   * handler throws. Don't use the parser after that.
   */
  readonly push: (chunk: Uint8Array | ArrayBuffer | string) => void;
  /**
   * The body ended properly. Delivers the last event if only the blank line after it is missing, as
   * some LLM servers end their answers. Don't call it for a stream that will be resumed: the
   * standard drops such an event, because the server sends it again.
   */
  readonly end: () => void;
}

/**
 * Parses an event stream as the standard says (WHATWG HTML, 9.2.5 and 9.2.6), for a transport of your
 * own or wherever bytes are pushed to you. One parser serves one connection. If you can pull the
 * bytes, {@link parseSse} is simpler, but a `for await` loop shows neither `retry:` nor IDs without
 * data.
 *
 * @example
 * ```ts
 * const parser = createSseParser({ message: ({ type, data }) => log(type, data) });
 * const socket = new WebSocket('/tunnel');
 * socket.addEventListener('message', ({ data }: MessageEvent<string>) => parser.push(data));
 * ```
 */
export function createSseParser(
  handlers: SseParserHandlers,
  { origin = '', lastEventId, maxEventSize }: SseParserOptions = {},
): SseParser {
  if (CHECKED && typeof (handlers as Partial<SseParserHandlers> | undefined)?.message !== 'function')
    throw misuse('`createSseParser` needs a function `message`.', 'parser-handlers');
  const { message, id, reconnectionTime, received } = handlers;
  let decode: ReturnType<typeof createTextDecoder> | undefined;
  const parse = createParser<Uint8Array | ArrayBuffer | string>(
    {
      event(type, data, lastEventId) {
        message(textMessage(type, data, lastEventId, origin));
      },
      id,
      retry: reconnectionTime,
    },
    { lastEventId, maxEventSize },
    (chunk) => {
      if (typeof chunk === 'string') return chunk;
      decode ??= createTextDecoder();
      return decode(ArrayBuffer.isView(chunk) ? chunk : new Uint8Array(chunk));
    },
  );
  return {
    push(chunk) {
      if (CHECKED && typeof chunk !== 'string' && !('byteLength' in Object(chunk)))
        throw misuse('`push` takes bytes or text.', 'parser-chunk');
      received?.();
      parse(chunk);
    },
    end() {
      parse(undefined);
    },
  };
}
