/** Node has none of these, and a worker is never left. */
const page: Partial<Pick<Window, 'addEventListener' | 'removeEventListener'>> = globalThis;

/** In ms. A page that's still here this long after `beforeunload` isn't being left. */
const PATIENCE = 2000;

/** Holds reports back while the page is being left. */
export interface Leaving {
  /** Watches the page, until {@link Leaving.end}. */
  watch(): void;
  /** Calls back now, or when the page stays. Then only the last callback of each kind is called. */
  report(kind: string, callback: () => void): void;
  /** Forgets what was held back. Leaves no timer and no listener behind. */
  end(): void;
}

/**
 * Browsers cut a page's streams before they drop the page. Nobody can do anything about that, so
 * nothing is reported between `beforeunload` or `pagehide` and a return from the back/forward
 * cache. A `beforeunload` may also be a download, or a dialog that the user cancels.
 */
export function watchLeaving(): Leaving {
  const held = new Map<string, () => void>();
  let isLeaving = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const leave = ({ type }: Event) => {
    isLeaving = true;
    clearTimeout(timer);
    if (type === 'beforeunload') timer = setTimeout(stay, PATIENCE);
  };
  const stay = () => {
    clearTimeout(timer);
    isLeaving = false;
    for (const [kind, callback] of [...held]) {
      // An earlier callback may have closed the client.
      if (held.delete(kind)) callback();
    }
  };
  const listen = (verb: 'addEventListener' | 'removeEventListener') => {
    page[verb]?.('beforeunload', leave);
    page[verb]?.('pagehide', leave);
    page[verb]?.('pageshow', stay);
  };
  return {
    watch() {
      listen('addEventListener');
    },
    report(kind, callback) {
      if (isLeaving) held.set(kind, callback);
      else callback();
    },
    end() {
      listen('removeEventListener');
      clearTimeout(timer);
      isLeaving = false;
      held.clear();
    },
  };
}
