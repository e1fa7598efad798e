import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import type { Plugin } from 'vite';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import type { BrowserInstanceOption } from 'vitest/node';
import { createApp } from './demo/server/app.ts';
import { engineNames, findEngines, launchOptions, type Engines } from './tests/engines/find.ts';
import { webkitGtk } from './tests/engines/webkit-provider.ts';
import { createTestRoutes } from './tests/server.ts';

const source = (file: string) => fileURLToPath(new URL(`./src/${file}.ts`, import.meta.url));

const resolve = {
  alias: [
    { find: /^ssekit$/, replacement: source('index') },
    { find: /^ssekit\/(\w+)$/, replacement: source('$1') },
  ],
};

/** Page and servers have one origin, as behind a reverse proxy; for CORS, global-setup.ts has another. */
const servers = (): Plugin => ({
  name: 'ssekit-test-servers',
  configureServer(server) {
    server.middlewares.use(createTestRoutes());
    server.middlewares.use(createApp());
  },
});

/** Looking for browsers, let alone installing them, is only for runs that use them. */
function isSelected(...projects: readonly string[]): boolean {
  const args = process.argv;
  const filters = args.flatMap((arg, i) =>
    arg.startsWith('--project=')
      ? [arg.slice('--project='.length)]
      : arg === '--project'
        ? [args[i + 1] ?? '']
        : [],
  );
  return (
    filters.length === 0 ||
    filters.some((filter) => /[*!]/.test(filter) || projects.includes(filter.replace(/ \(.*/, '')))
  );
}

const engines: Engines = isSelected('browser', 'page') ? await findEngines() : {};

const instances = engineNames.flatMap((name): BrowserInstanceOption[] => {
  const engine = engines[name];
  if (!engine) return [];
  const provider = engine.gtk
    ? webkitGtk({ browser: engine.path, ...engine.gtk })
    : playwright({ launchOptions: launchOptions(name, engine) });
  return [{ browser: name, provider }];
});

const browser: TestProjectInlineConfiguration = {
  resolve,
  plugins: [servers()],
  test: {
    name: 'browser',
    include: ['tests/browser/**/*.test.ts'],
    globalSetup: 'tests/browser/global-setup.ts',
    testTimeout: 15_000,
    browser: { enabled: true, headless: true, ui: false, screenshotFailures: false, instances },
  },
};

export default defineConfig({
  test: {
    projects: [
      { resolve, test: { name: 'unit', environment: 'jsdom', include: ['tests/unit/**/*.test.ts'] } },
      { resolve, test: { name: 'node', environment: 'node', include: ['tests/node/**/*.test.ts'] } },
      {
        resolve,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['tests/types/**/*.test-d.ts'],
            tsconfig: './tsconfig.json',
          },
        },
      },
      ...(instances.length > 0 ? [browser] : []),
      {
        resolve,
        test: {
          name: 'page',
          environment: 'node',
          include: ['tests/page/**/*.test.ts'],
          // One browser at a time, and nothing else besides.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
