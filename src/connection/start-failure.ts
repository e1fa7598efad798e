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

/**
 * What a transport failed with. It may be frozen, or no {@link SseError} at all: errors of the
 * platform have codes too. Goes by the name, because another copy of ssekit may have made it.
 */
export function ownError(given: unknown): SseError {
  if ((given as Partial<SseError> | undefined)?.name !== 'SseError')
    return new SseError('failed', describe(given), { cause: given, help: 'failed-transport' });
  const error = given as SseError;
  if (Object.isExtensible(error)) return error;
  const { code, message, help, ...details } = error;
  return new SseError(code, message, { ...details, help, cause: given });
}
