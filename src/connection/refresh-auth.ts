import type { SseError } from '../errors.js';

/**
 * Renews what authorizes requests, after a 401.
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

/** Whether the server refused the credentials, and no others. */
export function isUnauthorized({ code, status }: SseError): boolean {
  return code === 'http' && status === 401;
}

/**
 * Calls the function, or joins its call in flight: many servers rotate refresh tokens, so a second
 * call with the same one would log the user out.
 */
export function refresh(refreshAuth: RefreshAuth, error: SseError): Promise<void> {
  let call = inFlight.get(refreshAuth);
  if (!call) {
    call = (async () => {
      await refreshAuth(error);
    })().finally(() => inFlight.delete(refreshAuth));
    inFlight.set(refreshAuth, call);
  }
  return call;
}
