import { describe, expect, test } from 'vitest';
import { read } from './snippets.ts';

/** The READMEs stay short enough to be read to the end. */

/** The text outside of code blocks and HTML comments. */
const prose = (file: string) =>
  read(file)
    .replaceAll(/^```.*?^```$/gms, '')
    .replaceAll(/<!--.*?-->/gs, '');

/** What a reader counts as words: runs of letters and digits between blanks. */
const words = (text: string) => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;

describe('the READMEs', () => {
  test('README.md has at most 1,200 words outside of code', () => {
    expect(words(prose('README.md'))).toBeGreaterThan(300);
    expect(words(prose('README.md'))).toBeLessThanOrEqual(1200);
  });

  test('README.zh-CN.md has at most 2,000 Chinese characters outside of code', () => {
    const characters = prose('README.zh-CN.md').match(/\p{Script=Han}/gu)?.length;
    expect(characters).toBeGreaterThan(500);
    expect(characters).toBeLessThanOrEqual(2000);
  });
});
