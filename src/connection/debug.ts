import { guard } from '../report.js';
import type { ConnectionObserver } from './connection.js';

/**
 * Where debug lines go: `true` is `console.debug`.
 *
 * @example
 * ```ts
 * const lines: string[] = [];
 * const debug: Debug = (line) => void lines.push(line);
 * const client = new SseClient('/api/prices', { debug });
 * ```
 */
export type Debug = boolean | ((line: string) => void);

/**
 * Tells every step of a connection in one line, before it is passed on. Neither data nor header values nor URLs are in it, so a line can be
 * pasted into a bug report as it is.
 */
export function traced(observer: ConnectionObserver, debug: Debug): ConnectionObserver {
  const note = (line: string) => {
    guard(() => {
      (typeof debug === 'function' ? debug : console.debug)(`ssekit ${line}`);
    });
  };
  return {
    ...observer,
    note,
    state(now) {
      const wait = now.retryAt === undefined ? '' : `, next attempt in ${now.retryAt - Date.now()} ms`;
      note(`${now.status}: transport ${now.transport ?? 'not chosen'}, failures ${now.failures}${wait}`);
      observer.state(now);
    },
    open(info) {
      note(`opened over ${info.transport}${info.status === undefined ? '' : `, status ${info.status}`}`);
      observer.open(info);
    },
    message(message, idBefore) {
      note(`event ${message.type}, id ${message.lastEventId || 'none'}, ${message.data.length} characters`);
      observer.message(message, idBefore);
    },
    error(error) {
      note(`error ${error.code}, ${error.willRetry ? 'will retry' : 'final'}: ${error.message}`);
      observer.error(error);
    },
  };
}
