/**
 * Reports what user code threw, as the DOM does for event listeners: the console, `window.onerror`
 * and error trackers see it, and the stream continues. Node and React Native have no `reportError`.
 * There it goes to the console, because an uncaught exception would end the process.
 */
export function report(error: unknown): void {
  const { reportError = console.error } = globalThis as Partial<typeof globalThis>;
  reportError(error);
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
