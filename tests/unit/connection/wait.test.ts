// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { wait } from '../../../src/connection/wait.ts';
import { stopClock } from '../setup.ts';

/** Listeners on the page, as `target type`. */
const listening = new Map<string, unknown>();

function watch(target: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>, name: string): void {
  const add = target.addEventListener.bind(target);
  const remove = target.removeEventListener.bind(target);
  vi.spyOn(target, 'addEventListener').mockImplementation((type, listener) => {
    listening.set(`${name} ${type}`, listener);
    add(type, listener);
  });
  vi.spyOn(target, 'removeEventListener').mockImplementation((type, listener) => {
    if (listening.get(`${name} ${type}`) === listener) listening.delete(`${name} ${type}`);
    remove(type, listener);
  });
}

stopClock();
beforeEach(() => {
  listening.clear();
  watch(window, 'window');
  watch(document, 'document');
});
afterEach(() => {
  vi.restoreAllMocks();
});

function page(state: DocumentVisibilityState): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  document.dispatchEvent(new Event('visibilitychange'));
}

const restored = (persisted: boolean) => Object.assign(new Event('pageshow'), { persisted });

function expectNothingLeft(): void {
  expect(vi.getTimerCount()).toBe(0);
  expect([...listening.keys()]).toEqual([]);
}

describe('waiting', () => {
  test('ends after the time, not before it', () => {
    const done = vi.fn();
    wait(1000, done);
    vi.advanceTimersByTime(999);
    expect(done).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(done).toHaveBeenCalledOnce();
  });

  test('longer than a timer can keep does not end at once', () => {
    const done = vi.fn();
    wait(2 ** 31, done);
    vi.advanceTimersByTime(60_000);
    expect(done).not.toHaveBeenCalled();
  });

  test('listens to the network and to the page', () => {
    wait(1000, () => undefined);
    expect([...listening.keys()].sort()).toEqual([
      'document resume',
      'document visibilitychange',
      'window online',
      'window pageshow',
    ]);
  });
});

describe('waiting ends early', () => {
  test.for([
    ['when the network is back', () => window.dispatchEvent(new Event('online'))],
    [
      'when the page is shown',
      () => {
        page('visible');
      },
    ],
    [
      'when the page returns from the back/forward cache',
      () => {
        window.dispatchEvent(restored(true));
      },
    ],
  ] as const)('%s, once, and leaves nothing behind', ([, hope]) => {
    const done = vi.fn();
    wait(1000, done);
    hope();
    expect(done).toHaveBeenCalledOnce();
    expectNothingLeft();
    hope();
    vi.advanceTimersByTime(5000);
    expect(done).toHaveBeenCalledOnce();
  });

  test.for([
    [
      'the page is hidden',
      () => {
        page('hidden');
      },
    ],
    [
      'the page is shown for the first time',
      () => {
        window.dispatchEvent(restored(false));
      },
    ],
    ['the network is lost', () => window.dispatchEvent(new Event('offline'))],
  ] as const)('not when %s', ([, event]) => {
    const done = vi.fn();
    wait(1000, done);
    event();
    expect(done).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    expect(done).toHaveBeenCalledOnce();
  });
});

test('does not end early within the time that a server asked for, and does after it', () => {
  const done = vi.fn();
  wait(5000, done, 3000);
  vi.advanceTimersByTime(2999);
  window.dispatchEvent(new Event('online'));
  window.dispatchEvent(restored(true));
  page('visible');
  expect(done).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  page('visible');
  expect(done).toHaveBeenCalledOnce();
  expectNothingLeft();
});

test('everything is taken away before done is called', () => {
  let left: unknown;
  wait(1000, () => {
    left = [vi.getTimerCount(), listening.size];
  });
  vi.advanceTimersByTime(1000);
  expect(left).toEqual([0, 0]);
});

test('cancel ends the wait, leaves nothing behind, and may be called again', () => {
  const done = vi.fn();
  const cancel = wait(1000, done);
  cancel();
  cancel();
  expectNothingLeft();
  window.dispatchEvent(new Event('online'));
  vi.advanceTimersByTime(5000);
  expect(done).not.toHaveBeenCalled();
});
