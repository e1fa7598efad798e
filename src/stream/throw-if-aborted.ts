/** `signal.throwIfAborted()`, for React Native, whose signals have neither that nor a reason. */
export function throwIfAborted({ aborted, reason }: AbortSignal): void {
  if (aborted) throw (reason as Error | undefined) ?? new Error('The request was aborted.');
}
