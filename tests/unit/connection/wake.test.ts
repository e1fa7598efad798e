// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { watchForDeath } from '../../../src/connection/wake.ts';
import { stopClock } from '../setup.ts';

/** R12: what makes an open stream doubtful, and what doesn't. */

stopClock();

let visibility: DocumentVisibilityState;
/** Listeners on the page, as `type`. */
let listening: Map<unknown, string>;

function record(target: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>): void {
  const add = target.addEventListener.bind(target);
  const remove = target.removeEventListener.bind(target);
  vi.spyOn(target, 'addEventListener').mockImplementation((type, listener) => {
    listening.set(listener, type);
    add(type, listener);
  });
  vi.spyOn(target, 'removeEventListener').mockImplementation((type, listener) => {
    listening.delete(listener);
    remove(type, listener);
  });
}

beforeEach(() => {
  visibility = 'visible';
  listening = new Map();
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility);
  record(window);
  record(document);
});
afterEach(() => {
  for (const controller of controllers.splice(0)) controller.abort();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const controllers: AbortController[] = [];

/** Watches an open stream, with the time after which it was declared dead. */
function watch(idleTimeout?: number, watchIn = watchForDeath) {
  const controller = new AbortController();
  controllers.push(controller);
  const dead = vi.fn();
  const received = watchIn(controller.signal, idleTimeout, dead);
  return { dead, received, controller };
}

const show = (state: DocumentVisibilityState) => {
  visibility = state;
  document.dispatchEvent(new Event('visibilitychange'));
};
const thaw = () => document.dispatchEvent(new Event('resume'));
const restore = (persisted: boolean) =>
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted }));
const online = () => window.dispatchEvent(new Event('online'));

/** The wall clock moves ahead of the monotonic one, as during sleep. */
const sleep = (ms: number) => vi.setSystemTime(Date.now() + ms);

/** Both clocks move on, but no timer fires. */
function hold(ms: number): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
  sleep(ms);
}

const TICK = 1000;
const GRACE = 2000;

/** What makes a stream doubtful, and how long the watch takes to notice it. */
const evidence: [string, number, () => void][] = [
  ['a freeze', 0, thaw],
  [
    'a freeze of a hidden page',
    0,
    () => {
      show('hidden');
      thaw();
    },
  ],
  ['a return from the back/forward cache', 0, () => restore(true)],
  ['a sleep of 31 s', TICK, () => sleep(31_000)],
  [
    'a sleep, when the page is shown before the next look at the clocks',
    0,
    () => {
      sleep(31_000);
      show('visible');
    },
  ],
  [
    'a sleep, when the network comes back before the next look at the clocks',
    0,
    () => {
      sleep(31_000);
      online();
    },
  ],
];

describe.each(evidence)('after %s', (_, delay, happen) => {
  test('a stream without a byte for 2 s is dead, and not before that', () => {
    const { dead } = watch();
    happen();
    vi.advanceTimersByTime(delay + GRACE - 1);
    expect(dead).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(dead).toHaveBeenCalledOnce();
  });

  test('a byte within 2 s proves it alive, until the next time', () => {
    const { dead, received } = watch();
    happen();
    vi.advanceTimersByTime(delay + GRACE - 1);
    received();
    vi.advanceTimersByTime(600_000);
    expect(dead).not.toHaveBeenCalled();
    happen();
    vi.advanceTimersByTime(delay + GRACE);
    expect(dead).toHaveBeenCalledOnce();
  });

  test('a stream that ended meanwhile is never declared dead, and nothing is left', () => {
    const { dead, controller } = watch(60_000);
    happen();
    vi.advanceTimersByTime(delay);
    controller.abort();
    expect(vi.getTimerCount()).toBe(0);
    expect([...listening.values()]).toEqual([]);
    happen();
    vi.advanceTimersByTime(600_000);
    expect(dead).not.toHaveBeenCalled();
  });
});

test('more evidence during the 2 s does not prolong them', () => {
  const { dead } = watch();
  thaw();
  vi.advanceTimersByTime(1500);
  restore(true);
  vi.advanceTimersByTime(500);
  expect(dead).toHaveBeenCalledOnce();
});

describe('with idleTimeout', () => {
  const shown: [string, () => void][] = [
    [
      'the page is shown',
      () => {
        show('visible');
      },
    ],
    ['the network is back', online],
    [
      'the network is back while the page is hidden',
      () => {
        show('hidden');
        online();
      },
    ],
  ];

  test.for(shown)('a stream that was silent for longer is doubted when %s', ([, happen]) => {
    const { dead, received } = watch(10_000);
    vi.advanceTimersByTime(5000);
    received();
    vi.advanceTimersByTime(10_001);
    happen();
    vi.advanceTimersByTime(GRACE);
    expect(dead).toHaveBeenCalledOnce();
  });

  test.for(shown)('a stream whose last byte is younger is not, when %s', ([, happen]) => {
    const { dead, received } = watch(10_000);
    vi.advanceTimersByTime(5000);
    received();
    vi.advanceTimersByTime(10_000);
    happen();
    vi.advanceTimersByTime(600_000);
    expect(dead).not.toHaveBeenCalled();
  });

  test.for(shown)('a stream without the option is not, when %s', ([, happen]) => {
    const { dead } = watch();
    vi.advanceTimersByTime(3_600_000);
    happen();
    vi.advanceTimersByTime(600_000);
    expect(dead).not.toHaveBeenCalled();
  });

  test('a page that is hidden is no reason', () => {
    const { dead } = watch(10_000);
    vi.advanceTimersByTime(60_000);
    show('hidden');
    vi.advanceTimersByTime(600_000);
    expect(dead).not.toHaveBeenCalled();
  });
});

describe('no evidence is', () => {
  test.for<[string, () => void]>([
    ['a page that is loaded', () => restore(false)],
    ['a wall clock 30 s ahead', () => sleep(30_000)],
    ['a wall clock that is set back', () => sleep(-3_600_000)],
    [
      'a hidden page',
      () => {
        show('hidden');
      },
    ],
    [
      'a timer that fires 59 s late in a page',
      () => {
        hold(59_000);
      },
    ],
  ])('%s', ([, happen]) => {
    const { dead } = watch();
    happen();
    vi.advanceTimersByTime(600_000);
    expect(dead).not.toHaveBeenCalled();
  });

  test('a clock that is corrected in small steps', () => {
    const { dead } = watch();
    for (let step = 0; step < 10; step++) {
      sleep(20_000);
      vi.advanceTimersByTime(TICK);
    }
    vi.advanceTimersByTime(600_000);
    expect(dead).not.toHaveBeenCalled();
  });
});

describe('in a dedicated worker', () => {
  async function watchInWorker() {
    vi.stubGlobal('DedicatedWorkerGlobalScope', Object);
    vi.stubGlobal('document', undefined);
    vi.resetModules();
    const { watchForDeath } = await import('../../../src/connection/wake.ts');
    return watch(undefined, watchForDeath);
  }

  test('a timer that fires more than 5 s late is evidence', async () => {
    const { dead } = await watchInWorker();
    hold(5001);
    vi.advanceTimersByTime(TICK + GRACE);
    expect(dead).toHaveBeenCalledOnce();
  });

  test('a timer that is a little late is none', async () => {
    const { dead } = await watchInWorker();
    hold(4900);
    vi.advanceTimersByTime(600_000);
    expect(dead).not.toHaveBeenCalled();
  });

  test('a sleep is evidence', async () => {
    const { dead } = await watchInWorker();
    sleep(31_000);
    vi.advanceTimersByTime(TICK + GRACE);
    expect(dead).toHaveBeenCalledOnce();
  });
});

test('where there is neither a page nor a worker, no timer runs', () => {
  vi.stubGlobal('document', undefined);
  Reflect.deleteProperty(globalThis, 'document');
  watch(10_000);
  expect(vi.getTimerCount()).toBe(0);
});
