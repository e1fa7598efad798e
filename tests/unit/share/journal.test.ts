import { expect, test } from 'vitest';
import { Journal } from '../../../src/share/journal.ts';

const event = (sequence: number, lastEventId = String(sequence), data = 'a') =>
  ({ kind: 'event', sequence, type: 'message', data, lastEventId, origin: '' }) as const;

function journal(from: number, to: number): Journal {
  const made = new Journal();
  made.meet(from - 1, from);
  for (let n = from; n <= to; n++) made.accept(event(n));
  return made;
}

test('an event is new once, and only as the next one', () => {
  const own = journal(5, 6);
  expect([4, 6, 8].map((n) => own.accept(event(n)))).toEqual([false, false, false]);
  expect(own.accept(event(7))).toBe(true);
  expect(own.accept(event(7))).toBe(false);
});

test('a tab that has heard of nobody takes no event', () => {
  expect(new Journal().accept(event(1))).toBe(false);
});

test('who is behind asks, and who is too far behind has missed it', () => {
  const own = journal(1, 3);
  expect(own.meet(5, 4)).toBe('behind');
  expect(own.sequence).toBe(3);
  expect(own.meet(9, 6)).toBe('missed');
  expect(own.accept(event(10))).toBe(true);
});

test('who is ahead drops what it has, and delivers what follows', () => {
  const own = journal(1, 5);
  expect(own.meet(3, 1)).toBe('ahead');
  expect([4, 5, 6].map((n) => own.accept(event(n)))).toEqual([false, false, true]);
});

test('who is ahead of a server that does not resume delivers from the first difference on', () => {
  const own = journal(1, 5);
  own.meet(3, 1);
  expect([own.accept(event(4, 'x')), own.accept(event(5))]).toEqual([true, true]);
});

test('events without an id are never taken for known', () => {
  const own = new Journal();
  own.meet(0, 1);
  own.accept(event(1, ''));
  own.meet(0, 1);
  expect(own.accept(event(1, ''))).toBe(true);
});

test('who is ahead by more than it remembers cannot compare, and goes on from where the leader is', () => {
  const own = journal(1, 3000);
  expect(own.meet(1990, 1)).toBe('missed');
  expect(own.accept(event(1991))).toBe(true);
});

test('who comes to lead while it is ahead goes on from where it stands', () => {
  const own = journal(1, 5);
  own.meet(3, 1);
  own.lead();
  expect([own.sequence, own.since(3).length]).toEqual([5, 2]);
});

/** The journal of a page, and of the page after it is reloaded. */
function reloaded(before: Journal, id: string, forged?: string, number = before.sequence) {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  const stored = (of: Journal) => {
    const { storage: made } = of.storedIn({ storage: () => storage, key: 'key' }, 'name', () => ({
      id,
      number,
    }));
    if (typeof made !== 'function') throw new Error('not lazy');
    return made();
  };
  stored(before).setItem('key', id);
  if (forged !== undefined) kept.set('key name', forged);
  const after = new Journal();
  expect(stored(after).getItem('key')).toBe(id);
  return after;
}

test('a page that is reloaded stands where it stood, and asks for what came meanwhile', () => {
  const after = reloaded(journal(1, 5), '5');
  expect(after.sequence).toBe(5);
  expect(after.meet(7, 3)).toBe('behind');
  expect([6, 7].map((n) => after.accept(event(n)))).toEqual([true, true]);
});

test('a page that is reloaded before all was handed on stands at the id that is stored', () => {
  expect(reloaded(journal(1, 5), '3', undefined, 3).sequence).toBe(3);
});

test('a page that is reloaded and ahead drops what it had before', () => {
  const after = reloaded(journal(1, 5), '5');
  expect(after.meet(3, 1)).toBe('ahead');
  expect([4, 5, 6].map((n) => after.accept(event(n)))).toEqual([false, false, true]);
});

test('a page that is reloaded, ahead, and comes to lead goes on from where it stood', () => {
  const after = reloaded(journal(1, 5), '5');
  after.meet(3, 1);
  after.lead();
  expect([after.sequence, after.oldest, after.since(0)]).toEqual([5, 6, []]);
});

test('a page that is reloaded and too far ahead or behind has missed events', () => {
  expect(reloaded(journal(1, 1500), '1500').meet(400, 1)).toBe('missed');
  expect(reloaded(journal(1, 5), '5').meet(900, 500)).toBe('missed');
});

test.for(['', 'NaN', '-1', '1.5', '1e300', String(2 ** 53), '__proto__'])(
  'a stored number that none can be is left: %s',
  (forged) => {
    expect(reloaded(journal(1, 5), '5', forged).sequence).toBeUndefined();
  },
);

test('without an id there is no place to go back to', () => {
  expect(reloaded(journal(1, 5), '').sequence).toBeUndefined();
});

test('what is kept is bounded by events and by characters', () => {
  const many = journal(1, 5000);
  expect([many.oldest, many.since(0).length]).toEqual([4001, 1000]);
  // Names and IDs count too.
  for (let n = 5001; n < 5005; n++) many.accept(event(n, '', 'x'.repeat(2 ** 19 - 20)));
  expect(many.since(0).length).toBe(2);
});

test('two streams that nobody has seen have numbers too far apart to be compared', () => {
  const streams = Array.from({ length: 10 }, () => {
    const own = new Journal();
    own.lead();
    return own.sequence ?? NaN;
  }).sort((a, b) => a - b);
  streams.forEach((number, i) => {
    expect(number - (streams[i - 1] ?? 0)).toBeGreaterThan(1e6);
  });
});

test('a tab that goes back is sent again what came after that number, whatever the ids were', () => {
  const own = journal(1, 3);
  own.accept(event(4, '3'));
  own.accept(event(5, ''));
  own.rewind(3);
  expect([own.sequence, own.since(0).length]).toEqual([3, 3]);
  expect(own.meet(5, 1)).toBe('behind');
  expect([4, 5].map((n) => own.accept(event(n, '')))).toEqual([true, true]);
});

test('a tab that goes back past all that is kept has missed what the leader no longer keeps', () => {
  const own = journal(1, 1500);
  own.rewind(3);
  expect(own.sequence).toBe(3);
  expect(own.meet(1500, 501)).toBe('missed');
});

test('a tab that is ahead, and goes back to its own place, keeps what it has', () => {
  const own = journal(1, 5);
  own.meet(3, 1);
  own.rewind(5);
  expect(own.meet(3, 1)).toBe('ahead');
  expect([4, 5, 6].map((n) => own.accept(event(n)))).toEqual([false, false, true]);
});
