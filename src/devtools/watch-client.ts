import type { Connection, ConnectionObserver } from '../connection/contract.js';
import type { Face } from '../connection/devtools-hook.js';
import type { RequestOptions } from '../connection/request.js';
import type { SseState } from '../connection/state.js';
import { errorRow } from './error-row.js';
import type { Recorder } from './recorder.js';
import { Requests } from './requests.js';
import type { Stream } from './stream.js';
import { watchFetch } from './watch-fetch.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A client that the panel watches. */
export interface WatchedClient {
  readonly stream: Stream;
  /** Call it at every change of the state. */
  state(now: SseState): void;
  /** Puts the client's own functions back. */
  unwatch(): void;
}

/** Wraps a client's functions, so that the recorder sees its events, errors and requests. */
export function watchClient(
  recorder: Recorder,
  face: Face,
  connection: Connection,
  observer: ConnectionObserver,
  options: RequestOptions,
): WatchedClient {
  const kind = face.reconnect ? 'SseClient' : 'FetchEventSource';
  const stream = recorder.stream(kind, options.method, { face, connection });
  const requests = new Requests(stream);
  const { message, error } = observer;
  const { fetch } = options;
  const ours = observer as Writable<ConnectionObserver>;
  const request = options as Writable<RequestOptions>;
  ours.message = (event) => {
    if (stream.state.transport !== 'fetch' || !requests.seesBytes) stream.received(event.raw.length);
    stream.add({ kind: 'event', type: event.type, id: event.lastEventId, data: event.raw });
    message(event);
  };
  ours.error = (failure) => {
    stream.add(errorRow(failure));
    error(failure);
  };
  request.fetch = watchFetch(fetch, requests.watcher);

  let before: SseState | undefined;
  return {
    stream,
    state(now) {
      report(stream, requests, before, now);
      before = now;
    },
    unwatch() {
      Object.assign(ours, { message, error });
      request.fetch = fetch;
    },
  };
}

/** Whether an attempt is under way. */
const isTrying = ({ status, retryAt }: SseState) => status.endsWith('connecting') && retryAt === undefined;

function report(stream: Stream, requests: Requests, before: SseState | undefined, now: SseState): void {
  const { status, transport, retryAt } = now;
  const at = Date.now();
  if (status !== before?.status) {
    stream.activity.status(status, at);
    const over = status === 'open' && transport ? ` over ${transport}` : '';
    const wait = retryAt === undefined ? '' : `, next attempt in ${Math.max(0, retryAt - at)} ms`;
    const change = before ? `${before.status} → ${status}` : status;
    stream.add({ kind: 'state', type: status, data: `${change}${over}${wait}` });
  }
  if (!isTrying(now)) requests.waitsUntil(retryAt, at);
  else {
    if (!before || !isTrying(before)) requests.attempt(now);
    // Fetch shows its request itself, and a follower makes none.
    if (transport && transport !== 'fetch' && stream.shared?.leads !== false) requests.started(transport);
  }
}
