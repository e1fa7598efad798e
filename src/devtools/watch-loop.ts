import type { LoopEnd } from '../connection/devtools-hook.js';
import type { RequestOptions } from '../connection/request.js';
import { CLOSED, READY_STATE, type SseState } from '../connection/state.js';
import { SseError } from '../errors.js';
import { createParser } from '../stream/parser.js';
import { errorRow } from './error-row.js';
import type { Recorder } from './recorder.js';
import { Requests } from './requests.js';
import type { Stream } from './stream.js';
import { watchFetch } from './watch-fetch.js';

/**
 * Watches one loop of `fetchSse`. The loop decodes what it takes and drops the rest, so this parses the
 * bytes itself and shows every event.
 */
export function watchLoop(recorder: Recorder, options: RequestOptions, end: LoopEnd): void {
  const { fetch, method } = options;
  let stream: Stream | undefined;
  let requests: Requests | undefined;
  let parse: (bytes: Uint8Array | undefined) => void = () => undefined;

  /** A loop that never starts isn't shown. */
  const begin = (): Stream => {
    stream ??= recorder.stream('fetchSse', method);
    requests ??= new Requests(stream);
    return stream;
  };
  const update = (status: SseState['status'], error?: SseError) => {
    const now = begin();
    const before = now.state.status;
    const transport = status === 'closed' && before === 'closed' ? undefined : 'fetch';
    now.state = { ...CLOSED, status, readyState: READY_STATE[status], error, transport };
    if (before === status) return;
    now.activity.status(status, Date.now());
    now.add({ kind: 'state', type: status, data: `${before} → ${status}` });
  };

  (options as { fetch: typeof fetch }).fetch = watchFetch(fetch, {
    request(url, method, headers, signal) {
      begin().url = url;
      update('connecting');
      requests?.watcher.request(url, method, headers, signal);
      // It also aborts when the loop has ended in order.
      signal?.addEventListener('abort', () => {
        update('closed', stream?.state.error);
      });
    },
    response(status, headers, ms) {
      requests?.watcher.response(status, headers, ms);
      parse = parserInto(begin());
      if (status >= 200 && status < 300) update('open');
    },
    bytes(chunk) {
      requests?.watcher.bytes(chunk);
      try {
        parse(chunk);
      } catch {
        // An event that's too large. The loop reports it.
        parse = () => undefined;
      }
    },
  });

  const { locate } = end;
  end.locate = (error) => {
    locate(error);
    if (error instanceof SseError || (error as Partial<Error> | undefined)?.name === 'SseError') {
      begin().add(errorRow(error as SseError));
      update('closed', error as SseError);
    } else if (stream) update('closed');
  };
}

function parserInto(stream: Stream): (bytes: Uint8Array | undefined) => void {
  return createParser({
    event(type, data, id) {
      stream.add({ kind: 'event', type, data, id });
    },
  });
}
