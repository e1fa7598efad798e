import { describe, expect, test, vi } from 'vitest';
import { CHECKED } from '../../src/checked.ts';
import { Listeners } from '../../src/listeners.ts';
import { recordErrors, reportError } from './setup.ts';

const due = { count: 0 };

recordErrors();

/** A list, and a log of each call and its arguments. */
function setup(counted = due) {
  const listeners = new Listeners<number>(counted);
  const calls: string[] = [];
  const named = (name: string) => (value: number) => {
    calls.push(`${name}${value}`);
  };
  return { listeners, calls, named };
}

describe('delivery', () => {
  test('calls all, in the order they were added', () => {
    const { listeners, calls, named } = setup();
    for (const name of ['a', 'b', 'c']) listeners.add(named(name));
    listeners.emit(1);
    listeners.emit(2);
    expect(calls).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2']);
  });

  test('reaches a listener that was added twice twice', () => {
    const { listeners, calls, named } = setup();
    const a = named('a');
    listeners.add(a);
    listeners.add(a);
    listeners.emit(1);
    expect(calls).toEqual(['a1', 'a1']);
  });

  test('goes on after a listener that throws, and reports what it threw', () => {
    const { listeners, calls, named } = setup();
    const error = new Error('a bug');
    listeners.add(() => {
      throw error;
    });
    listeners.add(named('b'));
    listeners.emit(1);
    listeners.emit(2);
    expect(calls).toEqual(['b1', 'b2']);
    expect(reportError.mock.calls).toEqual([[error], [error]]);
  });

  test('ends as soon as the value is superseded, also when the listener that did it throws', () => {
    const changes = { count: 0 };
    const { listeners, calls, named } = setup(changes);
    listeners.add(named('a'));
    listeners.add(() => {
      changes.count++;
      throw new Error('a bug');
    });
    listeners.add(named('c'));
    listeners.emit(1);
    expect(calls).toEqual(['a1']);
    expect(reportError).toHaveBeenCalledOnce();
  });
});

describe('a change during delivery', () => {
  test('an added listener waits for the next value', () => {
    const { listeners, calls, named } = setup();
    listeners.add(
      () => {
        listeners.add(named('late'));
      },
      { once: true },
    );
    listeners.add(named('b'));
    listeners.emit(1);
    expect(calls).toEqual(['b1']);
    listeners.emit(2);
    expect(calls).toEqual(['b1', 'b2', 'late2']);
  });

  test('a removed listener is not called any more', () => {
    const { listeners, calls, named } = setup();
    listeners.add(() => {
      remove();
    });
    const remove = listeners.add(named('b'));
    listeners.add(named('c'));
    listeners.emit(1);
    expect(calls).toEqual(['c1']);
  });

  test('a listener that removes itself does not make another miss the value', () => {
    const { listeners, calls, named } = setup();
    const remove = listeners.add((value) => {
      calls.push(`self${value}`);
      remove();
    });
    listeners.add(named('b'));
    listeners.emit(1);
    listeners.emit(2);
    expect(calls).toEqual(['self1', 'b1', 'b2']);
  });
});

test.runIf(CHECKED).for([undefined, null, 'log', {}])('%j is no listener: a TypeError', (listener) => {
  const { listeners } = setup();
  expect(() => listeners.add(listener as never)).toThrow('The listener must be a function.');
  expect(listeners.size).toBe(0);
});

describe('removal', () => {
  test('a returned function ends one subscription, and only the first time', () => {
    const { listeners, calls, named } = setup();
    const a = named('a');
    const remove = listeners.add(a);
    listeners.add(a);
    remove();
    remove();
    expect(listeners.size).toBe(1);
    listeners.emit(1);
    expect(calls).toEqual(['a1']);
  });

  test('delete ends every subscription of a listener, and none of another', () => {
    const { listeners, calls, named } = setup();
    const a = named('a');
    listeners.add(a);
    listeners.add(named('b'));
    listeners.add(a, { once: true });
    listeners.delete(a);
    listeners.emit(1);
    expect(calls).toEqual(['b1']);
    listeners.delete(a);
    expect(listeners.size).toBe(1);
  });
});

describe('the end of the last subscription', () => {
  const ends: [string, (listeners: Listeners<number>) => void][] = [
    [
      'its function',
      (listeners) => {
        const remove = listeners.add(() => undefined);
        remove();
        remove();
      },
    ],
    [
      'delete()',
      (listeners) => {
        const listener = () => undefined;
        listeners.add(listener);
        listeners.add(listener);
        listeners.delete(listener);
        listeners.delete(listener);
      },
    ],
    [
      'once',
      (listeners) => {
        listeners.add(() => undefined, { once: true });
        listeners.emit(1);
        listeners.emit(2);
      },
    ],
    [
      'a signal',
      (listeners) => {
        const controller = new AbortController();
        const remove = listeners.add(() => undefined, controller);
        controller.abort();
        remove();
      },
    ],
  ];

  test.for(ends)('is reported once: by %s', ([, end]) => {
    const onEmpty = vi.fn();
    const listeners = new Listeners<number>(due, onEmpty);
    const remove = listeners.add(() => undefined);
    end(listeners);
    expect(onEmpty).not.toHaveBeenCalled();
    remove();
    expect(onEmpty).toHaveBeenCalledTimes(1);
    end(listeners);
    expect(onEmpty).toHaveBeenCalledTimes(2);
  });

  test('is not reported where there was none', () => {
    const onEmpty = vi.fn();
    const listeners = new Listeners<number>(due, onEmpty);
    listeners.add(() => undefined, { signal: AbortSignal.abort() })();
    expect(onEmpty).not.toHaveBeenCalled();
  });
});

describe('once', () => {
  test('ends after one call', () => {
    const { listeners, calls, named } = setup();
    listeners.add(named('a'), { once: true });
    listeners.emit(1);
    listeners.emit(2);
    expect(calls).toEqual(['a1']);
    expect(listeners.size).toBe(0);
  });

  test('holds for a value that arrives while the listener runs', () => {
    const { listeners, calls } = setup();
    listeners.add(
      (value) => {
        calls.push(`a${value}`);
        if (value < 3) listeners.emit(value + 1);
      },
      { once: true },
    );
    listeners.emit(1);
    expect(calls).toEqual(['a1']);
  });
});

describe('a signal', () => {
  test('ends the subscription when it aborts', () => {
    const { listeners, calls, named } = setup();
    const abort = new AbortController();
    listeners.add(named('a'), { signal: abort.signal });
    listeners.emit(1);
    abort.abort();
    listeners.emit(2);
    expect(calls).toEqual(['a1']);
    expect(listeners.size).toBe(0);
  });

  test('that has aborted already lets nothing in', () => {
    const { listeners, calls, named } = setup();
    const remove = listeners.add(named('a'), { signal: AbortSignal.abort() });
    listeners.emit(1);
    expect(calls).toEqual([]);
    expect(remove).not.toThrow();
  });

  test.for([
    [
      'is removed',
      (listeners: Listeners<number>, signal: AbortSignal) => {
        listeners.add(() => undefined, { signal })();
      },
    ],
    [
      'was called once',
      (listeners: Listeners<number>, signal: AbortSignal) => {
        listeners.add(() => undefined, { signal, once: true });
        listeners.emit(1);
      },
    ],
  ] as const)('is left without a listener when the subscription %s', ([, end]) => {
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    end(new Listeners<number>(due), signal);
    expect(added).toHaveBeenCalledOnce();
    expect(removed.mock.calls).toEqual([['abort', added.mock.calls[0]?.[1]]]);
  });
});
