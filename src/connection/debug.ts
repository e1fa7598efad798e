import { CHECKED } from '../checked.js';
import { guard } from '../report.js';
import type { ConnectionObserver } from './contract.js';

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
 * Writes every step of a connection as one line before passing it on. The lines hold no data, no
 * header value and no URL, so you can paste them into a bug report.
 */
export function withDebug(
  observer: ConnectionObserver,
  debug: Debug,
  isHeard: (type: string) => boolean,
): ConnectionObserver {
  const write = (line: string) => {
    guard(() => {
      (typeof debug === 'function' ? debug : console.debug)(`ssekit ${line}`);
    });
  };
  return {
    ...observer,
    debug: write,
    state(now) {
      const { status, transport, failures, retryAt } = now;
      const over = transport === undefined || status === 'closed' ? '' : ` over ${transport}`;
      const failed = failures ? `, failures ${failures}` : '';
      const wait = retryAt === undefined ? '' : `, next attempt in ${retryAt - Date.now()} ms`;
      write(`${status}${over}${failed}${wait}`);
      return observer.state(now);
    },
    open(info) {
      write(`opened over ${info.transport}${info.status === undefined ? '' : `, status ${info.status}`}`);
      observer.open(info);
    },
    message(message) {
      const { type, lastEventId, data } = message;
      const spaces = CHECKED && type !== type.trim() ? ', spaces around its name' : '';
      const nobody = CHECKED && !isHeard(type) ? ', nobody listens' : '';
      write(`event ${type}, id ${lastEventId || 'none'}, ${data.length} characters${spaces}${nobody}`);
      observer.message(message);
    },
    id(id) {
      write(`block without data, id ${id || 'none'}`);
      observer.id?.(id);
    },
    error(error) {
      write(`error ${error.code}, ${error.willRetry ? 'will retry' : 'final'}: ${error.message}`);
      observer.error(error);
    },
  };
}
