import type { FetchEventSource, SseClient } from 'ssekit';

export const kinds = ['native', 'auto', 'fetch', 'FetchEventSource'] as const;
export type Kind = (typeof kinds)[number];

/**
 * Reads `/events` with one kind of client until the log is closed, and notes what happens. Runs in
 * Node and, from its text, in Chromium, so it uses nothing but its arguments.
 *
 * @param token - Goes into a header, or into the query where the kind can't send headers.
 * @returns A function that closes the client.
 */
export function follow(
  kit: { SseClient: typeof SseClient; FetchEventSource: typeof FetchEventSource },
  kind: Kind,
  url: string,
  token: string,
  log: string[],
): () => void {
  const signed = token === '' ? url : `${url}?ticket=${token}`;
  const headers = token === '' ? {} : { Authorization: `Bearer ${token}` };
  if (kind === 'native' || kind === 'FetchEventSource') {
    const source =
      kind === 'native' ? new EventSource(signed) : new kit.FetchEventSource(url, { headers, retry: {} });
    source.addEventListener('tick', ({ lastEventId, data }: MessageEvent<string>) => {
      log.push(`${lastEventId} ${data}`);
    });
    source.addEventListener('error', () => {
      if (source.readyState === 2) log.push('closed');
    });
    return () => {
      source.close();
    };
  }
  const client =
    kind === 'auto'
      ? new kit.SseClient<{ tick: string }>(signed)
      : new kit.SseClient<{ tick: string }>(url, { headers, transport: 'fetch' });
  client.on('tick', ({ lastEventId, data }) => {
    log.push(`${lastEventId} ${data}`);
  });
  client.onError(({ status, retryAfter, willRetry }) => {
    if (status !== undefined) log.push(`${status}${retryAfter === undefined ? '' : ` after ${retryAfter}`}`);
    if (!willRetry) log.push('closed');
  });
  return () => {
    client.close();
  };
}
