import { expect, test } from 'vitest';
import { read } from './snippets.ts';

/** The rows of the table "Where it runs": the place, and the file of its test. */
const rows = (page: string) =>
  [...read(page).matchAll(/^\| (.+?) +\|.*\| `(tests\/.+?)` +\|$/gm)].map(([, place = '', file = '']) => ({
    place,
    file,
  }));

test.for(rows('docs/places.md'))('$file has a test of $place', ({ place, file }) => {
  const code = read(file).toLowerCase();
  for (const word of place.toLowerCase().match(/[\w.']+/g) ?? []) {
    if (file !== 'tests/browser/contract.test.ts') expect(code).toContain(word);
  }
});

test('both languages list the same tests', () => {
  const files = (page: string) => rows(page).map(({ file }) => file);
  expect(files('docs/places.zh-CN.md')).toEqual(files('docs/places.md'));
  expect(files('docs/places.md').length).toBeGreaterThan(10);
});

test('each place that a test of the package visits is in the table', () => {
  const listed = rows('docs/places.md').map(({ place }) => place);
  const visited = [
    ...read('tests/package/places.test.ts').matchAll(/^ {2}(?:async )?(?:'(an? .+?)'|"(an? .+?)")[:(]/gm),
  ];
  const runtimes = [
    ...read('tests/package/runtimes.test.ts').matchAll(/^ {2}(?:async )?(\w+)(?:: \(file|\(file)/gm),
  ];
  const names = [...visited, ...runtimes].map(([, one, other]) => one ?? other ?? '');
  expect(names.length).toBe(12);
  expect(listed).toEqual(expect.arrayContaining(names));
});
