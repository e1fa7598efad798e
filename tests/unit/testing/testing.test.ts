// @vitest-environment jsdom
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { MockEventSource } from 'ssekit/testing';

beforeEach(() => {
  MockEventSource.reset();
});

/** A source, and a log of everything it dispatches. */
function setup(...types: string[]) {
  const source = new MockEventSource('https://example.test/sse');
  const seen: string[] = [];
  for (const type of ['open', 'error', 'message', ...types]) {
    source.addEventListener(type, (event) => {
      seen.push(event instanceof MessageEvent ? `${type}:${String(event.data)}` : type);
    });
  }
  return { source, seen };
}

describe('MockEventSource', () => {
  test('has the constants of EventSource, on the class and on each instance', () => {
    const source = new MockEventSource('/sse');
    for (const holder of [MockEventSource, source]) {
      expect([holder.CONNECTING, holder.OPEN, holder.CLOSED]).toEqual([0, 1, 2]);
    }
    expect(source).toBeInstanceOf(EventTarget);
  });

  test('begins as CONNECTING, without credentials', () => {
    const source = new MockEventSource(new URL('https://example.test/sse'));
    expect([source.url, source.readyState, source.withCredentials]).toEqual([
      'https://example.test/sse',
      0,
      false,
    ]);
    expect(new MockEventSource('/sse', { withCredentials: true }).withCredentials).toBe(true);
  });

  test('says at each step what EventSource says', () => {
    const { source, seen } = setup();
    const states: number[] = [];
    const step = (drive: () => void) => {
      drive();
      states.push(source.readyState);
    };
    step(() => {
      source.open();
    });
    step(() => {
      source.drop();
    });
    step(() => {
      source.open();
    });
    step(() => {
      source.fail();
    });
    expect(states).toEqual([1, 0, 1, 2]);
    expect(seen).toEqual(['open', 'error', 'open', 'error']);
  });

  test('has the new readyState in place when a listener hears of it', () => {
    const source = new MockEventSource('/sse');
    const states: number[] = [];
    const look = () => {
      states.push(source.readyState);
    };
    source.addEventListener('open', look);
    source.addEventListener('error', look);
    source.open();
    source.drop();
    source.fail();
    expect(states).toEqual([1, 0, 2]);
  });

  test('is silent once it is closed', () => {
    const { source, seen } = setup();
    source.open();
    source.close();
    source.open();
    source.emit('message', '1');
    source.drop();
    source.fail();
    expect(seen).toEqual(['open']);
    expect(source.readyState).toBe(2);
  });

  test('dispatches events as MessageEvent with data, origin and the last id', () => {
    const source = new MockEventSource('https://example.test/sse');
    const seen: unknown[] = [];
    source.addEventListener('tick', (event) => {
      if (event instanceof MessageEvent) seen.push([event.data, event.lastEventId, event.origin]);
    });
    source.emit('tick', 'a', { id: '1' });
    source.emit('tick', 'b');
    source.emit('tick', 'c', { id: '' });
    expect(seen).toEqual([
      ['a', '1', 'https://example.test'],
      ['b', '1', 'https://example.test'],
      ['c', '', 'https://example.test'],
    ]);
  });

  test('tells an event named error from the error of the connection by its data', () => {
    const { source, seen } = setup();
    source.emit('error', 'disk full');
    source.drop();
    expect(seen).toEqual(['open', 'error:disk full', 'error']);
  });

  test('calls onopen, onmessage and onerror', () => {
    const source = new MockEventSource('/sse');
    const called: string[] = [];
    source.onopen = ({ type }) => called.push(type);
    source.onerror = ({ type }) => called.push(type);
    source.onmessage = ({ data }) => called.push(String(data));
    source.open();
    source.emit('message', '42');
    source.emit('tick', '43');
    source.drop();
    expect(called).toEqual(['open', '42', 'error']);
  });
});

describe('as EventSource does, it', () => {
  test('resolves its URL against the page', () => {
    expect(new MockEventSource('/sse?a=1').url).toBe('http://localhost:3000/sse?a=1');
  });

  test('never has an event before it is open: emit() opens first, also after a loss', () => {
    const { source, seen } = setup();
    source.emit('message', '1');
    source.drop();
    source.emit('message', '2');
    expect(seen).toEqual(['open', 'message:1', 'error', 'open', 'message:2']);
    expect(source.readyState).toBe(1);
  });

  test('delivers nothing to those who close it as it opens', () => {
    const { source, seen } = setup();
    source.onopen = () => {
      source.close();
    };
    source.emit('message', '1');
    expect(seen).toEqual(['open']);
  });

  test('keeps a handler that throws from whoever drives it, and from the listeners after it', () => {
    const { source, seen } = setup();
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    source.onmessage = () => {
      throw new Error('mine');
    };
    expect(() => {
      source.emit('message', '1');
    }).not.toThrow();
    expect(seen).toEqual(['open', 'message:1']);
    vi.restoreAllMocks();
  });
});

describe('its instances', () => {
  test('are kept in order until reset', () => {
    const first = new MockEventSource('/1');
    const second = new MockEventSource('/2');
    expect(MockEventSource.instances).toEqual([first, second]);
    expect(MockEventSource.last).toBe(second);
    MockEventSource.reset();
    expect(MockEventSource.instances).toEqual([]);
  });

  test('can be awaited: all who wait get the next one', async () => {
    new MockEventSource('/1');
    const waiting = [MockEventSource.next(), MockEventSource.next()];
    const second = new MockEventSource('/2');
    new MockEventSource('/3');
    for (const source of await Promise.all(waiting)) expect(source).toBe(second);
  });

  test('before the first one, last is an error that says what to do', () => {
    expect(() => MockEventSource.last).toThrow('await MockEventSource.next() first');
  });

  test('can be driven through vi.waitFor, too', async () => {
    setTimeout(() => new MockEventSource('/1'));
    expect((await vi.waitFor(() => MockEventSource.last)).url).toBe('http://localhost:3000/1');
  });
});
