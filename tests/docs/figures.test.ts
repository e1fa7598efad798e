import { describe, expect, test } from 'vitest';
import { pages, readPage, withFigures } from '../../bench/figures.ts';

describe('the figures', () => {
  test.each(Object.keys(pages))(
    'of %s are those of bench/results.json: npm run figures writes them',
    async (file) => {
      expect(await readPage(file)).toBe(await withFigures(file));
    },
  );
});
