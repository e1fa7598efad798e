import type { FetchOptions, StreamOptions } from 'ssekit';

/** Who answers the page: the server it came from, or a mock in the page itself. */
export interface Backend {
  readonly fetch: typeof fetch;
  /** What a client needs to be answered by it. */
  readonly options: Pick<FetchOptions & StreamOptions, 'fetch' | 'lastEventIdParam'>;
  /** Native EventSource and other tabs reach servers only. */
  readonly isMock: boolean;
}

export const network: Backend = {
  fetch: (input, init) => fetch(input, init),
  options: {},
  isMock: false,
};
