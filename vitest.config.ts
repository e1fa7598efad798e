import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import type { Plugin } from 'vite';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import type { BrowserInstanceOption } from 'vitest/node';
import { createApp } from './demo/server/app.ts';
import { engineNames, findEngines, launchOptions, type Engines } from './tests/engines/find.ts';
import { webkitGtk } from './tests/engines/webkit-provider.ts';
import { createTestRoutes } from './tests/server.ts';
import { unchecked } from './unchecked.ts';

const source = (file: string) => fileURLToPath(new URL(`./src/${file}.ts`, import.meta.url));

const root = fileURLToPath(new URL('.', import.meta.url));

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

/** ms. Random streams and fault tables take 4 s on two idle cores, and several times that where others work on them, too. */
const PATIENCE = 60_000;

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
  // Found while the tests run, they would make the page load again.
  optimizeDeps: {
    include: [
      ...['react', 'react/jsx-dev-runtime', 'react-dom/client', '@testing-library/react', 'vue'],
      // The libraries that tests/comparison compares.
      ...['@microsoft/fetch-event-source', 'event-source-polyfill', 'eventsource', 'eventsource-client'],
      ...['reconnecting-eventsource', 'sse.js'],
    ],
  },
  test: {
    name: 'browser',
    include: ['tests/browser/**/*.test.{ts,tsx}'],
    globalSetup: 'tests/browser/global-setup.ts',
    testTimeout: 15_000,
    browser: { enabled: true, headless: true, ui: false, screenshotFailures: false, instances },
  },
};

/** The tests of the React binding once more, on React 18. */
const react18: TestProjectInlineConfiguration = {
  resolve: {
    alias: [
      ...resolve.alias,
      { find: /^(react|react-dom)(?=\/|$)/, replacement: `${root}tests/react-18/node_modules/$1` },
      // As a module, and not left to Node: else it would find the root's React.
      {
        find: /^@testing-library\/react$/,
        replacement: `${root}node_modules/@testing-library/react/dist/@testing-library/react.esm.js`,
      },
    ],
  },
  test: {
    name: 'react 18',
    environment: 'jsdom',
    include: ['tests/unit/react.test.tsx'],
    server: { deps: { inline: [/@testing-library\/react/] } },
  },
};

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          environment: 'jsdom',
          include: ['tests/unit/**/*.test.{ts,tsx}'],
          testTimeout: PATIENCE,
        },
      },
      {
        // What users hold, once more as in the production build. A test of a check that only the
        // other build has says so: `runIf(CHECKED)`.
        resolve,
        plugins: [unchecked()],
        test: {
          name: 'production',
          environment: 'jsdom',
          include: ['tests/unit/*.test.{ts,tsx}', 'tests/unit/connection/request.test.ts'],
          testTimeout: PATIENCE,
        },
      },
      react18,
      {
        resolve,
        test: {
          name: 'node',
          environment: 'node',
          include: ['tests/node/**/*.test.{ts,tsx}'],
          testTimeout: PATIENCE,
        },
      },
      {
        resolve,
        test: {
          name: 'interop',
          environment: 'node',
          include: ['tests/interop/**/*.test.ts'],
          globalSetup: 'tests/interop/global-setup.ts',
          // Hundreds of clients and some servers in each file: one after the other.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
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
          include: ['tests/page/**/*.test.{ts,tsx}'],
          // One browser at a time, and nothing else besides.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 30_000 } },
        },
      },
      {
        test: {
          name: 'package',
          environment: 'node',
          include: ['tests/package/*.test.ts'],
          globalSetup: 'tests/package/tarball.ts',
          // npm and the compilers take all the cores there are.
          fileParallelism: false,
          sequence: { groupOrder: 3 },
          // Half a minute on two idle cores, with nothing in the cache of npm.
          testTimeout: 240_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
