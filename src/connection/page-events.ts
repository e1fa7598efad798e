/** Node has none of these; a worker has only `online`. */
const page: Partial<Pick<Window, 'addEventListener' | 'removeEventListener' | 'document'>> = globalThis;

/**
 * Watches the page for signs that the network may be back.
 *
 * @param hope - Called when the network is back, or the page is shown.
 * @param wake - Called when the page returns from the back/forward cache, or was frozen.
 * @returns Leaves no listener behind.
 */
export function watchPage(hope: () => void, wake: () => void): () => void {
  const restored = (event: Event) => {
    if ((event as PageTransitionEvent).persisted) wake();
  };
  const shown = () => {
    if (page.document?.visibilityState !== 'hidden') hope();
  };
  const listen = (verb: 'addEventListener' | 'removeEventListener') => {
    page[verb]?.('online', hope);
    page[verb]?.('pageshow', restored);
    page.document?.[verb]('visibilitychange', shown);
    page.document?.[verb]('resume', wake);
  };
  listen('addEventListener');
  return () => {
    listen('removeEventListener');
  };
}
