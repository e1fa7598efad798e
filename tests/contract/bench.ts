/**
 * What a case works with: sources under test, scripted servers, and a record of dispatched events.
 */
import { vi } from 'vitest';
import { script, type Attempt, type Script } from '../script.ts';

/** The class under test: the browser's own, or one with the same interface. */
export interface SourceClass {
  new (url: string | URL, init?: EventSourceInit): EventSource;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSED: 2;
  readonly prototype: EventSource;
}

/** Where the cases run. It can be posted to a worker. */
export interface Environment {
  readonly engine: 'chromium' | 'firefox' | 'webkit' | 'node';
  readonly scope: 'page' | 'worker' | 'node';
  readonly isNative: boolean;
  /** The page's origin. In Node, the server's. */
  readonly origin: string;
  /** Another origin. */
  readonly crossOrigin: string;
  /** Another origin on the same site, whose cookies aren't third-party. */
  readonly crossOriginSameSite: string;
}

/**
 * One fact about every EventSource. Where engines disagree, the title depends on the environment.
 */
export type Case = readonly [title: string, run: (bench: Bench) => void | Promise<void>];

/** Runs one case and leaves nothing open. */
export async function runCase([, run]: Case, Source: SourceClass, environment: Environment): Promise<void> {
  const cleanups: (() => void)[] = [];
  try {
    await run(createBench(Source, environment, (cleanup) => cleanups.push(cleanup)));
  } finally {
    for (const cleanup of cleanups) cleanup();
  }
}

export type Bench = ReturnType<typeof createBench>;

type Chunks = NonNullable<Attempt['chunks']>;

function createBench(Source: SourceClass, environment: Environment, after: (cleanup: () => void) => void) {
  /** A URL for sources that are closed before they need one. */
  const nowhere = `${environment.origin}/test/s/none`;

  /** A server that follows a script, on the page's own origin unless another is given. */
  const serve = (attempts: readonly Attempt[], origin = environment.origin): Promise<Script> =>
    script(origin, attempts);

  /** A new source, closed when the case ends. */
  const create = (url: string | URL = nowhere, init?: EventSourceInit): EventSource => {
    const source = new Source(url, init);
    after(() => {
      source.close();
    });
    return source;
  };

  /** A new source and a record of its events: open, error, message, end and the given types. */
  const open = (
    url: string | URL,
    { types = [], ...init }: EventSourceInit & { readonly types?: readonly string[] } = {},
  ): Recording => new Recording(create(url, init), ['open', 'error', 'message', 'end', ...types]);

  /** The messages of a stream. */
  const receiveEvents = async (chunks: Chunks, ...types: string[]): Promise<MessageEvent[]> => {
    const { url } = await serve([{ chunks: [...chunks, 'event: end\ndata: end\n\n'], end: 'hold' }]);
    const recording = open(url, { types });
    await recording.until('end: end');
    recording.source.close();
    return recording.messages.slice(0, -1);
  };

  /** The same as lines: type, colon, space, data. */
  const receive = async (chunks: Chunks, ...types: string[]): Promise<string[]> => {
    const messages = await receiveEvents(chunks, ...types);
    return messages.map(({ type, data }) => `${type}: ${String(data)}`);
  };

  /**
   * Resolves after a source with the shortest reconnection time has reconnected twice. Other
   * sources that haven't reconnected by then won't.
   */
  const reconnectionsElsewhere = async (): Promise<void> => {
    const server = await serve([{ chunks: ['retry: 1\n\n'] }]);
    const source = create(server.url);
    await server.requests(3);
    source.close();
  };

  /**
   * Collects errors that reach the global handlers from now on. They then belong to the case, not
   * to the test runner.
   */
  const catchReported = (): readonly unknown[] => {
    const errors: unknown[] = [];
    if (environment.scope === 'node') {
      process.setUncaughtExceptionCaptureCallback((error) => errors.push(error));
      after(() => {
        process.setUncaughtExceptionCaptureCallback(null);
      });
    } else {
      const listener = (event: ErrorEvent) => {
        event.preventDefault();
        event.stopImmediatePropagation();
        errors.push(event.error);
      };
      globalThis.addEventListener('error', listener, { capture: true });
      // Vitest prints errors that it leaves to other listeners.
      const print = vi.spyOn(console, 'error').mockReturnValue(undefined);
      after(() => {
        globalThis.removeEventListener('error', listener, { capture: true });
        print.mockRestore();
      });
    }
    return errors;
  };

  return {
    Source,
    environment,
    nowhere,
    after,
    serve,
    create,
    open,
    receive,
    receiveEvents,
    reconnectionsElsewhere,
    catchReported,
  };
}

/**
 * How long an event may take, in milliseconds. After that the case fails and shows what arrived
 * instead.
 */
const EVENT_TIMEOUT = 10_000;

/** All events of a source, in order. */
export class Recording {
  readonly source: EventSource;
  readonly events: Event[] = [];
  /** `open 1`: a plain event and the readyState its listeners saw. `message: data`: a message. */
  readonly log: string[] = [];
  readonly #watchers = new Set<() => void>();

  constructor(source: EventSource, types: readonly string[]) {
    this.source = source;
    for (const type of types) {
      source.addEventListener(type, (event: Event) => {
        this.events.push(event);
        this.log.push(
          event instanceof MessageEvent ? `${type}: ${String(event.data)}` : `${type} ${source.readyState}`,
        );
        for (const check of [...this.#watchers]) check();
      });
    }
  }

  get messages(): MessageEvent[] {
    return this.events.filter((event) => event instanceof MessageEvent);
  }

  /** Resolves to the log once `entry` is in it. */
  readonly until = async (entry: string): Promise<string[]> => {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watchers.delete(check);
        reject(new Error(`Waited for ${JSON.stringify(entry)}, got ${JSON.stringify(this.log)}.`));
      }, EVENT_TIMEOUT);
      const check = () => {
        if (!this.log.includes(entry)) return;
        clearTimeout(timer);
        this.#watchers.delete(check);
        resolve();
      };
      this.#watchers.add(check);
      check();
    });
    return this.log;
  };
}
