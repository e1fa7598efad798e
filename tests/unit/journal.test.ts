import { expect, test } from 'vitest';
import { Journal } from '../../src/journal.ts';

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

test('what is kept is bounded by events and by characters', () => {
  const many = journal(1, 5000);
  expect([many.oldest, many.since(0).length]).toEqual([4001, 1000]);
  // Names and ids count, too.
  for (let n = 5001; n < 5005; n++) many.accept(event(n, '', 'x'.repeat(2 ** 19 - 20)));
  expect(many.since(0).length).toBe(2);
});

test('a stream that nobody has seen is numbered above all that came before', () => {
  const own = new Journal();
  own.lead();
  expect(own.sequence).toBeGreaterThan(Date.now());
});
