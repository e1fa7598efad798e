import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ReadyState, SseClient, SseError, type Transport } from 'ssekit';
import { watch } from '../faults/watch.ts';

/**
 * `SseClient` next to a small model of it: whatever happens in whatever order, both must agree.
 * Time and transport are driven by hand.
 */

// Without the hints of builds with checks, which have a timer of their own.
vi.mock('../../src/checked.ts', () => ({ CHECKED: false }));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** How a client should behave. */
class Model {
  status: 'connecting' | 'open' | 'reconnecting' | 'closed' = 'closed';
  failures = 0;
  /** Whether an attempt is running. */
  live = false;
  /** Whether the running attempt has opened. If so, the client watches for the page waking up. */
  hasOpened = false;
  /**
   * When the next attempt starts, on the model's clock. From `hopesFrom` on, if it's set, `online`
   * can start it earlier.
   */
  due: { readonly at: number; readonly hopesFrom?: number } | undefined;
  now = 0;
  startedAt = -Infinity;
  healthy = false;
  interval = 1000;
  /** The server's `retry:` value. */
  reconnectionTime = 0;
  lastEventId = '';
  aborted = false;
  readonly delivered: string[] = [];
  errors = 0;

  begin(): void {
    this.live = false;
    const gap = this.healthy ? 0 : this.startedAt + 100 - this.now;
    this.due = gap > 0 ? { at: this.now + gap } : undefined;
    if (gap <= 0) this.run(this.now);
  }

  run(at: number): void {
    this.due = undefined;
    this.startedAt = at;
    this.healthy = false;
    this.live = true;
    this.hasOpened = false;
  }

  connect(): void {
    if (this.status !== 'closed' || this.aborted) return;
    this.status = 'connecting';
    this.failures = 0;
    this.begin();
  }

  reconnect(): void {
    if (this.status === 'closed') this.connect();
    else {
      if (this.status === 'open') this.status = 'reconnecting';
      this.begin();
    }
  }

  close(): void {
    if (this.status !== 'closed') this.failures = 0;
    this.status = 'closed';
    this.live = false;
    this.due = undefined;
  }

  fail(isFinal: boolean, retryAfter = 0): void {
    this.failures++;
    this.errors++;
    this.live = false;
    this.status = isFinal ? 'closed' : 'reconnecting';
    const grown = Math.min(30_000, this.interval * 2 ** (this.failures - 1));
    const delay = Math.max(100, retryAfter, grown, this.reconnectionTime);
    const hopesFrom = this.now + Math.max(retryAfter, this.reconnectionTime);
    this.due = isFinal ? undefined : { at: this.now + delay, hopesFrom };
  }

  event(data: string): void {
    this.failures = 0;
    this.healthy = true;
    this.lastEventId = data;
    this.delivered.push(data);
  }

  advance(ms: number): void {
    this.now += ms;
    if (this.due && this.due.at <= this.now) this.run(this.due.at);
  }
}

/** The callbacks a listener can have. */
type Moment = 'event' | 'open' | 'state' | 'error';

/** The client itself, with everything that can happen to it. */
class System {
  readonly attempts: { readonly signal: AbortSignal; readonly sink: Parameters<Transport>[1] }[] = [];
  readonly page = new EventTarget();
  readonly controller = new AbortController();
  readonly client: SseClient;
  readonly problems: readonly string[];
  readonly delivered: string[] = [];
  /** How many callbacks were called. */
  calls = 0;
  errors = 0;
  /** Listeners on the page. */
  readonly listeners = new Set<EventListener>();
  /** What the next listener of this kind does. */
  reaction: { readonly at: Moment; readonly run: () => void } | undefined;

  constructor() {
    const { page } = this;
    vi.stubGlobal('addEventListener', (type: string, listener: EventListener) => {
      this.listeners.add(listener);
      page.addEventListener(type, listener);
    });
    vi.stubGlobal('removeEventListener', (type: string, listener: EventListener) => {
      this.listeners.delete(listener);
      page.removeEventListener(type, listener);
    });
    const transport: Transport = ({ signal }, sink) => {
      this.attempts.push({ signal, sink });
      return undefined;
    };
    this.client = new SseClient('https://example.test/', {
      transport,
      retry: { jitter: false },
      autoConnect: false,
      signal: this.controller.signal,
    });
    this.problems = watch(this.client).problems;
    this.client.onMessage(({ data }) => {
      this.calls++;
      this.delivered.push(data);
      this.#react('event');
    });
    this.client.onOpen(() => {
      this.calls++;
      this.#react('open');
    });
    this.client.onStateChange(() => {
      this.calls++;
      this.#react('state');
    });
    this.client.onError(() => {
      this.calls++;
      this.errors++;
      this.#react('error');
    });
  }

  #react(at: Moment): void {
    const { reaction } = this;
    if (reaction?.at !== at) return;
    this.reaction = undefined;
    reaction.run();
  }

  /** Makes the next listener of this kind call these methods, for example `close, connect`. */
  reactAt(at: Moment, calls: string): void {
    this.reaction = {
      at,
      run: () => {
        for (const call of calls.split(', ')) this.client[call as 'close' | 'connect' | 'reconnect']();
      },
    };
  }

  get sink(): Parameters<Transport>[1] {
    const last = this.attempts.at(-1);
    if (!last || last.signal.aborted) throw new Error('no attempt is under way');
    return last.sink;
  }

  message(data: string): void {
    this.sink.message({
      type: 'message',
      data,
      lastEventId: data,
      origin: 'https://example.test',
      raw: data,
    });
  }

  async settle(ms = 0): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
  }
}

/** Both must report the same state, and nothing unneeded may be left. */
function compare(model: Model, { client, attempts, delivered, errors, problems, listeners }: System) {
  const { status, readyState, failures, retryAt } = client.getSnapshot();
  const readyStates = {
    connecting: ReadyState.Connecting,
    open: ReadyState.Open,
    reconnecting: ReadyState.Connecting,
    closed: ReadyState.Closed,
  };
  expect({
    status,
    readyState,
    failures,
    wait: retryAt === undefined ? undefined : Math.round(retryAt - Date.now()),
    live: attempts.filter(({ signal }) => !signal.aborted).length,
    lastEventId: client.lastEventId,
    delivered,
    errors,
    problems,
    timers: vi.getTimerCount(),
    pageListeners: listeners.size,
  }).toEqual({
    status: model.status,
    readyState: readyStates[model.status],
    failures: model.failures,
    wait: model.due && Math.round(model.due.at - model.now),
    live: model.live ? 1 : 0,
    lastEventId: model.lastEventId,
    delivered: model.delivered,
    errors: model.errors,
    problems: [],
    timers: model.due ? 1 : 0,
    // Two for the page being left, and two for a wait or for an open stream that may be dead.
    pageListeners:
      (model.status === 'closed' ? 0 : 2) + (model.due || (model.live && model.hasOpened) ? 2 : 0),
  });
}

type Command = fc.AsyncCommand<Model, System>;

/** One thing that can happen. `when` says whether it can happen now. */
function command(
  name: string,
  run: (model: Model, system: System) => void | Promise<void>,
  when: (model: Readonly<Model>) => boolean = () => true,
): Command {
  return {
    check: when,
    async run(model, system) {
      const wasClosed = model.status === 'closed';
      const before = system.calls;
      steps++;
      await run(model, system);
      await system.settle();
      compare(model, system);
      if (wasClosed && model.status === 'closed') expect(system.calls).toBe(before);
    },
    toString: () => name,
  };
}

const isLive = ({ live }: Readonly<Model>) => live;
const isOpen = ({ live, status }: Readonly<Model>) => live && status === 'open';

const network = () => new SseError('network', 'cut');

/** Moments when a listener can act. It runs in the middle of a delivery. */
const reactions = {
  close: (model: Model) => {
    model.close();
  },
  reconnect: (model: Model) => {
    model.reconnect();
  },
  'close, connect': (model: Model) => {
    model.close();
    model.connect();
  },
};

/** `SEED=n` repeats the run that a failure names. */
const seed = process.env.SEED;

const reactionNames = Object.keys(reactions) as (keyof typeof reactions)[];

let runs = 0;
let steps = 0;
let count = 0;

// Enables the other commands, which come as often as they can.
const connect = fc.constant(
  command('connect()', (model, { client }) => {
    model.connect();
    client.connect();
  }),
);
const open = fc.constant(
  command(
    'open',
    (model, { sink }) => {
      model.status = 'open';
      model.hasOpened = true;
      sink.open({ url: 'https://example.test/' });
    },
    (model) => isLive(model) && model.status !== 'open',
  ),
);
const events = fc.integer({ min: 1, max: 3 }).map((length) =>
  command(
    `${length} events`,
    (model, system) => {
      for (let i = 0; i < length; i++) {
        const data = String(++count);
        model.event(data);
        system.message(data);
      }
    },
    isOpen,
  ),
);
const time = fc.integer({ min: 1, max: 40_000 }).map((ms) =>
  command(`${ms} ms`, async (model, system) => {
    model.advance(ms);
    await system.settle(ms);
  }),
);

const commands = fc.commands(
  [
    ...[connect, open, open, open, events, events, events, time, time],
    fc.constant(
      command('close()', (model, { client }) => {
        model.close();
        client.close();
      }),
    ),
    fc.constant(
      command('close(), connect()', (model, { client }) => {
        model.close();
        model.connect();
        client.close();
        client.connect();
      }),
    ),
    fc.constant(
      command('reconnect()', (model, { client }) => {
        model.reconnect();
        client.reconnect();
      }),
    ),
    fc.constantFrom(...reactionNames).map((name) =>
      command(
        `2 events, ${name} at the first`,
        (model, system) => {
          const { sink } = system;
          const data = String(++count);
          model.event(data);
          reactions[name](model);
          system.reactAt('event', name);
          system.message(data);
          // The rest of the chunk, which must be ignored.
          sink.message({ type: 'message', data: 'x', lastEventId: 'x', origin: '', raw: 'x' });
          sink.end();
        },
        isOpen,
      ),
    ),
    fc.tuple(fc.constantFrom<Moment>('open', 'state'), fc.constantFrom(...reactionNames)).map(([at, name]) =>
      command(
        `open, ${name} when told of the ${at}`,
        (model, system) => {
          model.status = 'open';
          model.hasOpened = true;
          reactions[name](model);
          system.reactAt(at, name);
          system.sink.open({ url: 'https://example.test/' });
        },
        (model) => isLive(model) && model.status !== 'open',
      ),
    ),
    fc.tuple(fc.constantFrom<Moment>('error', 'state'), fc.constantFrom(...reactionNames)).map(([at, name]) =>
      command(
        `cut, ${name} when told of the ${at}`,
        (model, system) => {
          model.fail(false);
          // Nothing from before `close()` is reported after it.
          if (at === 'state' && name !== 'reconnect') model.errors--;
          reactions[name](model);
          system.reactAt(at, name);
          system.sink.fail(network());
        },
        isLive,
      ),
    ),
    fc.constant(
      command(
        'an id without data',
        (model, { sink }) => {
          model.lastEventId = `id ${++count}`;
          sink.id(model.lastEventId);
        },
        isOpen,
      ),
    ),
    fc.integer({ min: 0, max: 5000 }).map((ms) =>
      command(
        `retry: ${ms}`,
        (model, { sink }) => {
          model.interval = model.reconnectionTime = ms;
          sink.reconnectionTime(ms);
        },
        isOpen,
      ),
    ),
    fc.constant(
      command(
        'cut',
        (model, { sink }) => {
          model.fail(false);
          sink.fail(network());
        },
        isLive,
      ),
    ),
    fc.constant(
      command(
        'the end of the stream',
        (model, { sink }) => {
          model.fail(false);
          sink.end();
        },
        isLive,
      ),
    ),
    fc.constantFrom(undefined, 0, 700, 90_000).map((retryAfter) =>
      command(
        `503, Retry-After ${retryAfter ?? 'not given'}`,
        (model, { sink }) => {
          model.fail(false, retryAfter);
          sink.fail(new SseError('http', 'busy', { status: 503, retryAfter }));
        },
        isLive,
      ),
    ),
    fc.constantFrom(401, 404).map((status) =>
      command(
        String(status),
        (model, { sink }) => {
          model.fail(true);
          sink.fail(new SseError('http', 'no', { status }));
        },
        isLive,
      ),
    ),
    fc.constant(
      command(
        'lost, and reestablished by the transport',
        (model, { sink }) => {
          model.failures++;
          model.errors++;
          model.status = 'reconnecting';
          sink.reestablishing(network());
        },
        isLive,
      ),
    ),
    fc.constant(
      command('online', (model, { page }) => {
        if (model.now >= (model.due?.hopesFrom ?? Infinity)) model.begin();
        page.dispatchEvent(new Event('online'));
      }),
    ),
    fc.integer({ min: 1, max: 150 }).map((ms) =>
      command(`${ms} ms`, async (model, system) => {
        model.advance(ms);
        await system.settle(ms);
      }),
    ),
    fc.constant(
      command('everything from attempts that are over', (_model, { attempts }) => {
        for (const { signal, sink } of attempts) {
          if (!signal.aborted) continue;
          sink.open({ url: 'https://example.test/late' });
          sink.message({ type: 'message', data: 'late', lastEventId: 'late', origin: '', raw: 'late' });
          sink.id('late');
          sink.reconnectionTime(1);
          sink.reestablishing(network());
          sink.fail(network());
          sink.end();
        }
      }),
    ),
    fc.nat(30).map((n) =>
      command(
        'the signal aborts',
        (model, { controller }) => {
          model.close();
          model.aborted = true;
          controller.abort();
        },
        // Nothing comes after it, so it's rare and most runs are long.
        ({ aborted }) => n === 0 && !aborted,
      ),
    ),
  ],
  { maxCommands: 80, size: 'max' },
);

test(
  'a client agrees with its model after whatever happens, in whatever order',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (list) => {
        runs++;
        vi.clearAllTimers();
        const model = new Model();
        const system = new System();
        await fc.asyncModelRun(() => ({ model, real: system }), list);
        model.close();
        system.client.close();
        compare(model, system);
      }),
      { numRuns: 800, ...(seed !== undefined && { seed: Number(seed) }) },
    );
    console.info(`model: ${runs} runs, ${steps} steps, ${count} events`);
  },
);
