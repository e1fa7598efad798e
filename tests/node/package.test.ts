/** The built package, as it is published: `npm run build` comes first. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { publint } from 'publint';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

const exportsOfIndex = ['FetchEventSource', 'ReadyState', 'SseClient', 'SseError', 'fetchSse', 'parseSse'];

/** In a process of its own, where no alias leads to src. */
async function inNode(code: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: root });
  return JSON.parse(stdout);
}

describe('the package', () => {
  test('has nothing that publint objects to', { timeout: 60_000 }, async () => {
    const { messages } = await publint({ pkgDir: root, strict: true });
    expect(messages).toEqual([]);
  });

  test('has types that resolve wherever ESM does', { timeout: 60_000 }, async () => {
    const attw = fileURLToPath(new URL('node_modules/@arethetypeswrong/cli/dist/index.js', `file://${root}`));
    const { stdout } = await run(
      process.execPath,
      [attw, '--pack', root, '--profile', 'esm-only', '--no-emoji'],
      {
        cwd: root,
      },
    );
    // It exits with an error for anything it objects to; this is what it looked at.
    expect(stdout).toContain('"ssekit/testing"');
  });

  test('exports these names and no others', async () => {
    const names = await inNode(`
      const index = await import('ssekit');
      const testing = await import('ssekit/testing');
      console.log(JSON.stringify([Object.keys(index).sort(), Object.keys(testing).sort()]));`);
    expect(names).toEqual([exportsOfIndex, ['MockEventSource', 'mockSse']]);
  });

  test('depends on nothing at run time', async () => {
    const manifest = JSON.parse(await readFile(`${root}package.json`, 'utf8')) as { dependencies?: unknown };
    expect(manifest.dependencies).toBeUndefined();
  });

  test('as a script defines the same names, and touches no global when it loads', async () => {
    const script = await readFile(`${root}dist/ssekit.iife.min.js`, 'utf8');
    // Not even fetch, document or URL: only what the language itself has, and the class that FetchEventSource extends.
    const context = createContext({ EventTarget });
    const names: unknown = runInContext(`${script}\nObject.keys(ssekit).sort()`, context);
    expect([...(names as string[])]).toEqual(exportsOfIndex);
  });
});
