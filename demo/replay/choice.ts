import type { CommonOptions, FetchOptions, SseClientOptions } from 'ssekit';
import type { Replay } from '../type-stream.ts';

type Retry = Pick<CommonOptions, 'retry' | 'retryInterval'>;

/** The choices of the typewriter's form, by name. */
export const retries = {
  default: {},
  never: { retry: false },
  thrice: { retry: 3 },
  steady: { retryInterval: 1000, retry: { factor: 1, jitter: false } },
} as const satisfies Record<string, Retry>;

export const decodes = { text: {}, json: { done: 'json' } } as const;

const transports = ['auto', 'native', 'fetch'] as const;

/** What's chosen in the typewriter's form. */
export interface ReplayChoice {
  readonly transport: (typeof transports)[number];
  readonly retry: keyof typeof retries;
  readonly decode: keyof typeof decodes;
  /** Whether there's a header. Native can't send one. */
  readonly header: boolean;
  /** Whether the server should require a token. */
  readonly auth: boolean;
}

/** What only this page's client needs. */
export interface Resume extends Pick<FetchOptions, 'fetch'> {
  readonly lastEventId: string;
}

/** The client's options for a choice. Without `resume`, they're the ones that the code panel shows. */
export function replayOptions(
  choice: Omit<ReplayChoice, 'auth'>,
  headers: Readonly<Record<string, string>>,
  resume?: Resume,
): SseClientOptions<Replay> {
  const common = { ...retries[choice.retry], decode: decodes[choice.decode] };
  // Native EventSource can't send a chosen Last-Event-ID, so the ID travels in the query.
  if (choice.transport === 'native') {
    const { lastEventId = '' } = resume ?? {};
    return { transport: 'native', ...common, lastEventId, lastEventIdParam: 'lastEventId' };
  }
  const resumed = resume && { ...resume, lastEventIdParam: 'lastEventId' };
  const withHeader = { ...(choice.header && { headers }), ...common, ...resumed };
  // Only fetch can detect a stream that has gone silent.
  return choice.transport === 'fetch' ? { transport: 'fetch', idleTimeout: 5000, ...withHeader } : withHeader;
}

/** Every combination that the form allows. */
export function everyChoice(): ReplayChoice[] {
  const booleans = [false, true];
  return transports.flatMap((transport) =>
    names(retries).flatMap((retry) =>
      names(decodes).flatMap((decode) =>
        (transport === 'native' ? [false] : booleans).flatMap((header) =>
          booleans.map((auth) => ({ transport, retry, decode, header, auth })),
        ),
      ),
    ),
  );
}

export function keyOf({ transport, retry, decode, header, auth }: ReplayChoice): string {
  return [transport, retry, decode, ...(header ? ['header'] : []), ...(auth ? ['auth'] : [])].join(' ');
}

export function names<K extends string>(of: Readonly<Record<K, unknown>>): K[] {
  return Object.keys(of) as K[];
}
