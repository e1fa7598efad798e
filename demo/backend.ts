import type { FetchOptions, StreamOptions } from 'ssekit';

/** What answers the page: the server it came from, or a mock inside the page. */
export interface Backend {
  readonly fetch: typeof fetch;
  /** The options a client needs to reach it. */
  readonly options: Pick<FetchOptions & StreamOptions, 'fetch' | 'lastEventIdParam'>;
  /** Native EventSource and other tabs can only reach real servers. */
  readonly isMock: boolean;
}

export const network: Backend = {
  fetch: (input, init) => fetch(input, init),
  options: {},
  isMock: false,
};
