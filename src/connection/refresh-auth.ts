import { SseError } from '../errors.js';
import { timeLimit } from '../stream/time-limit.js';

/**
 * Renews the credentials after a 401.
 *
 * @example
 * ```ts
 * const refreshAuth: RefreshAuth = async () => {
 *   token = await login();
 * };
 * const client = new SseClient('/api/prices', {
 *   headers: () => ({ Authorization: `Bearer ${token}` }),
 *   refreshAuth,
 * });
 * ```
 */
export type RefreshAuth = (error: SseError) => void | Promise<void>;

const inFlight = new WeakMap<RefreshAuth, Promise<void>>();

/** Whether the server refused the credentials, or received none. */
export function isUnauthorized(error: unknown): error is SseError {
  return error instanceof SseError && error.code === 'http' && error.status === 401;
}

/**
 * Calls the function, or waits for its call in flight: many servers rotate refresh tokens, so a
 * second call with the same one would log the user out. Rejects with a `timeout` after
 * `openTimeout` ms.
 */
export async function refresh(
  refreshAuth: RefreshAuth,
  error: SseError,
  openTimeout: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  let call = inFlight.get(refreshAuth);
  if (!call) {
    call = (async () => {
      await refreshAuth(error);
    })().finally(() => inFlight.delete(refreshAuth));
    inFlight.set(refreshAuth, call);
  }
  const limit = timeLimit(openTimeout, 'answer of refreshAuth', signal);
  await limit.wait(call).finally(limit.cancel);
}
