import type { SseClient, SseState } from 'ssekit';

declare global {
  /** What the scene leaves for the test. */
  var wake: {
    readonly client: SseClient;
    readonly data: string[];
    readonly statuses: SseState['status'][];
    readonly pageEvents: string[];
    readonly errors: string[];
    /** Ticks of a timer that always runs. */
    ticks: number;
  };
}

export interface WakeSetting {
  readonly url: string;
  readonly transport: 'native' | 'fetch';
  readonly idleTimeout?: number;
  readonly stores?: boolean;
  /** Waits an hour after a failure: these tests fail if anyone waits that long. */
  readonly isPatient?: boolean;
}

/** Listens, and records what happens to the page. */
export function listen({ url, transport, idleTimeout, stores, isPatient }: WakeSetting): void {
  const storage = stores ? sessionStorage : undefined;
  const client = new globalThis.ssekit.SseClient(
    url,
    transport === 'native'
      ? { transport }
      : {
          transport,
          idleTimeout,
          storage,
          ...(isPatient && { retryInterval: 3_600_000, retry: { jitter: false, maxInterval: 3_600_000 } }),
        },
  );
  const data: string[] = [];
  const statuses: SseState['status'][] = [];
  const pageEvents: string[] = [];
  const errors: string[] = [];
  globalThis.wake = { client, data, statuses, pageEvents, errors, ticks: 0 };
  client.onMessage((event) => data.push(event.data));
  client.onStateChange((now, before) => {
    if (now.status !== before.status) statuses.push(now.status);
  });
  client.onError(({ code }) => errors.push(code));
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) pageEvents.push('restored');
  });
  for (const type of ['online', 'offline']) {
    addEventListener(type, () => pageEvents.push(type));
  }
  for (const type of ['freeze', 'resume']) {
    document.addEventListener(type, () => pageEvents.push(type));
  }
  document.addEventListener('visibilitychange', () => pageEvents.push(document.visibilityState));
  setInterval(() => globalThis.wake.ticks++, 50);
}
