/**
 * What compiles and what doesn't where the DOM's types are missing: in workers, Node and React
 * Native. The names there differ, and a name that isn't declared would accept everything.
 */
import {
  FetchEventSource,
  fetchSse,
  parseSse,
  sharedConnection,
  SseClient,
  type BodySource,
  type EventSourceClass,
  type HeadersSource,
  type IdStorage,
  type SseSource,
} from 'ssekit';
import { mockSse } from 'ssekit/testing';

/** Whether a type is `any`, as one is that can't be resolved while `skipLibCheck` is on. */
type IsAny<T> = 0 extends 1 & T ? true : false;
type Handlers = FetchEventSource['onopen'] | FetchEventSource['onmessage'] | FetchEventSource['onerror'];

export const areAny: IsAny<HeadersSource | BodySource | IdStorage | EventSourceClass | SseSource | Handlers> =
  false;

const url = 'https://example.test/';
const storage: IdStorage = { getItem: () => null, setItem: () => undefined };
export const client = new SseClient<{ tick: string }>(url, {
  headers: { authorization: 'token' },
  signal: new AbortController().signal,
  share: sharedConnection('prices'),
  storage,
});
export const source = new FetchEventSource(url, { headers: [['authorization', 'token']], body: 'a=1' });
source.onmessage = ({ data, lastEventId }) => String(data) + lastEventId;
source.addEventListener('tick', ({ type }) => type);
export const answer = fetchSse(url, { method: 'POST', body: 'a=1' });
export const events = parseSse(new Response(''));
export const mocked = fetchSse(url, { fetch: mockSse().fetch });

// @ts-expect-error -- a number is no header
fetchSse(url, { headers: 42 });
// @ts-expect-error -- a number is no body
fetchSse(url, { method: 'POST', body: 42 });
// @ts-expect-error -- a number is no storage
new SseClient(url, { storage: 5 });
// @ts-expect-error -- a string is no class
new SseClient(url, { EventSource: 'EventSource' });
// @ts-expect-error -- a number can't be read
parseSse(5);
// @ts-expect-error -- a number can't be called
source.onmessage = 5;
