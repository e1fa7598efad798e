import { expect, test } from 'vitest';
import { ReadyState } from '../../src/message.ts';

test('ReadyState has the numbers of EventSource, and their names', () => {
  expect([ReadyState.Connecting, ReadyState.Open, ReadyState.Closed]).toEqual([0, 1, 2]);
  expect([ReadyState[0], ReadyState[1], ReadyState[2]]).toEqual(['Connecting', 'Open', 'Closed']);
});
