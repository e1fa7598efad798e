/**
 * Watches a client: every state must follow from the previous one, and nothing may happen after
 * `close()`.
 */
import { ReadyState, type SseClient, type SseState } from 'ssekit';

const next: Record<SseState['status'], readonly SseState['status'][]> = {
  closed: ['connecting'],
  connecting: ['connecting', 'open', 'reconnecting', 'closed'],
  open: ['open', 'reconnecting', 'closed'],
  reconnecting: ['reconnecting', 'open', 'closed'],
};

const readyStates: Record<SseState['status'], ReadyState> = {
  closed: ReadyState.Closed,
  connecting: ReadyState.Connecting,
  open: ReadyState.Open,
  reconnecting: ReadyState.Connecting,
};

/** What's wrong with a state, by itself and as the successor of `before`. */
export function faultsOf(now: SseState, before: SseState): string[] {
  const waits = now.status === 'connecting' || now.status === 'reconnecting';
  const rules: Record<string, boolean> = {
    'a state that is no new object': now === before,
    [`${before.status} -> ${now.status}`]: !next[before.status].includes(now.status),
    [`readyState ${now.readyState} while ${now.status}`]: now.readyState !== readyStates[now.status],
    [`failures ${now.failures} while connecting`]: now.status === 'connecting' && now.failures !== 0,
    [`failures ${before.failures} -> ${now.failures}`]:
      now.failures !== 0 && now.failures !== before.failures && now.failures !== before.failures + 1,
    [`retryAt while ${now.status}`]: now.retryAt !== undefined && !waits,
    'an error while open': now.status === 'open' && now.error !== undefined,
    [`willRetry ${String(now.error?.willRetry)} while ${now.status}`]:
      now.error !== undefined && now.error.willRetry !== (now.status !== 'closed'),
  };
  return Object.keys(rules).filter((rule) => rules[rule]);
}

/**
 * Subscribes to everything. `problems` must stay empty. After `quiet()`, nothing may be reported.
 */
export function watch(client: SseClient) {
  const problems: string[] = [];
  let isQuiet = false;
  const record = (what: string) => {
    if (isQuiet) problems.push(`${what} after close()`);
  };
  client.onStateChange((now, before) => {
    record(now.status);
    problems.push(...faultsOf(now, before));
  });
  client.onOpen(() => {
    record('open');
  });
  client.onError(({ code }) => {
    record(`error ${code}`);
  });
  for (const type of ['message', 'end']) {
    client.on(type, () => {
      record(`event ${type}`);
    });
  }
  return {
    problems,
    quiet: () => {
      isQuiet = true;
    },
  };
}
