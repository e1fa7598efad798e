/** Random histories of tabs that share a connection, and the server they talk to. */
import fc from 'fast-check';
import { expect, vi } from 'vitest';
import type { IdStorage } from '../../../src/connection/last-event-id.ts';
import { Tab, World, type Attempt } from '../../tabs.ts';

type Step =
  | {
      readonly kind: 'open' | 'leave' | 'crash' | 'reload' | 'block' | 'wake' | 'reconnect' | 'slow' | 'fast';
      readonly who: number;
    }
  | { readonly kind: 'send'; readonly count: number }
  | { readonly kind: 'settle' }
  | { readonly kind: 'pass'; readonly ms: number }
  /** Sets the clock forward or back by this many ms. */
  | { readonly kind: 'jump'; readonly ms: number }
  | { readonly kind: 'forge'; readonly notice: Forged };

/** A notice from a hostile script. Its numbers are added to those the script has overheard. */
interface Forged {
  readonly generation: number;
  readonly sequence: number;
  readonly oldest: number;
  readonly fields: object;
}

const who = fc.nat(7);
const oneOf = <K extends string>(...kinds: K[]) => fc.record({ kind: fc.constantFrom(...kinds), who });

const usual: fc.WeightedArbitrary<Step>[] = [
  { weight: 2, arbitrary: oneOf('open') },
  { weight: 3, arbitrary: oneOf('leave', 'crash', 'reload', 'reload', 'reconnect') },
  { weight: 3, arbitrary: oneOf('block', 'wake') },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('send'), count: fc.integer({ min: 1, max: 5 }) }),
  },
  { weight: 12, arbitrary: fc.constant({ kind: 'settle' }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.constantFrom(100, 3000, 4000) }) },
];

const HOUR = 3_600_000;

/** Sets the clock forward or back by up to three days. */
export const jumps: fc.WeightedArbitrary<Step> = {
  weight: 3,
  arbitrary: fc.record({
    kind: fc.constant('jump'),
    ms: fc.integer({ min: -72, max: 72 }).map((hours) => hours * HOUR),
  }),
};

/** Asynchronous schemas that are slow for a while. */
export const slowSchemas: fc.WeightedArbitrary<Step> = { weight: 6, arbitrary: oneOf('slow', 'fast') };

const some = fc.oneof(
  fc.integer({ min: -6, max: 6 }),
  fc.constantFrom(0, 0, 1, 1.5, -1000, 1000, 1e6, -Infinity, 2 ** 51, 2 ** 52, 2 ** 53 - 1),
);
const junk = fc.record({
  types: fc.array(fc.string(), { maxLength: 3 }),
  all: fc.boolean(),
  lastEventId: fc.constantFrom('', '1', 'forged'),
});
const state = fc.record({
  status: fc.constantFrom('connecting', 'open', 'reconnecting'),
  failures: fc.nat(5),
  retryAt: fc.constantFrom(undefined, 0, 1e15),
  transport: fc.constantFrom(undefined, 'forged'),
});
const fields = fc.oneof(
  fc.record({ kind: fc.constant('claim'), knows: fc.boolean() }),
  fc.record({ kind: fc.constant('push'), force: fc.boolean() }),
  junk.map((more) => ({ kind: 'question', ...more })),
  junk.map((more) => ({ kind: 'event', type: 'message', data: 'forged', origin: '', ...more })),
  fc
    .tuple(junk, state)
    .map(([more, now]) => ({ kind: 'snapshot', url: '', state: now, failed: false, ...more })),
);

/**
 * Any script on this origin can post anything. Tabs only believe a leader's final state at once.
 */
export const forgeries: fc.WeightedArbitrary<Step> = {
  weight: 12,
  arbitrary: fc.record({
    kind: fc.constant('forge'),
    notice: fc.record({
      generation: fc.constantFrom(0, 0, 0, -Infinity, -1, 0.5, 1, 1000, 20 * HOUR, 24 * HOUR - 1, 48 * HOUR),
      sequence: some,
      oldest: some,
      fields,
    }),
  }),
};

/** The session storage of one tab, which outlives its pages. */
function sessionStorage(): IdStorage {
  const kept = new Map<string, string>();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
}

/** A server that numbers its events and sends everything after the last event ID of a request. */
class Server {
  last = 0;
  readonly #sent = new Map<Attempt, number>();
  readonly #world: World;
  readonly #sendsIds: boolean;

  /** @param sendsIds - Whether the server also sends IDs without an event. */
  constructor(world: World, sendsIds: boolean) {
    this.#world = world;
    this.#sendsIds = sendsIds;
  }

  /** Sends new events to every open attempt. */
  push(): void {
    for (const attempt of this.#world.live) {
      const { tab, request, sink } = attempt;
      let from = this.#sent.get(attempt);
      if (from === undefined) {
        // Without an ID, or with an unknown one, a stream starts with the next event.
        const asked = parseInt(request.lastEventId, 10);
        from = asked <= this.last ? asked : this.last;
        tab.post(attempt, () => {
          sink.open({ url: request.url });
        });
      }
      for (let number = from + 1; number <= this.last; number++) {
        const id = String(number);
        tab.post(attempt, () => {
          sink.message({ type: 'message', data: id, raw: id, lastEventId: id, origin: '' });
        });
        if (this.#sendsIds && number % 3 === 0) {
          tab.post(attempt, () => {
            sink.id(`${number}b`);
          });
        }
      }
      this.#sent.set(attempt, this.last);
    }
  }
}

/** A script on this origin that listens to the channel and posts to it. */
class Stranger {
  #generation = 0;
  #sequence = 0;
  readonly #tab: Tab;
  readonly #channel: BroadcastChannel;

  constructor(world: World) {
    const tab = (this.#tab = new Tab(world, {}));
    let channel: BroadcastChannel | undefined;
    tab.run(() => {
      channel = new BroadcastChannel('ssekit:1:test');
    });
    if (!channel) throw new Error('no channel');
    this.#channel = channel;
    channel.onmessage = ({ data }: MessageEvent<{ generation: number; sequence?: number }>) => {
      this.#generation = data.generation;
      this.#sequence = data.sequence ?? this.#sequence;
    };
  }

  post({ generation, sequence, oldest, fields }: Forged): void {
    for (const task of [...this.#tab.queues.values()].flatMap((queue) => queue.splice(0))) task();
    this.#tab.run(() => {
      const near = (by: number) => Math.max(0, Math.abs(by) < 2 ** 40 ? this.#sequence + by : by);
      const now = this.#generation || Date.now();
      this.#channel.postMessage({
        generation: Math.max(0, now + generation),
        sequence: near(sequence),
        oldest: near(oldest),
        ...fields,
      });
    });
  }
}

/** What happened in all histories. */
export interface Totals {
  histories: number;
  takeOvers: number;
  woken: number;
  reloaded: number;
  /** Tabs that reported that they missed events. */
  missed: number;
  lived: number;
  events: number;
  forged: number;
}

/**
 * Runs histories of the usual steps and the given ones. Fails if a tab loses, repeats or reorders
 * events without reporting it.
 */
export async function runHistories(
  runs: number,
  ...more: fc.WeightedArbitrary<Step>[]
): Promise<Readonly<Totals>> {
  const totals: Totals = {
    histories: 0,
    takeOvers: 0,
    woken: 0,
    reloaded: 0,
    missed: 0,
    lived: 0,
    events: 0,
    forged: 0,
  };
  const isForged = more.includes(forgeries);
  const began = Date.now();
  const history = async (steps: Step[], picks: Iterator<number, number>) => {
    vi.unstubAllGlobals();
    vi.setSystemTime(began);
    const world = new World();
    const server = new Server(world, more.includes(slowSchemas));
    for (const [name, value] of Object.entries(world.globals)) vi.stubGlobal(name, value);
    const stranger = isForged ? new Stranger(world) : undefined;
    const closed = new Set<Tab>();
    /** Each tab's storage, and the page before its reload. */
    const storages = new Map<Tab, IdStorage>();
    const before = new Map<Tab, Tab>();
    const open = (storage = sessionStorage()) => {
      const tab = world.open({ storage });
      storages.set(tab, storage);
      return tab;
    };
    /** The tab with all its earlier pages, the latest first. */
    const pagesOf = (tab: Tab | undefined): Tab[] => (tab ? [tab, ...pagesOf(before.get(tab))] : []);
    const close = (tab: Tab) => {
      closed.add(tab);
      tab.run(() => {
        tab.close();
      });
    };
    const present = () => world.tabs.filter((tab) => !tab.isCrashed && !closed.has(tab));
    const settle = () => world.settle((count) => picks.next().value % count);
    const pass = async (ms: number) => {
      await vi.advanceTimersByTimeAsync(ms);
    };
    /** Passes time in small steps, so that no timer is late. */
    const rest = async (seconds: number) => {
      for (let i = 0; i < 2 * seconds; i++) {
        await pass(500);
        await settle();
        server.push();
        await settle();
      }
    };
    const act = async (next: Step) => {
      const tabs = present();
      const tab = 'who' in next ? tabs[next.who % Math.max(tabs.length, 1)] : undefined;
      if (next.kind === 'open') {
        if (tabs.length < 6) open();
      } else if (next.kind === 'send') {
        server.last += next.count;
        server.push();
      } else if (next.kind === 'settle') await settle();
      else if (next.kind === 'pass') await pass(next.ms);
      else if (next.kind === 'jump') vi.setSystemTime(Date.now() + next.ms);
      else if (next.kind === 'forge') {
        stranger?.post(next.notice);
        totals.forged++;
      } else if (!tab) return;
      else if (next.kind === 'crash') world.crash(tab);
      else if (next.kind === 'leave') close(tab);
      else if (next.kind === 'reload') {
        // After a reload, a page keeps a forged position and believes that it has the events up to
        // it.
        if (tab.isBlocked || isForged) return;
        close(tab);
        before.set(open(storages.get(tab)), tab);
        totals.reloaded++;
      } else if (next.kind === 'reconnect') {
        tab.run(() => {
          tab.connection.reconnect();
        });
      } else if (next.kind === 'slow') tab.isSlow = true;
      else if (next.kind === 'fast') {
        tab.run(() => {
          tab.deliverHeld();
        });
      } else {
        tab.isBlocked = next.kind === 'block';
        if (next.kind === 'wake') totals.woken++;
      }
      server.push();
    };

    world.running = open();
    for (const next of steps) await act(next);
    for (const tab of world.tabs) {
      tab.isBlocked = false;
      tab.deliverHeld();
    }
    server.push();
    await settle();
    await rest(isForged ? 10 : 24);
    if (more.includes(jumps)) {
      // This event lets the leader notice that its clock was set. A tab without an ID can't ask for
      // the event again.
      server.last += 1;
      server.push();
      await settle();
      await rest(2);
    }
    server.last += 3;
    server.push();
    await settle();
    if (!isForged) await rest(24);
    vi.clearAllTimers();
    const tabs = present();
    if (tabs.length > 0) expect(world.live).toHaveLength(1);
    totals.histories++;
    totals.takeOvers += world.attempts.length - 1;
    totals.lived += world.tabs.length;
    totals.events += server.last;
    for (const tab of world.tabs) {
      const pages = pagesOf(tab);
      const numbers = pages.toReversed().flatMap(({ data }) => data.map(Number));
      const gaps = numbers.filter((number, i) => i > 0 && number !== (numbers[i - 1] ?? 0) + 1);
      // A tab reports an overflow if the other tabs no longer have the events that it needs. An
      // earlier page may have done so.
      const errors = pages.flatMap((page) => page.errors);
      if (errors.some(({ code }) => code === 'overflow')) totals.missed++;
      else if (!isForged) expect(gaps).toEqual([]);
      if (!tabs.includes(tab)) continue;
      expect(parseInt(tab.connection.lastEventId, 10)).toBe(server.last);
      expect(tab.connection.state.status).toBe('open');
      expect(tab.data.slice(-3)).toEqual([2, 1, 0].map((back) => String(server.last - back)));
    }
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(...usual, ...more), { minLength: 30, maxLength: 80 }),
      fc.infiniteStream(fc.nat()) as fc.Arbitrary<Iterator<number, number>>,
      history,
    ),
    { numRuns: runs, endOnFailure: true },
  );
  return totals;
}
