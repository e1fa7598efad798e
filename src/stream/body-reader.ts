import { CHECKED } from '../checked.js';
import { misuse, SseError } from '../errors.js';

/** What reads a body, whatever kind of stream that is. */
export interface BodyReader {
  read(): Promise<{ readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<unknown>;
  releaseLock(): void;
}

/** A stream that has a reader. */
export interface ReadableBody {
  getReader(): BodyReader;
}

/** `undefined` without a body, and where it isn't a stream, as in React Native's own `fetch`. */
export function readerOf(response: Response): BodyReader | undefined {
  const body = response.body as Partial<ReadableStream<Uint8Array>> | null | undefined;
  return body?.getReader?.();
}

/** What a reader has read; `undefined` at the end. Throws a `TypeError` if it isn't bytes. */
export function bytesOf({ value }: { readonly value?: unknown }): Uint8Array | undefined {
  if (value === undefined || ArrayBuffer.isView(value)) return value as Uint8Array | undefined;
  throw misuse('The body must be bytes: leave setEncoding() and TextDecoderStream out.', CHECKED && 'bytes');
}

/** The error for a response whose body can't be read piece by piece. */
export function cannotStream({ status }: Response): SseError {
  return new SseError('failed', "This `fetch` can't stream: its response has no readable body.", {
    status,
    help: 'failed-body',
  });
}
