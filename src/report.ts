/**
 * Hands what user code threw to the global error handlers, as the DOM does for event listeners: the console, `window.onerror` and
 * error trackers see it, and the stream goes on. Node 20 has no `reportError`; there it is an uncaught exception, as in its EventTarget.
 */
export function report(error: unknown): void {
  const { reportError } = globalThis as Partial<typeof globalThis>;
  if (reportError) reportError(error);
  else {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** Calls user code that must not break the stream. */
export function guard<T>(callback: () => T): T | undefined {
  try {
    return callback();
  } catch (error) {
    report(error);
    return undefined;
  }
}
