/** In ms. Test runners give up after five seconds. */
const PATIENCE = 4000;

/**
 * Warns in the console if a test waits for long: it would time out without a reason.
 *
 * @returns Call it when the wait is over.
 */
export function whileWaiting(hint: string): () => void {
  const timer: unknown = setTimeout(() => {
    console.warn(`ssekit/testing: ${hint}`);
  }, PATIENCE);
  // In Node, a test that forgot about it may end.
  (timer as { unref?: () => void }).unref?.();
  return () => {
    clearTimeout(timer as number);
  };
}
