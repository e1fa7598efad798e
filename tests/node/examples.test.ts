import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The code of a page of the demo, as `vite build` makes it in this mode. */
async function codeOf(page: string, mode: string): Promise<string> {
  const built = await build({
    root,
    configFile: `${root}vite.config.ts`,
    logLevel: 'error',
    mode,
    build: { write: false, rolldownOptions: { input: `${root}demo/${page}/index.html` } },
  });
  if ('on' in built) throw new Error('This build watches.');
  return [built]
    .flat()
    .flatMap(({ output }) => output)
    .map((file) => (file.type === 'chunk' ? file.code : ''))
    .join('\n');
}

describe.each(['react', 'vue'])('the page demo/%s', (page) => {
  // Not 'production': that is the mode in which this repository builds the package.
  test.each([
    ['no devtools', 'live', false],
    ['the devtools', 'development', true],
  ])('has %s in the mode %s', async (_, mode, hasDevtools) => {
    expect((await codeOf(page, mode)).includes('ssekit-devtools')).toBe(hasDevtools);
  });
});
