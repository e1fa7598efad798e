// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { describeDoubles } from '../../doubles.ts';

test('this is jsdom', () => {
  expect(navigator.userAgent).toContain('jsdom');
});

describeDoubles();
