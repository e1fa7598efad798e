import { SseError } from '../errors.js';

/** Why an attempt sent no request: a function from the caller threw, or took too long. */
export function startFailure(cause: unknown): SseError {
  if (cause instanceof SseError && cause.code === 'timeout') return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SseError('failed', `The attempt could not be started: ${reason}`, { cause });
}
