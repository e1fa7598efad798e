import { SseError } from '../errors.js';
import { describe } from '../report.js';

/** Why an attempt sent no request: a function from the caller threw, or took too long. */
export function startFailure(cause: unknown): SseError {
  if (cause instanceof SseError && cause.code === 'timeout') return cause;
  return new SseError('failed', `The attempt could not be started: ${describe(cause)}`, {
    cause,
    help: 'failed-start',
  });
}

/** What a transport failed with. It may be frozen, or no {@link SseError} at all. */
export function ownError(given: unknown): SseError {
  const { code = 'failed', message = describe(given), ...details } = Object(given) as Partial<SseError>;
  if (given instanceof Error && Object.isExtensible(given) && 'code' in given) return given as SseError;
  return new SseError(code, message, { ...details, cause: given });
}
