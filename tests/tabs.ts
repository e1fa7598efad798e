/**
 * Tabs without browsers: locks and channels that follow the standards, where a test decides when a
 * message arrives and which tab crashes. Messages of one channel arrive in the same order
 * everywhere, because in browsers one process forwards them. Locks and sockets have no fixed order.
 */
import type { SseError } from '../src/errors.ts';
import { connectionOptions } from '../src/connection-options.ts';
import type { SseClientOptions } from '../src/options.ts';
import { sharedConnection } from '../src/share/shared-connection.ts';
import type { Connection } from '../src/connection/contract.ts';
import type { OpenInfo, TransportRequest, TransportSink } from '../src/connection/transport.ts';
import type { SseState } from '../src/connection/state.ts';

/** Anything that a tab will do next, in order of arrival. */
type Task = () => void;

interface Grant {
  readonly tab: Tab;
  readonly run: () => unknown;
  readonly reject: (reason: DOMException) => void;
}

/** The browser around the tabs. */
export class World {
  readonly tabs: Tab[] = [];
  readonly channels = new Set<FakeChannel>();
  readonly attempts: Attempt[] = [];
  /** The tab whose code is running. */
  running: Tab | undefined;
  held: Grant | undefined;
  readonly waiting: Grant[] = [];

  /**
   * Replaces the globals. Timers belong to the tab that sets them: they wait while it's blocked and
   * end with it.
   */
  readonly globals = {
    navigator: this.#navigator(),
    BroadcastChannel: fakeChannels(this),
    setTimeout: (run: () => void, ms: number) => {
      const tab = this.running;
      const timer: ReturnType<typeof setTimeout> = this.#setTimeout(() => {
        this.#expired.add(timer);
        const task = () => {
          if (this.#expired.delete(timer)) run();
        };
        if (tab) tab.post('timers', task);
        else task();
      }, ms);
      return timer;
    },
    clearTimeout: (timer: ReturnType<typeof setTimeout>) => {
      this.#expired.delete(timer);
      this.#clearTimeout(timer);
    },
  };
  readonly #setTimeout = globalThis.setTimeout;
  readonly #clearTimeout = globalThis.clearTimeout;
  /** Timers that have run out but that their tab hasn't processed yet. */
  readonly #expired = new Set<ReturnType<typeof setTimeout>>();

  open(options: SseClientOptions = {}): Tab {
    const tab = new Tab(this, options);
    this.tabs.push(tab);
    tab.run(() => {
      tab.connection.connect();
    });
    return tab;
  }

  /** The open attempts of tabs that haven't crashed. */
  get live(): Attempt[] {
    return this.attempts.filter(({ request, tab }) => !request.signal.aborted && !tab.isCrashed);
  }

  get leader(): Tab | undefined {
    return this.live.at(-1)?.tab;
  }

  /** Runs everything that can happen until nothing is left. */
  async settle(pick: (count: number) => number = () => 0): Promise<void> {
    for (let steps = 0; ; steps++) {
      if (steps > 20_000) throw new Error('it never settles');
      // Lets promises of locks and attempts settle.
      for (let i = 0; i < 20; i++) await Promise.resolve();
      const queues = this.tabs
        .filter(({ isBlocked, isCrashed }) => !isBlocked && !isCrashed)
        .flatMap((tab) =>
          [...tab.queues.values()].filter((queue) => queue.length > 0).map((queue) => ({ tab, queue })),
        );
      if (queues.length === 0) return;
      const next = queues[pick(queues.length)];
      const task = next?.queue.shift();
      if (!next || !task) continue;
      const before = this.running;
      this.running = next.tab;
      task();
      // Promises that it settles continue in the same tab, so timers set there end with the tab.
      for (let i = 0; i < 20; i++) await Promise.resolve();
      this.running = before;
    }
  }

  crash(tab: Tab): void {
    tab.isCrashed = true;
    for (const channel of this.channels) if (channel.tab === tab) this.channels.delete(channel);
    for (const grant of [...this.waiting])
      if (grant.tab === tab) this.waiting.splice(this.waiting.indexOf(grant), 1);
    if (this.held?.tab === tab) this.release(this.held);
  }

  release(grant: Grant): void {
    if (this.held !== grant) return;
    this.held = undefined;
    this.#advance();
  }

  /** Each tab has its own locks. */
  #navigator(): { readonly locks: object } {
    const current = () => this.current;
    const request = this.#request.bind(this);
    return {
      get locks() {
        const tab = current();
        return {
          request: (_: string, { signal, steal }: LockOptions, callback: () => unknown) =>
            request(tab, signal, steal, callback),
        };
      },
    };
  }

  get current(): Tab {
    if (!this.running) throw new Error('no tab runs');
    return this.running;
  }

  #request(
    tab: Tab,
    signal: AbortSignal | undefined,
    steal: boolean | undefined,
    callback: () => unknown,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (tab.isCrashed) return;
      const grant: Grant = {
        tab,
        reject: (reason) => {
          tab.post('locks', () => {
            reject(reason);
          });
        },
        run: () => {
          const result = callback();
          void Promise.resolve(result).then((value) => {
            this.release(grant);
            resolve(value);
          });
        },
      };
      signal?.addEventListener('abort', () => {
        const at = this.waiting.indexOf(grant);
        if (at < 0) return;
        this.waiting.splice(at, 1);
        reject(new DOMException('withdrawn', 'AbortError'));
      });
      if (steal) {
        this.held?.reject(new DOMException('stolen', 'AbortError'));
        this.held = undefined;
        this.waiting.unshift(grant);
      } else this.waiting.push(grant);
      this.#advance();
    });
  }

  #advance(): void {
    if (this.held) return;
    const next = (this.held = this.waiting.shift());
    next?.tab.post('locks', next.run);
  }
}

/** One attempt at the stream. The test answers it. */
export interface Attempt {
  readonly tab: Tab;
  readonly request: TransportRequest;
  readonly sink: TransportSink;
  readonly listened: string[];
}

export class Tab {
  readonly connection: Connection;
  readonly data: string[] = [];
  readonly log: string[] = [];
  readonly errors: SseError[] = [];
  readonly opens: OpenInfo[] = [];
  readonly states: SseState[] = [];
  readonly notes: string[] = [];
  readonly queues = new Map<unknown, Task[]>();
  isBlocked = false;
  isCrashed = false;
  onMessage: ((data: string) => void) | undefined;
  /** An asynchronous schema keeps its events from being delivered. */
  isSlow = false;
  #held: { readonly data: string; readonly release: () => void }[] = [];
  readonly #world: World;

  constructor(world: World, { share = sharedConnection('test'), ...options }: SseClientOptions) {
    this.#world = world;
    const transport = (request: TransportRequest, sink: TransportSink) => {
      const listened: string[] = [];
      world.attempts.push({ tab: this, request, sink, listened });
      return { listen: (type: string) => listened.push(type) };
    };
    const before = world.running;
    world.running = this;
    this.connection = share(
      connectionOptions('https://example.test/sse?token=secret', {
        transport,
        retry: { jitter: false },
        ...options,
      }),
      {
        state: (now) => {
          this.states.push(now);
          this.log.push(now.status);
        },
        open: (info) => {
          this.opens.push(info);
          this.log.push('opened');
        },
        message: ({ data }) => {
          if (this.isSlow) this.#held.push({ data, release: this.connection.hold() });
          else this.#deliver(data);
        },
        error: (error) => {
          this.errors.push(error);
          this.log.push(`error ${error.code}`);
        },
        debug: (line) => this.notes.push(line),
      },
    );
    world.running = before;
  }

  #deliver(data: string): void {
    this.data.push(data);
    this.log.push(data);
    this.onMessage?.(data);
  }

  /** The schema accepts all waiting events and is fast from now on. */
  deliverHeld(): void {
    this.isSlow = false;
    for (const { data, release } of this.#held.splice(0)) {
      release();
      this.#deliver(data);
    }
  }

  /** Does what `SseClient.close()` does: events that wait for a schema are dropped. */
  close(): void {
    this.#held = [];
    this.connection.close();
  }

  /** Queues a task for this tab. Tasks of one source run in order. */
  post(source: unknown, task: Task): void {
    const queue = this.queues.get(source) ?? [];
    this.queues.set(source, queue);
    queue.push(task);
  }

  /** Runs as this tab's code. */
  run(task: Task): void {
    const before = this.#world.running;
    this.#world.running = this;
    try {
      task();
    } finally {
      this.#world.running = before;
    }
  }
}

interface FakeChannel {
  readonly tab: Tab;
  readonly name: string;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

function fakeChannels(world: World): new (name: string) => FakeChannel {
  return class implements FakeChannel {
    readonly tab: Tab;
    readonly name: string;
    onmessage: FakeChannel['onmessage'] = null;

    constructor(name: string) {
      this.tab = world.current;
      this.name = name;
      world.channels.add(this);
    }

    postMessage(message: unknown): void {
      if (this.tab.isCrashed) return;
      if (!world.channels.has(this)) throw new DOMException('closed', 'InvalidStateError');
      for (const other of world.channels) {
        if (other === this || other.name !== this.name) continue;
        const data: unknown = structuredClone(message);
        other.tab.post('channel', () => {
          if (world.channels.has(other)) other.onmessage?.({ data });
        });
      }
    }

    close(): void {
      world.channels.delete(this);
    }
  };
}
