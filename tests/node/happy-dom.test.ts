// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { describeDoubles } from '../doubles.ts';

test('this is happy-dom', () => {
  expect(navigator.userAgent).toContain('HappyDOM');
});

describeDoubles();
